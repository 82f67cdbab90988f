"""Raised flags."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.core.model.ids import ConcernId, TalkId
from bot.core.model.safety import Concern
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.statements import Repository

_ADD = insert(t.concerns)
_GET = select(*rows.CONCERN).where(t.concerns.c.id == bindparam("which")).with_for_update()
_OPEN_OF = (
    select(*rows.CONCERN)
    .where(t.concerns.c.talk_id == bindparam("which"), t.OPEN)
    .with_for_update()
)
_SAVE = update(t.concerns).where(t.concerns.c.id == bindparam("which"))


class SqlConcerns(Repository):
    """Implements ``bot.core.ports.store.Concerns``."""

    async def add(self, concern: Concern) -> None:
        """Store a new concern. The database refuses a second open one of the same talk."""
        fixed = {"id": concern.id, "talk_id": concern.talk_id}
        await self._do(_ADD, fixed | rows.concern_values(concern))

    async def get(self, concern_id: ConcernId) -> Concern | None:
        """One concern, locked."""
        row = await self._one(_GET, {"which": concern_id})
        return None if row is None else rows.concern(row)

    async def open_of(self, talk_id: TalkId) -> Concern | None:
        """The talk's open concern, locked."""
        row = await self._one(_OPEN_OF, {"which": talk_id})
        return None if row is None else rows.concern(row)

    async def save(self, concern: Concern) -> None:
        """Write a changed concern back."""
        values = rows.concern_values(concern) | {"talk_id": concern.talk_id}
        await self._do(_SAVE, {"which": concern.id, **values})
