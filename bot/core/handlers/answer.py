"""A member of staff writes: an answer to the person, or a note beside the talk."""

from __future__ import annotations

from bot.core.model.commands import ReplyToVisitor, WriteNote
from bot.core.model.errors import KeyReused, NotFound, RecordErased
from bot.core.model.events import AnswerWritten, NoteWritten
from bot.core.model.ids import MessageId, NoteId, StaffId, TalkId
from bot.core.model.messages import Delivery, Message, Note, Sender
from bot.core.model.people import Permission, sees_talk
from bot.core.model.sealed import Tag
from bot.core.model.talk import Talk
from bot.core.model.words import clean
from bot.core.ports.store import SeenEvent, UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import answering_staff, deliver, key_of, talk_of

SOURCE = "console"


async def reply_to_visitor(command: ReplyToVisitor, uow: UnitOfWork, tools: Tools) -> MessageId:
    """Store an answer and make its delivery due. The same key again changes nothing.

    Raises ``NotAssigned`` unless the talk is held by this member of staff, ``KeyReused``,
    ``RecordErased`` and ``BadInput`` kinds.
    """
    staff = await answering_staff(uow, command.staff_id)
    words = clean(command.words, limit=tools.policy.words_limit)
    talk = await talk_of(uow, command.talk_id)
    event_tag, digest = _tags(tools, staff.id, talk.id, command.key, words)
    earlier = await uow.mail.recall(SOURCE, event_tag)
    if earlier is not None:
        return MessageId(_same(earlier, digest))
    now = tools.clock.now()
    talk.answer(staff.id, now=now)
    key = await key_of(uow, talk)
    message = Message(
        id=MessageId(tools.ids.new()),
        talk_id=talk.id,
        seq=talk.next_seq(),
        sender=Sender.STAFF,
        at=now,
        staff_id=staff.id,
        delivery=Delivery.SENDING,
    )
    message.sealed = tools.vault.seal(key, words, bound_to=message.bound_to)
    await uow.messages.add(message)
    await _remember(uow, tools, talk=talk, tags=(event_tag, digest), row_id=message.id)
    await uow.talks.save(talk)
    await deliver(uow, tools, talk=talk, message=message)
    uow.publish(AnswerWritten(talk.id, talk.person_id))
    return message.id


async def write_note(command: WriteNote, uow: UnitOfWork, tools: Tools) -> NoteId:
    """Store a note. Whoever may see the talk may leave one. Raises ``NotFound`` for others."""
    staff = await answering_staff(uow, command.staff_id)
    words = clean(command.words, limit=tools.policy.words_limit)
    talk = await talk_of(uow, command.talk_id)
    flagged = await uow.concerns.open_of(talk.id) is not None
    if not sees_talk(staff.viewer, holder=talk.holder, flagged=flagged) or not staff.viewer.may(
        Permission.TALK_ANSWER
    ):
        raise NotFound
    event_tag, digest = _tags(tools, staff.id, talk.id, command.key, words)
    earlier = await uow.mail.recall(SOURCE, event_tag)
    if earlier is not None:
        return NoteId(_same(earlier, digest))
    key = await key_of(uow, talk)
    note_id = NoteId(tools.ids.new())
    sealed = tools.vault.seal(key, words, bound_to=Note.bound_to(note_id))
    await uow.talks.add_note(Note(note_id, talk.id, staff.id, tools.clock.now(), sealed))
    await _remember(uow, tools, talk=talk, tags=(event_tag, digest), row_id=note_id)
    uow.publish(NoteWritten(talk.id, talk.person_id))
    return note_id


def _tags(
    tools: Tools, staff_id: StaffId, talk_id: TalkId, key: str, words: str
) -> tuple[Tag, Tag]:
    event = tools.vault.tag("event", f"{SOURCE}\n{staff_id}\n{talk_id}\n{key}")
    return event, tools.vault.tag("words", words)


def _same(earlier: SeenEvent, digest: Tag) -> str:
    if earlier.digest is None:
        raise RecordErased
    if earlier.digest != digest:
        raise KeyReused
    return earlier.row_id


async def _remember(
    uow: UnitOfWork, tools: Tools, *, talk: Talk, tags: tuple[Tag, Tag], row_id: str
) -> None:
    await uow.mail.remember(
        SeenEvent(SOURCE, tags[0], tags[1], talk.person_id, row_id, tools.clock.now())
    )
