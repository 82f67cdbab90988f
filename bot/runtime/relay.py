"""The relay: claims what is due, acts outside any transaction, settles.

Two short transactions with the slow part between them, so that a slow network or model never
holds a connection. A crash in between repeats the errand: channels get the same key again,
and verdicts are recorded once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.core.bus import Bus
from bot.core.model.commands import RecordDelivery, RecordVerdict
from bot.core.model.messages import Delivery
from bot.core.ports.channel import Channel, Outcome
from bot.core.ports.reads import RelayReads
from bot.core.ports.store import Action, Errand, Units
from bot.core.ports.tools import Clock
from bot.core.ports.triage import Assessor

log = structlog.get_logger()

BATCH = 64
LEASE = timedelta(seconds=30)
IDLE_S = 1.0
LONGEST_PAUSE_S = 300

_DELIVERY = {
    Outcome.DELIVERED: Delivery.DELIVERED,
    Outcome.IN_ROOM: Delivery.IN_ROOM,
    Outcome.GONE: Delivery.FAILED,
    Outcome.REJECTED: Delivery.FAILED,
}


class Relay:
    """Carries out errands until it is told to stop."""

    def __init__(
        self,
        *,
        units: Units,
        bus: Bus,
        reads: RelayReads,
        channels: Mapping[str, Channel],
        assessor: Assessor,
        clock: Clock,
    ) -> None:
        self._units = units
        self._bus = bus
        self._reads = reads
        self._channels = channels
        self._assessor = assessor
        self._clock = clock
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something is due now."""
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
                claimed = await self.carry_out_due()
            except Exception as error:  # the relay is an edge: it must outlive every trouble
                log.error("relay_failed", error=type(error).__name__)
                claimed = 0
            if not claimed and not self._stopping:
                await self._rest()

    async def carry_out_due(self) -> int:
        """One round; returns how many errands were claimed."""
        now = self._clock.now()
        errands, _ = await self._units.run(
            lambda unit: unit.mail.claim(now, lease_until=now + LEASE, limit=BATCH)
        )
        await asyncio.gather(*(self._carry_out(errand) for errand in errands))
        return len(errands)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _carry_out(self, errand: Errand) -> None:
        try:
            await self._act(errand)
        except Exception as error:  # one errand's trouble must not stop the others
            log.error("errand_failed", errand=errand.id, error=type(error).__name__)
            await self._postpone(errand)

    async def _act(self, errand: Errand) -> None:
        if errand.action is Action.ASSESS:
            await self._assess(errand)
        else:
            await self._deliver(errand)

    async def _assess(self, errand: Errand) -> None:
        specimen = await self._reads.specimen(errand.message_id)
        if specimen is None:
            await self._settle(errand)
            return
        verdict = await self._assessor.assess(specimen.words, specimen.before, specimen.floor)
        await self._bus.run(RecordVerdict(errand.id, errand.message_id, verdict))

    async def _deliver(self, errand: Errand) -> None:
        parcel = await self._reads.parcel(errand.message_id)
        if parcel is None:  # nowhere to carry it: staff must see that it will not arrive
            gone = RecordDelivery(errand.id, errand.message_id, Delivery.FAILED)
            await self._bus.run(gone)
            return
        channel = self._channels.get(parcel.channel)
        if channel is None:  # the operator switched it off; it may come back
            await self._postpone(errand)
            return
        outcome = await channel.send(parcel.address, parcel.outbound, key=errand.message_id)
        if outcome is Outcome.LATER:
            await self._postpone(errand)
            return
        await self._bus.run(RecordDelivery(errand.id, errand.message_id, _DELIVERY[outcome]))

    async def _settle(self, errand: Errand) -> None:
        await self._units.run(lambda unit: unit.mail.settle(errand.id))

    async def _postpone(self, errand: Errand) -> None:
        pause = timedelta(seconds=min(2**errand.tries, LONGEST_PAUSE_S))
        due_at = self._clock.now() + pause
        await self._units.run(lambda unit: unit.mail.postpone(errand.id, due_at))
