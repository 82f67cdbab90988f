"""Inbound events that were seen, and errands that are due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, false, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.ids import ErrandId, MessageId, PersonId, TalkId
from bot.core.model.messages import Sender
from bot.core.model.sealed import Tag
from bot.core.ports.store import Action, Errand, SeenEvent
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.columns import Moment
from bot.storage.statements import Overtaken, Repository, insert_or_leave

_REMEMBER = insert_or_leave(t.seen_events)
_RECALL = select(*rows.SEEN).where(
    t.seen_events.c.source == bindparam("source"), t.seen_events.c.tag == bindparam("tag")
)
_FORGET_WORDS = (
    update(t.seen_events).where(t.seen_events.c.row_id == bindparam("of_row")).values(digest=None)
)
_TALK = select(t.messages.c.talk_id).where(t.messages.c.id == bindparam("of_message"))
_MOVE = update(t.seen_events).where(t.seen_events.c.person_id == bindparam("who"))
_TALK_OF = select(t.talks.c.id)
_MOVE_ERRANDS = (
    update(t.errands)
    .where(t.errands.c.talk_id.in_(_TALK_OF.where(t.talks.c.person_id == bindparam("who"))))
    .values(talk_id=_TALK_OF.where(t.talks.c.person_id == bindparam("to_whom")).scalar_subquery())
)
_POST = insert(t.errands).values(talk_id=_TALK.scalar_subquery())
_SETTLE = delete(t.errands).where(t.errands.c.id == bindparam("which"))
_RELEASE = update(t.errands).where(t.errands.c.leased == true()).values(leased=false())
_POSTPONE = update(t.errands).where(t.errands.c.id == bindparam("which")).values(leased=false())
_OF_TALK = (
    t.errands.c.talk_id == bindparam("talk"),
    t.errands.c.carrier == bindparam("by_carrier"),
)
_UNDELIVERED = (
    select(t.messages.c.id)
    .join_from(t.errands, t.messages, t.messages.c.id == t.errands.c.message_id)
    .where(*_OF_TALK, t.errands.c.action == Action.DELIVER, t.messages.c.sender != Sender.VISITOR)
    .order_by(t.errands.c.turn)
)
_CANCEL = delete(t.errands).where(*_OF_TALK)
# A lease is a later due time as well: only what was put off is brought forward.
_NOW = bindparam("now", type_=Moment())
_HASTEN = (
    update(t.errands)
    .where(
        # Found by their talk, which has few; a carrier may have put off very many.
        t.errands.c.turn.in_(select(t.errands.c.turn).where(*_OF_TALK)),
        t.errands.c.due_at > _NOW,
        t.errands.c.leased == false(),
    )
    .values(due_at=_NOW)
)
_DUE, _AHEAD = t.errands.alias("due"), t.errands.alias("ahead")
_HEADS = (
    select(_DUE.c.turn)
    .where(
        _DUE.c.carrier == bindparam("by_carrier"),
        _DUE.c.due_at <= _NOW,
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
        leased=true(),
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

    async def move(self, person_id: PersonId, to: PersonId) -> None:
        """The events of one person are another's from now on, and what is due for them too."""
        await self._do(_MOVE, {"who": person_id, "person_id": to})
        await self._do(_MOVE_ERRANDS, {"who": person_id, "to_whom": to})

    async def forget_words(self, row_id: str) -> None:
        """The words of a message are gone: their digests go too."""
        await self._do(_FORGET_WORDS, {"of_row": row_id})

    async def claim(
        self, now: datetime, *, lease_until: datetime, limit: int, carrier: str
    ) -> list[Errand]:
        """Lease the due heads of lanes that are a carrier's."""
        values = {"now": now, "lease_until": lease_until, "most": limit, "by_carrier": carrier}
        claimed = await self._all(_CLAIM, values)
        return [rows.errand(row[1:]) for row in sorted(claimed, key=lambda row: int(row[0]))]

    async def cancel(self, talk_id: TalkId, carrier: str) -> list[MessageId]:
        """Drop what a carrier was to do for a talk; which messages are not delivered by that."""
        values = {"talk": talk_id, "by_carrier": carrier}
        undelivered = await self._all(_UNDELIVERED, values)
        await self._do(_CANCEL, values)
        return [MessageId(row[0]) for row in undelivered]

    async def hasten(self, talk_id: TalkId, carrier: str, now: datetime) -> None:
        """Let what was put off be due now."""
        await self._do(_HASTEN, {"talk": talk_id, "by_carrier": carrier, "now": now})

    async def release(self, now: datetime) -> int:
        """Let everything that is leased be due now."""
        return await self._do(_RELEASE, {"due_at": now})

    async def settle(self, errand_id: ErrandId) -> None:
        """The errand is done: its row goes."""
        await self._do(_SETTLE, {"which": errand_id})

    async def postpone(self, errand_id: ErrandId, due_at: datetime) -> None:
        """Try again later."""
        await self._do(_POSTPONE, {"which": errand_id, "due_at": due_at})
