"""The bus: one command, one unit of work, one handler, one commit; then the news.

Two tables say everything: ``HANDLERS`` who handles a command, ``topics_of`` which screens an
event concerns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

from bot.core.handlers import (
    accounts,
    answer,
    assess,
    attend,
    come_back,
    correct,
    deliver,
    duty,
    erase,
    hold,
    join,
    lean,
    links,
    pictures,
    reach,
    receive,
    worry,
)
from bot.core.model import commands as c
from bot.core.model import events as e
from bot.core.ports.live import CONSOLE, LiveFeed, room_topic, talk_topic
from bot.core.ports.store import UnitOfWork, Units
from bot.core.ports.tools import Tools

Result = TypeVar("Result")
Tally = Callable[[str], AbstractContextManager[None]]
"""Opened around every command, by its name: counts outcomes and measures time."""

Handler = Callable[[Any, UnitOfWork, Tools], Awaitable[Any]]

HANDLERS: Mapping[type[c.Command[Any]], Handler] = {
    c.ReceiveMessage: receive.receive_message,
    c.NoteSeen: deliver.note_seen,
    c.SetPassphrase: come_back.set_passphrase,
    c.Reopen: come_back.reopen,
    c.LeaveRoom: come_back.leave_room,
    c.TakeBack: receive.take_back,
    c.RewriteMessage: receive.rewrite_message,
    c.Enter: reach.enter,
    c.Arrive: reach.arrive,
    c.Depart: reach.depart,
    c.WantBellOnly: reach.want_bell_only,
    c.Lean: lean.lean,
    c.CutLink: links.cut_link,
    c.OpenLink: links.open_link,
    c.Join: join.join,
    c.EraseRecord: erase.erase_record,
    c.RecordVerdict: assess.record_verdict,
    c.RecordDelivery: deliver.record_delivery,
    c.RecordNotice: deliver.record_notice,
    c.UseTicket: deliver.use_ticket,
    c.NoteAlive: deliver.note_alive,
    c.KeepPicture: pictures.keep_picture,
    c.EraseDue: erase.erase_due,
    c.ForgetStale: duty.forget_stale,
    c.GoOnDuty: duty.go_on_duty,
    c.StayOnDuty: duty.stay_on_duty,
    c.GoOffDuty: duty.go_off_duty,
    c.TakeNext: hold.take_next,
    c.ReplyToVisitor: answer.reply_to_visitor,
    c.NoteTyping: attend.note_typing,
    c.NoteRead: attend.note_read,
    c.WriteNote: answer.write_note,
    c.HandBack: hold.hand_back,
    c.CloseTalk: hold.close_talk,
    c.RaiseConcern: worry.raise_concern,
    c.AcknowledgeConcern: worry.acknowledge_concern,
    c.ResolveConcern: worry.resolve_concern,
    c.CorrectVerdict: correct.correct_verdict,
    c.InviteStaff: accounts.invite_staff,
    c.AcceptInvitation: accounts.accept_invitation,
    c.DisableStaff: accounts.disable_staff,
    c.OpenSession: accounts.open_session,
    c.CloseSession: accounts.close_session,
}

_STAFF_ONLY = (
    e.NoteWritten,
    e.VerdictRecorded,
    e.VerdictCorrected,
    e.ConcernRaised,
    e.AnswerTravelled,
    e.ReachChanged,
    e.LeaningsChanged,
    e.PictureKept,
)


def topics_of(event: e.Event) -> Iterable[str]:
    """The live topics that an event concerns.

    Whatever changes the queue or duty is told to the console; a person's own room hears of
    everything about their talk but what staff alone see (``_STAFF_ONLY``).
    """
    if isinstance(event, e.TalkChanged):
        yield talk_topic(event.talk_id)
        if not isinstance(event, _STAFF_ONLY):
            yield room_topic(event.person_id)
    if not isinstance(event, e.NoteWritten | e.ErrandPosted):
        yield CONSOLE


class Bus:
    """Runs commands."""

    def __init__(
        self,
        *,
        units: Units,
        tools: Tools,
        live: LiveFeed,
        wake_relay: Callable[[Iterable[str]], None],
        tally: Tally,
    ) -> None:
        self._units = units
        self._tools = tools
        self._live = live
        self._wake_relay = wake_relay
        self._tally = tally

    async def run(self, command: c.Command[Result]) -> Result:
        """Handle ``command`` and return what its docstring names, after the durable commit.

        Raises the refusals of ``bot.core.model.errors``; nothing is changed then.
        """
        handler, name = HANDLERS[type(command)], type(command).__name__
        with self._tally(name):
            result, events = await self._units.run(lambda unit: handler(command, unit, self._tools))
        self._react(events)
        return cast("Result", result)

    def _react(self, events: Iterable[e.Event]) -> None:
        """News after the commit. A lost one costs nothing; see ``bot.core.model.events``."""
        topics: set[str] = set()
        for event in events:
            topics.update(topics_of(event))
        if topics:
            self._live.ring(topics)
        carriers = {event.carrier for event in events if isinstance(event, e.ErrandPosted)}
        if carriers:
            self._wake_relay(carriers)
