"""Talks, the queue, and notes."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.core.model.ids import PersonId, StaffId, TalkId
from bot.core.model.messages import Note
from bot.core.model.talk import Talk, TalkState
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.statements import Repository

_ADD = insert(t.talks)
_GET = select(*rows.TALK).where(t.talks.c.id == bindparam("which")).with_for_update()
_OF_PERSON = select(*rows.TALK).where(t.talks.c.person_id == bindparam("who")).with_for_update()
_SAVE = update(t.talks).where(t.talks.c.id == bindparam("which"))
# The literal text lets SQLite see that the partial index holds every row that may match.
_NEXT = (
    select(*rows.TALK)
    .where(t.WAITS)
    .order_by(t.talks.c.queue_band.desc(), t.talks.c.queue_since, t.talks.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_HELD_BY = (
    select(*rows.TALK)
    .where(t.talks.c.holder == bindparam("who"), t.talks.c.state == TalkState.HELD)
    .order_by(t.talks.c.id)
    .with_for_update()
)
_ADD_NOTE = insert(t.notes)
_NOTES = (
    select(*rows.NOTE)
    .where(t.notes.c.talk_id == bindparam("which"))
    .order_by(t.notes.c.id)
    .with_for_update()
)
_MOVE_NOTE = update(t.notes).where(t.notes.c.id == bindparam("which"))


class SqlTalks(Repository):
    """Implements ``bot.core.ports.store.Talks``."""

    async def add(self, talk: Talk) -> None:
        """Store a new talk."""
        fixed = {"id": talk.id, "person_id": talk.person_id, "opened_at": talk.opened_at}
        await self._do(_ADD, fixed | rows.talk_values(talk))

    async def get(self, talk_id: TalkId) -> Talk | None:
        """The talk, locked."""
        row = await self._one(_GET, {"which": talk_id})
        return None if row is None else rows.talk(row)

    async def of_person(self, person_id: PersonId) -> Talk | None:
        """The person's talk, locked."""
        row = await self._one(_OF_PERSON, {"who": person_id})
        return None if row is None else rows.talk(row)

    async def save(self, talk: Talk) -> None:
        """Write a changed talk back, and its place in the queue with it."""
        await self._do(_SAVE, {"which": talk.id, **rows.talk_values(talk)})

    async def next_waiting(self) -> Talk | None:
        """Whoever is next, locked; talks that another process is taking are passed over."""
        row = await self._one(_NEXT, {})
        return None if row is None else rows.talk(row)

    async def held_by(self, staff_id: StaffId) -> list[Talk]:
        """All talks that somebody holds, locked."""
        return [rows.talk(row) for row in await self._all(_HELD_BY, {"who": staff_id})]

    async def add_note(self, note: Note) -> None:
        """Store a note."""
        await self._do(_ADD_NOTE, rows.note_values(note))

    async def notes(self, talk_id: TalkId) -> list[Note]:
        """All notes beside a talk, oldest first, locked."""
        return [Note(*row) for row in await self._all(_NOTES, {"which": talk_id})]

    async def move_note(self, note: Note) -> None:
        """Write where it belongs now back, sealed anew."""
        values = {"talk_id": note.talk_id, "sealed": note.sealed}
        await self._do(_MOVE_NOTE, {"which": note.id, **values})
