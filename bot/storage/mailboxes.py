"""Inbound events that were seen, and errands that are due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.ids import ErrandId
from bot.core.model.sealed import Tag
from bot.core.ports.store import Errand, SeenEvent
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.columns import Moment
from bot.storage.statements import Overtaken, Repository, insert_or_leave

_REMEMBER = insert_or_leave(t.seen_events)
_RECALL = select(*rows.SEEN).where(
    t.seen_events.c.source == bindparam("source"), t.seen_events.c.tag == bindparam("tag")
)
_POST = insert(t.errands)
_SETTLE = delete(t.errands).where(t.errands.c.id == bindparam("which"))
_POSTPONE = update(t.errands).where(t.errands.c.id == bindparam("which"))
_DUE, _AHEAD = t.errands.alias("due"), t.errands.alias("ahead")
_HEADS = (
    select(_DUE.c.turn)
    .where(
        _DUE.c.due_at <= bindparam("now", type_=Moment()),
        ~exists().where(_AHEAD.c.lane == _DUE.c.lane, _AHEAD.c.turn < _DUE.c.turn),
    )
    .order_by(_DUE.c.due_at, _DUE.c.turn)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=_DUE)
)
# A lease is a later due time: when it runs out unsettled, the errand is simply due again.
_CLAIM = (
    update(t.errands)
    .where(t.errands.c.turn.in_(_HEADS))
    .values(
        due_at=bindparam("lease_until", type_=Moment()),
        tries=t.errands.c.tries + 1,
    )
    .returning(t.errands.c.turn, *rows.ERRAND)
)


class SqlMailroom(Repository):
    """Implements ``bot.core.ports.store.Mailroom``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._unseen: set[tuple[str, Tag]] = set()

    async def remember(self, seen: SeenEvent) -> bool:
        """Note an event; False if it was seen before.

        Raises ``Overtaken`` where this unit recalled nothing and now it is there: another
        process took the same event in meanwhile.
        """
        if await self._put(_REMEMBER, rows.seen_values(seen)):
            self._unseen.discard((seen.source, seen.tag))
            return True
        if (seen.source, seen.tag) in self._unseen:
            raise Overtaken
        return False

    async def recall(self, source: str, tag: Tag) -> SeenEvent | None:
        """The event as it was first seen."""
        row = await self._one(_RECALL, {"source": source, "tag": tag})
        if row is None:
            self._unseen.add((source, tag))
            return None
        return rows.seen(row)

    async def post(self, errand: Errand) -> None:
        """Make something due."""
        await self._do(_POST, rows.errand_values(errand))

    async def claim(self, now: datetime, *, lease_until: datetime, limit: int) -> list[Errand]:
        """Lease the due heads of lanes."""
        values = {"now": now, "lease_until": lease_until, "most": limit}
        claimed = await self._all(_CLAIM, values)
        return [rows.errand(row[1:]) for row in sorted(claimed, key=lambda row: int(row[0]))]

    async def settle(self, errand_id: ErrandId) -> None:
        """The errand is done: its row goes."""
        await self._do(_SETTLE, {"which": errand_id})

    async def postpone(self, errand_id: ErrandId, due_at: datetime) -> None:
        """Try again later."""
        await self._do(_POSTPONE, {"which": errand_id, "due_at": due_at})
