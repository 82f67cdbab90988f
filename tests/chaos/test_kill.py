"""2,000 messages while the machine fails ten times; and a stop that loses nothing."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest

from tests.end.house import House, MakeHouse
from tests.end.people import JSON, Answer, Staff, Visitor, ask, talks_on

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

VISITORS = 20
EACH = 100
FEW = 15
STOP_S = 10.0
KILLS = 10
PATIENCE_S = 150.0
PAUSE_S = 0.25  # twenty who knock without a pause would only keep the house from getting up
SETTLE_S = 45.0  # an errand in hand when the house fell is due again after its lease of 30 s
FAST = {"VISITOR_BURST": "100000", "VISITOR_PER_MINUTE": "100000", "LIVE_CAP_SUPERVISOR": "20"}
RESTARTING = "いま、部屋の準備をしています。すぐに戻ります。書いたものは消えません。"


@dataclass
class Writer:
    """Somebody who writes line after line and repeats each until it was acknowledged."""

    name: str
    visitor: Visitor
    count: int = EACH
    acknowledged: dict[int, int] = field(default_factory=dict)  # which line -> its number there
    refusals: list[Answer] = field(default_factory=list)
    repeats: int = 0

    def words(self, number: int) -> str:
        """The words of one line: whose they are and in which place."""
        return f"{self.name} {number:03} こんばんは"

    async def enter(self) -> None:
        """The first line opens the room."""
        page = await _until(self.visitor.open)
        await self.send(0, key=page.key)

    async def send(self, number: int, *, key: str) -> None:
        """One line, with one key, until the house says that it is stored."""
        fields = {"words": self.words(number), "key": key, "lang": "ja"}

        async def once() -> Answer:
            self.repeats += 1
            url = f"{self.visitor.url}/write"
            got = await ask(self.visitor.session, "POST", url, data=fields, headers=JSON)
            if got.status >= 500:
                self.refusals.append(got)
            return got

        got = await _until(once)
        assert got.status == 200, got.text
        self.acknowledged[number] = json.loads(got.text)["seq"]

    async def write_all(self) -> None:
        """Everything this person has to say, one after another."""
        await self.enter()
        await self.go_on()

    async def go_on(self) -> None:
        """The rest of it, in the open room."""
        for number in range(1, self.count):
            await self.send(number, key=secrets.token_urlsafe(16))


async def _until(act: Callable[[], Awaitable[Answer]]) -> Answer:
    """Again and again while the house is away, with the same request."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            got = await act()
        except (aiohttp.ClientError, OSError, TimeoutError):
            got = None
        if got is not None and got.status < 500:
            return got
        if time.monotonic() > end:
            raise TimeoutError("the house stayed away")
        await asyncio.sleep(PAUSE_S)


@dataclass
class Answering:
    """A supporter who takes everybody and answers until told to stop."""

    staff: Staff
    sent: dict[str, list[str]] = field(default_factory=dict)  # talk -> words shown as sent
    finished: bool = False

    async def work(self) -> None:
        """Take whoever waits; answer each in turn; the same key until it is shown as sent."""
        count = 0
        while not self.finished:
            await _until(lambda: self.staff.post("/duty", json=True, to="on"))
            await _until(lambda: self.staff.post("/next", json=True))
            for talk in await self._mine():
                count += 1
                await self._answer(talk, f"返事 {count:04}")
            await asyncio.sleep(0.05)

    async def take_all(self) -> list[str]:
        """Take whoever still waits; all talks."""
        while (await self.staff.post("/next", json=True)).status == 200:
            pass
        return await self.staff.mine()

    async def _mine(self) -> list[str]:
        page = await _until(self.staff.open)
        return talks_on(page)

    async def _answer(self, talk: str, words: str) -> None:
        key = secrets.token_urlsafe(24)
        got = await _until(lambda: self.staff.answer(talk, words, key=key))
        assert got.status == 200, got.text
        self.sent.setdefault(talk, []).append(words)


@asynccontextmanager
async def _people(house: House, link: str) -> AsyncIterator[tuple[list[Writer], Answering]]:
    writers = [Writer(f"人{number:02}", Visitor(house.url)) for number in range(VISITORS)]
    answering = Answering(Staff(house.url))
    try:
        await answering.staff.accept(link, name="すみれ", small_team=True)
        yield writers, answering
    finally:
        for session in (answering.staff.session, *(each.visitor.session for each in writers)):
            await session.close()


async def _kill_often(house: House, writers: list[Writer], dice: random.Random) -> int:
    """SIGKILL at random moments of the work, spread over all of it; how often it happened."""
    total, killed = VISITORS * EACH, 0
    for number in range(KILLS):
        low, high = total * number // KILLS, total * (number + 1) // KILLS
        await _wait_for_progress(writers, dice.randint(low, max(low, high - 60)))
        await asyncio.sleep(dice.uniform(0, 0.05))
        house.kill()
        killed += 1
        house.launch()
        await asyncio.to_thread(house.wait_ready)
    return killed


async def _wait_for_progress(writers: list[Writer], wanted: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while sum(len(writer.acknowledged) for writer in writers) < wanted:
        if time.monotonic() > end:
            raise TimeoutError("the writers do not get on")
        await asyncio.sleep(0.002)


async def settled(house: House) -> int:
    """Errands that are still there after the house had time for them."""
    end, left = time.monotonic() + SETTLE_S, -1
    while time.monotonic() < end:
        left = ask_database(house, "select count(*) from errands")
        if left == 0:
            break
        await asyncio.sleep(0.1)
    return left


def ask_database(house: House, question: str) -> int:
    """One number out of the house's database."""
    path = house.data / "madoakari.sqlite3"
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return int(connection.execute(question).fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
def dice() -> random.Random:
    """Chance with a seed that a failure shows."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  # pytest shows it where the test fails
    return random.Random(seed)


@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order(
    make_house: MakeHouse, dice: random.Random
) -> None:
    house = make_house(**FAST)
    async with _people(house, house.first_link()) as (writers, answering):
        at_work = asyncio.create_task(answering.work())
        writing = asyncio.gather(*(writer.write_all() for writer in writers))
        assert await _kill_often(house, writers, dice) == KILLS
        await writing
        answering.finished = True
        await at_work
        assert await settled(house) == 0
        await _compare(house, writers, answering)
    repeats = sum(writer.repeats for writer in writers) - VISITORS * EACH
    assert repeats > 0, "no message was ever in the air when the house fell"
    assert house.stop() == 0


async def _compare(house: House, writers: list[Writer], answering: Answering) -> None:
    """What lies in the rooms and in the console against what was acknowledged."""
    sent = {words for talk in answering.sent.values() for words in talk}
    arrived: list[str] = []
    for writer in writers:
        room = await writer.visitor.open()
        mine = [(seq, words) for seq, who, words in room.lines if who == "mine"]
        assert mine == [(writer.acknowledged[n], writer.words(n)) for n in range(EACH)]
        arrived += room.words_of("theirs")
    assert len(sent) > KILLS, "the supporter did nothing"
    assert sorted(arrived) == sorted(sent)
    by_name = {writer.name: writer for writer in writers}
    talks = await answering.take_all()
    assert len(talks) == VISITORS
    for talk in talks:
        lines = await answering.staff.lines(talk)
        heard = [words for _, who, words in lines if who == "from-visitor"]
        writer = by_name.pop(heard[0].split()[0])
        assert heard == [writer.words(number) for number in range(EACH)]
        said = [words for _, who, words in lines if who == "from-staff"]
        assert said == answering.sent.get(talk, [])
    assert ask_database(house, "select count(*) from messages where sender = 'visitor'") == (
        VISITORS * EACH
    )


async def test_a_stop_finishes_what_is_in_hand_and_refuses_the_rest(make_house: MakeHouse) -> None:
    house = make_house(**FAST)
    async with _people(house, house.first_link()) as (writers, answering):
        await answering.staff.on_duty()
        for writer in writers:
            writer.count = FEW
            await writer.enter()
        stream = await answering.staff.session.get(f"{house.url}/console/stream")
        writing = [asyncio.create_task(writer.go_on()) for writer in writers]
        await _wait_for_progress(writers, VISITORS * FEW // 3)
        began = time.monotonic()
        house.tell_to_stop()
        assert house.process is not None
        assert await asyncio.to_thread(house.process.wait, 10) == 0
        took = time.monotonic() - began
        assert took < STOP_S, took
        stream.close()
        house.start()
        await asyncio.gather(*writing)
        refused = [refusal for writer in writers for refusal in writer.refusals]
        # Whether anybody knocks in the moment before the door is shut is a matter of chance;
        # tests/web makes sure of the refusal itself. Nobody hears anything else.
        assert {refusal.status for refusal in refused} <= {503}
        assert {json.loads(refusal.text)["error"] for refusal in refused} <= {RESTARTING}
        for writer in writers:
            room = await writer.visitor.open()
            mine = [(seq, words) for seq, who, words in room.lines if who == "mine"]
            assert mine == [(writer.acknowledged[n], writer.words(n)) for n in range(FEW)]
    assert house.stop() == 0
    assert "Traceback" not in house.said()
    assert '"level": "error"' not in house.said()
