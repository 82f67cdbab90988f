"""The relay: claims what is due, acts outside any transaction, settles.

Two short transactions with the slow part between them, so that a slow network or model never
holds a connection. A crash in between repeats the errand: channels get the same key again,
and verdicts are recorded once.

Each carrier (a channel, or triage) has a number of hands of its own: a platform that answers
slowly, or not at all, keeps nobody else's errands waiting.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import uniform

import structlog

from bot.core.model.mail import TRIAGE
from bot.core.ports.store import Errand, Mailroom, Units
from bot.core.ports.tools import Clock
from bot.runtime.errands import Errands

log = structlog.get_logger()

HANDS = 32
"""Errands of one carrier that are carried out side by side."""
LEASE = timedelta(seconds=30)
IDLE_S = 1.0
LONGEST_PAUSE_S = 300.0


class Relay:
    """Carries out errands until it is told to stop."""

    def __init__(
        self, *, units: Units, errands: Errands, carriers: Iterable[str], clock: Clock
    ) -> None:
        self._units = units
        self._errands = errands
        self._carriers = (TRIAGE, *carriers)
        self._clock = clock
        self._woken = asyncio.Event()
        self._calling = set(self._carriers)
        self._busy: Counter[str] = Counter()
        self._hands: set[asyncio.Task[None]] = set()
        self._stopping = False

    def wake(self, carriers: Iterable[str]) -> None:
        """Something is due now, by these carriers."""
        self._calling.update(carriers)
        self._woken.set()

    def finish(self) -> None:
        """End ``run`` after the errands in hand."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Claim and carry out, until ``finish``. A store that is away is tried again."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self.hand_out_due()
            except Exception as error:  # the relay is an edge: it must outlive every trouble
                log.error("relay_failed", error=type(error).__name__)
            if not self._stopping:
                await self._rest()
        await asyncio.gather(*self._hands)

    async def carry_out_due(self) -> int:
        """One round of everything that is due, to its end; returns how many errands."""
        await asyncio.gather(*self._hands)  # whatever is in hand already
        self._calling.update(self._carriers)
        count = await self.hand_out_due()
        await asyncio.gather(*self._hands)
        return count

    async def hand_out_due(self) -> int:
        """Claim what is due for carriers that have hands free, and let them begin."""
        room = {
            carrier: HANDS - self._busy[carrier]
            for carrier in self._carriers
            if carrier in self._calling and self._busy[carrier] < HANDS
        }
        self._calling.clear()
        if not room:
            return 0
        claimed = await self._claim(room)
        for carrier, errands in claimed.items():
            if len(errands) == room[carrier]:
                self._calling.add(carrier)  # there may be more
            for errand in errands:
                self._begin(carrier, errand)
        return sum(map(len, claimed.values()))

    async def _claim(self, room: Mapping[str, int]) -> dict[str, list[Errand]]:
        now = self._clock.now()
        claimed, _ = await self._units.run(lambda unit: _claimed(unit.mail, now, room))
        return claimed

    def _begin(self, carrier: str, errand: Errand) -> None:
        self._busy[carrier] += 1
        hand = asyncio.create_task(self._carry_out(errand))
        self._hands.add(hand)
        hand.add_done_callback(lambda done: self._let_go(carrier, done))

    def _let_go(self, carrier: str, hand: asyncio.Task[None]) -> None:
        self._busy[carrier] -= 1
        self._hands.discard(hand)
        self.wake([carrier])  # the next of its lane may be due now

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._woken.wait()
        except TimeoutError:
            self._calling.update(self._carriers)

    async def _carry_out(self, errand: Errand) -> None:
        try:
            wait_s = await self._errands.carry_out(errand)
            if wait_s is not None:
                await self._postpone(errand, wait_s)
        except Exception as error:  # one errand's trouble must not stop the others
            log.error("errand_failed", errand=errand.id, error=type(error).__name__)
            await self._postpone(errand, 0)

    async def _postpone(self, errand: Errand, wait_s: float) -> None:
        """Wait longer with each try; a little by chance, so that not all come back at once."""
        pause_s = min(2.0**errand.tries, LONGEST_PAUSE_S) * uniform(0.75, 1.25)  # noqa: S311  # no secret
        due_at = self._clock.now() + timedelta(seconds=max(wait_s, pause_s))
        try:
            await self._units.run(lambda unit: unit.mail.postpone(errand.id, due_at))
        except Exception as error:  # the store is away: the lease runs out by itself
            log.error("errand_failed", errand=errand.id, error=type(error).__name__)


async def _claimed(
    mail: Mailroom, now: datetime, room: Mapping[str, int]
) -> dict[str, list[Errand]]:
    lease_until = now + LEASE
    return {
        carrier: await mail.claim(now, lease_until=lease_until, limit=limit, carrier=carrier)
        for carrier, limit in room.items()
    }
