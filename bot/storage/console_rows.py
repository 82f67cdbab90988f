"""Rows to what the console shows."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.model.ids import ConcernId, MessageId, NoteId, TalkId
from bot.core.model.messages import Delivery, Note, Sender
from bot.core.model.safety import ConcernState
from bot.core.model.sealed import WrappedKey
from bot.core.model.talk import TalkState
from bot.core.ports.reads import Alarm, ConsoleLine, Mark, NoteLine, TalkRow
from bot.core.ports.vault import Vault
from bot.storage.kinds import AnyRow
from bot.storage.opening import message_words, opened
from triage.verdict import Verdict

Mask = Callable[[str], tuple[str, bool]]


def talk_row(row: AnyRow) -> TalkRow:
    """A talk in a list."""
    return TalkRow(
        talk_id=TalkId(row.id),
        handle=row.handle,
        state=TalkState(row.state),
        danger=row.danger,
        waiting_since=row.waiting_since,
        last_heard_at=row.last_heard_at,
        first_time=row.first_answered_at is None,
        holder=row.holder,
        flagged=row.concern_id is not None,
    )


def alarm(row: AnyRow) -> Alarm:
    """An open concern."""
    return Alarm(
        concern_id=ConcernId(row.id),
        talk_id=TalkId(row.talk_id),
        handle=row.handle,
        level=row.level,
        kinds=row.kinds,
        state=ConcernState(row.state),
        raised_at=row.raised_at,
        acknowledged_by=row.acknowledger,
    )


def line(row: AnyRow, vault: Vault, key: WrappedKey | None, mask: Mask) -> ConsoleLine:
    """One message. What a visitor wrote is masked; marks only where nothing was (rule 11)."""
    words = message_words(vault, key, row)
    masked = False
    if words is not None and row.sender == Sender.VISITOR:
        words, masked = mask(words)
    verdict = Verdict(row.level, row.kinds, row.reasons)
    whole = words is not None and not masked
    return ConsoleLine(
        message_id=MessageId(row.id),
        seq=row.seq,
        sender=Sender(row.sender),
        by=row.work_name,
        words=words,
        text_key=row.text_key,
        at=row.at,
        delivery=None if row.delivery is None else Delivery(row.delivery),
        verdict=verdict,
        assessed=row.assessed,
        marks=tuple(Mark(r.start, r.end, r.rule) for r in verdict.reasons) if whole else (),
    )


def note(row: AnyRow, vault: Vault, key: WrappedKey | None) -> NoteLine:
    """A staff note."""
    note_id = NoteId(row.id)
    words = opened(vault, key, row.sealed, Note.bound_to(note_id))
    return NoteLine(note_id=note_id, by=row.work_name, words=words, at=row.at)
