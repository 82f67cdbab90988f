"""A night with many talks: messages at a set pace, both ways, and how late each one arrives.

Open loop: every message has a moment when it is due, whatever became of those before, and its
latency counts from that moment, so that a server that stalls cannot hide it.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bench.figures import spread
from bench.meters import cpu_of_all
from bench.shapes import MARK, Lane, number_in, staff_answers, visitor_writes
from bench.wire import Broken, Caller, Follower, request

LIMIT_S: Final = 0.25
"""A pace is held while p99 stays under this."""
WARM_SHARE: Final = 0.2
"""The first messages of a stage do not count."""
DRAIN_S: Final = 3.0
TICK_S: Final = 0.001
_LOOK_S: Final = 0.02
REST_S: Final = 15.0
IDLE_CORES: Final = 0.15
"""A server that uses less has nothing left to do."""
_GLANCE_S: Final = 0.5
_KEEP: Final = 96  # bytes: a mark that two packets tore apart


@dataclass(slots=True)
class Letter:
    """One message on its way."""

    due: float
    followed: bool
    acknowledged: float = math.inf
    seen: float = math.inf

    @property
    def arrived(self) -> bool:
        """Whether everybody who should know of it does."""
        return max(self.acknowledged, self.seen if self.followed else 0.0) < math.inf


@dataclass(slots=True)
class Stage:
    """What one pace brought. Times in milliseconds, CPU in seconds."""

    pace: float
    sent: int
    refused: int
    acknowledged: dict[str, float]  # from due to the answer of the POST
    to_staff_from_due: dict[str, float]
    to_staff_from_accepted: dict[str, float]
    to_visitor_from_due: dict[str, float]
    to_visitor_from_accepted: dict[str, float]
    cpu_per_1000: dict[str, float]  # by process
    generator_cores: float

    @property
    def acknowledged_in_time(self) -> bool:
        """Whether the pace was held, by the answers to the POSTs.

        Ninety-nine of a hundred were answered within the limit of their due time, so nothing
        piled up.
        """
        return not self.refused and self.acknowledged["p99"] < LIMIT_S * 1000

    @property
    def seen_in_time(self) -> bool:
        """Whether it was held on both screens too."""
        seen = max(self.to_staff_from_due["p99"], self.to_visitor_from_due["p99"])
        return self.acknowledged_in_time and seen < LIMIT_S * 1000


@dataclass(slots=True)
class Mouth:
    """One connection that sends what is due, one message after the other."""

    caller: Caller
    line: deque[tuple[Letter | None, bytes]] = field(default_factory=deque)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    refused: int = 0

    def say(self, letter: Letter | None, sent: bytes) -> None:
        """Send when the answer before has come."""
        self.line.append((letter, sent))
        self.stirred.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            while self.line:
                letter, sent = self.line.popleft()
                answer = await self.caller.ask(sent)
                if answer.status not in {200, 204}:
                    self.refused += 1
                elif letter is not None:
                    letter.acknowledged = time.perf_counter()
            self.stirred.clear()
            await self.stirred.wait()


class Night:
    """All talks of one place, with a page open at both ends."""

    def __init__(
        self, port: int, lanes: Sequence[Lane], *, tells_seen: bool, pids: Mapping[str, int]
    ) -> None:
        self._port = port
        self._lanes = lanes
        self._tells_seen = tells_seen
        self._pids = pids
        self._letters: dict[int, Letter] = {}
        self._number = 100_000  # those below stand in the talks' first messages
        self._visitors: list[Mouth] = []
        self._staff: list[Mouth] = []
        self._seen: list[Mouth] = []
        self._followers: list[Follower] = []
        self._running: list[asyncio.Task[None]] = []
        self._followed: set[int] = set()
        self._stride = stride(len(lanes))

    async def open(self) -> None:
        """Open every connection: a page for each visitor, one talk's page for each of staff."""
        desks: set[int] = set()
        for index, lane in enumerate(self._lanes):
            self._visitors.append(await self._mouth())
            self._staff.append(await self._mouth())
            self._seen.append(await self._mouth())
            await self._follow("/stream", lane.visitor, partial(self._visitor_hears, index))
            if lane.desk not in desks:
                desks.add(lane.desk)
                self._followed.add(index)
                await self._follow(
                    f"/console/stream?talk={lane.talk}", lane.staff, self._staff_hears
                )

    async def close(self) -> None:
        """End everything."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for mouth in (*self._visitors, *self._staff, *self._seen):
            mouth.caller.close()
        for follower in self._followers:
            follower.close()

    async def play(self, pace: float, seconds: float) -> Stage:
        """Send ``pace`` messages a second, half of them each way. Raises ``Broken``."""
        self._check()
        cpu, own, began = cpu_of_all(self._pids), time.process_time(), time.perf_counter()
        first, count = self._number, max(1, int(pace * seconds))
        await self._send(pace, count)
        await self._drain(first)
        used = {name: value - cpu[name] for name, value in cpu_of_all(self._pids).items()}
        cores = (time.process_time() - own) / (time.perf_counter() - began)
        stage = self._sum_up(pace, first, count, used, cores)
        await self._settle()
        return stage

    async def _mouth(self) -> Mouth:
        mouth = Mouth(await Caller.connect(self._port))
        self._running.append(asyncio.ensure_future(mouth.run()))
        return mouth

    async def _follow(self, path: str, cookie: str, heard: Callable[[bytes], None]) -> None:
        sent = request("GET", path, cookie=cookie)
        self._followers.append(await Follower.connect(self._port, sent, heard, keep=_KEEP))

    def _staff_hears(self, data: bytes) -> None:
        now = time.perf_counter()
        for number in map(number_in, MARK.finditer(data)):
            letter = self._letters.get(number)
            if letter is not None and number % 2 == 0:
                letter.seen = min(letter.seen, now)

    def _visitor_hears(self, lane: int, data: bytes) -> None:
        """A page tells what it has shown, as our script does."""
        now = time.perf_counter()
        for found in MARK.finditer(data):
            letter = self._letters.get(number_in(found))
            if letter is None or letter.seen < math.inf or number_in(found) % 2 == 0:
                continue
            letter.seen = now
            if self._tells_seen:
                upto = data[data.rfind(b"\nid: ", 0, found.start()) + 5 :].split(b"\n", 1)[0]
                form = {"upto": upto.decode()}
                cookie = self._lanes[lane].visitor
                self._seen[lane].say(None, request("POST", "/seen", cookie=cookie, form=form))

    async def _send(self, pace: float, count: int) -> None:
        start, sent = time.perf_counter(), 0
        while sent < count:
            due = min(count, int((time.perf_counter() - start) * pace) + 1)
            for step in range(sent, due):
                self._post(start + step / pace)
            sent = due
            await asyncio.sleep(min(TICK_S * 10, max(TICK_S, 1 / pace / 4)))

    def _post(self, due: float) -> None:
        """Even numbers are visitors', odd ones answers; all lanes in turn, in leaps."""
        number, self._number = self._number, self._number + 1
        index = number // 2 * self._stride % len(self._lanes)
        answers = number % 2 == 1
        lane = self._lanes[index]
        letter = Letter(due, followed=answers or index in self._followed)
        self._letters[number] = letter
        if answers:
            self._staff[index].say(letter, staff_answers(lane, number))
        else:
            self._visitors[index].say(letter, visitor_writes(lane, number))

    async def _drain(self, first: int) -> None:
        letters = [letter for number, letter in self._letters.items() if number >= first]
        await _until(lambda: all(letter.arrived for letter in letters))

    async def _settle(self) -> None:
        """Forget what is still due, and wait until nothing is under way."""
        self._letters.clear()
        mouths = (*self._visitors, *self._staff, *self._seen)
        for mouth in mouths:
            mouth.line.clear()
            mouth.refused = 0
        await _until(lambda: not any(mouth.stirred.is_set() for mouth in mouths))
        await self._rest()
        self._check()

    async def _rest(self) -> None:
        """Let the server finish what a pace too fast for it left behind (its errands)."""
        before = sum(cpu_of_all(self._pids).values())
        for _ in range(int(REST_S / _GLANCE_S)):
            await asyncio.sleep(_GLANCE_S)
            used, before = -before, sum(cpu_of_all(self._pids).values())
            if used + before < IDLE_CORES * _GLANCE_S:
                return

    def _check(self) -> None:
        if any(follower.ended for follower in self._followers):
            raise Broken("a stream has ended")
        for task in self._running:
            if task.done() and (error := task.exception()) is not None:
                raise error

    def _sum_up(
        self, pace: float, first: int, count: int, used: Mapping[str, float], cores: float
    ) -> Stage:
        warm = first + int(count * WARM_SHARE)
        letters = {number: letter for number, letter in self._letters.items() if number >= warm}
        heard = {number: letter for number, letter in letters.items() if letter.followed}
        staff = [letter for number, letter in heard.items() if number % 2 == 0]
        visitors = [letter for number, letter in heard.items() if number % 2 == 1]
        return Stage(
            pace=pace,
            sent=count,
            refused=sum(mouth.refused for mouth in (*self._visitors, *self._staff, *self._seen)),
            acknowledged=_ms([each.acknowledged - each.due for each in letters.values()]),
            to_staff_from_due=_ms([each.seen - each.due for each in staff]),
            to_staff_from_accepted=_ms(_after_accepted(staff)),
            to_visitor_from_due=_ms([each.seen - each.due for each in visitors]),
            to_visitor_from_accepted=_ms(_after_accepted(visitors)),
            cpu_per_1000={name: value / count * 1000 for name, value in used.items()},
            generator_cores=cores,
        )


async def _until(done: Callable[[], bool]) -> None:
    """Look again and again, three seconds at most."""
    for _ in range(int(DRAIN_S / _LOOK_S)):
        if done():
            return
        await asyncio.sleep(_LOOK_S)


def stride(count: int) -> int:
    """A leap that visits all of ``count`` places before it repeats one."""
    leap = max(1, count * 3 // 8)
    while math.gcd(leap, count) != 1:
        leap += 1
    return leap


def _after_accepted(letters: Sequence[Letter]) -> list[float]:
    """A screen may be told before the sender is: that is no time at all."""
    return [
        max(0.0, each.seen - each.acknowledged) for each in letters if each.acknowledged < math.inf
    ]


def _ms(seconds: Sequence[float]) -> dict[str, float]:
    return spread([value * 1000 for value in seconds])
