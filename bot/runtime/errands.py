"""What each kind of errand does, outside any transaction; every one ends in a command."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import cast

from bot.core.bus import Bus
from bot.core.model.commands import (
    Carried,
    KeepPicture,
    RecordDelivery,
    RecordNotice,
    RecordVerdict,
    UseTicket,
)
from bot.core.model.ids import ErrandId
from bot.core.model.mail import Action
from bot.core.model.messages import Delivery, Form, Outbound
from bot.core.ports.channel import (
    Channel,
    Fetches,
    MarksRead,
    Outcome,
    Pass,
    PictureAway,
    Sent,
    ShowsTyping,
)
from bot.core.ports.relay_reads import Envelope, FreePass, RelayReads
from bot.core.ports.store import Errand, Units
from bot.core.ports.tools import Clock
from bot.core.ports.triage import Assessor
from bot.runtime.notices import Notices

AGAIN = 0.0
"""Postpone, by no more than the relay itself waits."""
REMEMBERED = 1000
RECEIPT_TRIES = 8
"""After some four minutes 'who is there' may not be true: better no receipt than a wrong one."""
ENOUGH = timedelta(seconds=12)
"""A pass is begun only while there is time for a try after a restart: the platform then still
tells whether the first one was used."""
LARGEST_PICTURE = 10 * 1024 * 1024  # bytes

_DELIVERY = {
    Outcome.DELIVERED: Delivery.DELIVERED,
    Outcome.IN_ROOM: Delivery.IN_ROOM,
    Outcome.HELD: Delivery.HELD,
    Outcome.GONE: Delivery.GONE,
    Outcome.REJECTED: Delivery.FAILED,
}

Clean = Callable[[bytes], Awaitable[str | None]]
"""A picture's bytes to what may be kept of it, base64; None for what is no picture."""


class Errands:
    """Carries out one errand."""

    def __init__(
        self,
        *,
        units: Units,
        bus: Bus,
        reads: RelayReads,
        channels: Mapping[str, Channel],
        assessor: Assessor,
        notices: Notices,
        clean: Clean,
        clock: Clock,
    ) -> None:
        self._units, self._bus, self._reads = units, bus, reads
        self._channels, self._assessor = channels, assessor
        self._notices, self._clean, self._clock = notices, clean, clock
        self._made: OrderedDict[ErrandId, str] = OrderedDict()
        self._acts: Mapping[Action, Callable[[Errand], Awaitable[float | None]]] = {
            Action.ASSESS: self._assess,
            Action.DELIVER: self._deliver,
            Action.RECEIPT: self._receipt,
            Action.RING: self._ring,
            Action.FETCH: self._fetch,
            Action.SHOW_TYPING: self._show_typing,
            Action.MARK_READ: self._mark_read,
        }

    async def carry_out(self, errand: Errand) -> float | None:
        """Do it. None where it is settled, else seconds before the next try."""
        return await self._acts[errand.action](errand)

    async def _assess(self, errand: Errand) -> float | None:
        specimen = await self._reads.specimen(errand.message_id)
        if specimen is None:
            await self._settle(errand)
            return None
        verdict = await self._assessor.assess(specimen.words, specimen.before, specimen.floor)
        await self._bus.run(RecordVerdict(errand.id, errand.message_id, verdict))
        return None

    async def _deliver(self, errand: Errand) -> float | None:
        now = self._clock.now()
        parcel = await self._reads.parcel(errand.message_id, errand.id, now)
        if parcel is None:  # nowhere to carry it: staff must see that it will not arrive
            return await self._record(errand, Delivery.FAILED)
        envelope = parcel.envelope
        if envelope.left:
            return await self._record(errand, Delivery.GONE)
        channel = self._channels.get(envelope.channel)
        if channel is None:  # the operator switched it off; it may come back
            return AGAIN
        if self._bell_only(channel, envelope):
            return await self._record(errand, Delivery.IN_ROOM)
        words = parcel.words
        if parcel.text_key is not None:
            made = partial(self._notices.template, parcel.text_key, envelope.locale, now)
            words = await self._once(errand, made)
        outbound = Outbound(
            errand.message_id, words or "", parcel.automatic, envelope.locale, Form.WORDS
        )
        sent, carried = await self._send(errand, channel, envelope, outbound)
        if sent.outcome is Outcome.LATER:
            return sent.wait_s or AGAIN
        return await self._record(errand, _DELIVERY[sent.outcome], carried)

    async def _receipt(self, errand: Errand) -> float | None:
        now = self._clock.now()
        envelope = await self._reads.envelope(errand.message_id, errand.id, now)
        channel = self._channels.get(envelope.channel) if envelope is not None else None
        late = errand.tries > RECEIPT_TRIES
        if envelope is None or channel is None or envelope.left or late:
            return await self._note(errand, Delivery.FAILED)
        if self._bell_only(channel, envelope):
            words, form = await self._bell(errand, envelope), Form.BELL
        else:
            greeted = channel.capabilities.greets
            made = partial(
                self._notices.receipt, envelope.person_id, envelope.locale, now, greeted=greeted
            )
            words, form = await self._once(errand, made), Form.NOTICE
        return await self._send_notice(errand, channel, envelope, words, form)

    async def _ring(self, errand: Errand) -> float | None:
        found = await self._reads.bell(errand.message_id, errand.id, self._clock.now())
        channel = self._channels.get(found[0].channel) if found is not None else None
        if found is None or channel is None:
            await self._settle(errand)
            return None
        words = await self._bell(errand, found[0])
        return await self._send_notice(errand, channel, found[0], words, Form.BELL)

    async def _bell(self, errand: Errand, envelope: Envelope) -> str:
        return await self._notices.bell(envelope.person_id, envelope.locale, errand.id)

    async def _once(self, errand: Errand, make: Callable[[], Awaitable[str]]) -> str:
        """Words of ours, made once: the same key must not come with other words."""
        if errand.id not in self._made:
            self._made[errand.id] = await make()
            if len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return self._made[errand.id]

    async def _send_notice(
        self, errand: Errand, channel: Channel, envelope: Envelope, words: str, form: Form
    ) -> float | None:
        automatic = form is Form.NOTICE
        outbound = Outbound(errand.message_id, words, automatic, envelope.locale, form)
        sent, carried = await self._send(errand, channel, envelope, outbound)
        if sent.outcome is Outcome.LATER:
            return sent.wait_s or AGAIN
        return await self._note(errand, _DELIVERY[sent.outcome], carried, bell=form is Form.BELL)

    async def _send(
        self, errand: Errand, channel: Channel, envelope: Envelope, outbound: Outbound
    ) -> tuple[Sent, Carried]:
        """Send, and say what it cost. A free pass is noted as begun before it is used."""
        free = envelope.free
        if free is not None and not free.begun:
            in_time = free.until - self._clock.now() > ENOUGH
            allowed = in_time and await self._bus.run(UseTicket(errand.id, free.tag))
            free = free if allowed else None
        sent = await channel.send(envelope.address, outbound, key=errand.id, free=_as_pass(free))
        spent = free.tag if free is not None and sent.pass_spent else None
        return sent, Carried(channel.name, sent.free, sent.paid, spent)

    async def _fetch(self, errand: Errand) -> float | None:
        found = await self._reads.picture(errand.message_id)
        if found is None:
            await self._settle(errand)
            return None
        channel = self._channels.get(found[0])
        if channel is None or not channel.capabilities.fetches:
            return AGAIN
        try:
            data = await cast("Fetches", channel).fetch(found[1], most=LARGEST_PICTURE)
        except PictureAway:
            return AGAIN
        picture = await self._clean(data) if data is not None else None
        await self._bus.run(KeepPicture(errand.id, errand.message_id, picture))
        return None

    async def _show_typing(self, errand: Errand) -> float | None:
        now = self._clock.now()
        envelope = await self._reads.envelope(errand.message_id, errand.id, now)
        channel = self._channels.get(envelope.channel) if envelope is not None else None
        if envelope is not None and channel is not None and self._may_show(channel, envelope):
            await cast("ShowsTyping", channel).show_typing(envelope.address or "")
        await self._settle(errand)
        return None

    async def _mark_read(self, errand: Errand) -> float | None:
        found = await self._reads.read_mark(errand.message_id)
        channel = self._channels.get(found[0]) if found is not None else None
        if found is not None and channel is not None and channel.capabilities.marks_read:
            await cast("MarksRead", channel).mark_read(found[1])
        await self._settle(errand)
        return None

    def _may_show(self, channel: Channel, envelope: Envelope) -> bool:
        reached = envelope.address is not None and not envelope.left
        shows = channel.capabilities.shows_typing
        return reached and shows and not self._bell_only(channel, envelope)

    def _bell_only(self, channel: Channel, envelope: Envelope) -> bool:
        """Room mode or the person's own wish: no word of the talk goes out here (decision 4)."""
        return envelope.address is not None and (channel.bell_only or envelope.bell_only)

    async def _record(
        self, errand: Errand, delivery: Delivery, carried: Carried | None = None
    ) -> float | None:
        await self._bus.run(
            RecordDelivery(errand.id, errand.message_id, delivery, carried or Carried())
        )
        return None

    async def _note(
        self,
        errand: Errand,
        outcome: Delivery,
        carried: Carried | None = None,
        *,
        bell: bool = False,
    ) -> float | None:
        await self._bus.run(
            RecordNotice(errand.id, errand.message_id, outcome, bell, carried or Carried())
        )
        return None

    async def _settle(self, errand: Errand) -> None:
        await self._units.run(lambda unit: unit.mail.settle(errand.id))


def _as_pass(free: FreePass | None) -> Pass | None:
    return Pass(free.token, free.until, free.begun) if free is not None else None
