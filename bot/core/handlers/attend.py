"""What a messenger may show while a human is there: that they read, that they write."""

from __future__ import annotations

from bot.core.model.commands import NoteRead, NoteTyping
from bot.core.model.ids import StaffId, TalkId
from bot.core.model.mail import Action
from bot.core.model.messages import Capabilities
from bot.core.model.talk import Talk
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import post

_NOTHING = Capabilities(max_length=1, keeps_history=False)


async def note_typing(command: NoteTyping, uow: UnitOfWork, tools: Tools) -> None:
    """Only the holder's writing is shown, and only where a messenger can show it."""
    talk = await _held(uow, command.talk_id, command.staff_id)
    if talk is None or not _abilities(talk, tools).shows_typing:
        return
    await _ask(Action.SHOW_TYPING, talk, None, uow, tools)


async def note_read(command: NoteRead, uow: UnitOfWork, tools: Tools) -> None:
    """'Read' is said only when the holder has the words before them (R-019)."""
    talk = await _held(uow, command.talk_id, command.staff_id)
    if talk is None or command.upto <= talk.read_upto:
        return
    talk.read_upto = min(command.upto, talk.last_seq)
    await uow.talks.save(talk)
    if _abilities(talk, tools).marks_read:
        await _ask(Action.MARK_READ, talk, talk.read_upto, uow, tools)


async def _held(uow: UnitOfWork, talk_id: TalkId, staff_id: StaffId) -> Talk | None:
    talk = await uow.talks.get(talk_id)
    return talk if talk is not None and talk.holder == staff_id else None


def _abilities(talk: Talk, tools: Tools) -> Capabilities:
    return tools.policy.messengers.get(talk.channel, _NOTHING)


async def _ask(action: Action, talk: Talk, upto: int | None, uow: UnitOfWork, tools: Tools) -> None:
    heard = await uow.messages.latest_heard(talk.id, upto)
    if heard is None:
        return
    lane = f"{action}:{talk.id}"
    await post(uow, tools, action=action, message_id=heard, lane=lane, carrier=talk.channel)
