"""Messages of talks."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.ids import MessageId, TalkId
from bot.core.model.messages import Delivery, Message, Sender
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.statements import Repository

_NO_END = 2**31 - 1

_ADD = insert(t.messages)
_GET = select(*rows.MESSAGE).where(t.messages.c.id == bindparam("which")).with_for_update()
_SAVE = update(t.messages).where(t.messages.c.id == bindparam("which"))
_HEARD = (
    select(t.messages.c.id)
    .where(
        t.messages.c.talk_id == bindparam("which"),
        t.messages.c.seq <= bindparam("upto"),
        t.messages.c.sender == Sender.VISITOR,
    )
    .order_by(t.messages.c.seq.desc())
    .limit(1)
)
_ALL = (
    select(*rows.MESSAGE)
    .where(t.messages.c.talk_id == bindparam("which"))
    .order_by(t.messages.c.seq)
    .with_for_update()
)
_SEEN = (
    update(t.messages)
    .where(
        t.messages.c.talk_id == bindparam("which"),
        t.messages.c.seq <= bindparam("upto"),
        t.messages.c.delivery.in_([Delivery.SENDING, Delivery.IN_ROOM]),
    )
    .values(delivery=Delivery.DELIVERED)
)


class SqlMessages(Repository):
    """Implements ``bot.core.ports.store.Messages``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.emptied = False

    async def add(self, message: Message) -> None:
        """Store a new message."""
        await self._do(_ADD, rows.message_values(message))

    async def get(self, message_id: MessageId) -> Message | None:
        """One message, locked."""
        row = await self._one(_GET, {"which": message_id})
        return None if row is None else rows.message(row)

    async def save_verdict(self, message: Message) -> None:
        """Write what triage says back."""
        await self._do(_SAVE, {"which": message.id, **rows.verdict_values(message)})

    async def save_delivery(self, message: Message) -> None:
        """Write how far it came back."""
        await self._do(_SAVE, {"which": message.id, "delivery": message.delivery})

    async def save_taken_back(self, message: Message) -> None:
        """Write what is left of it back."""
        self.emptied = True
        values = {"sealed": message.sealed, "taken_back": message.taken_back}
        values |= rows.verdict_values(message)
        await self._do(_SAVE, {"which": message.id, **values})

    async def all_of(self, talk_id: TalkId) -> list[Message]:
        """Every message of a talk, in order, locked."""
        return [rows.message(row) for row in await self._all(_ALL, {"which": talk_id})]

    async def move(self, message: Message) -> None:
        """Write where it belongs now back, sealed anew."""
        values = {"talk_id": message.talk_id, "seq": message.seq, "sealed": message.sealed}
        await self._do(_SAVE, {"which": message.id, **values})

    async def latest_heard(self, talk_id: TalkId, upto: int | None = None) -> MessageId | None:
        """The visitor's latest message, or their latest up to a number."""
        values = {"which": talk_id, "upto": _NO_END if upto is None else upto}
        row = await self._one(_HEARD, values)
        return None if row is None else MessageId(row[0])

    async def mark_seen(self, talk_id: TalkId, upto: int) -> int:
        """Outgoing messages up to a number have been seen; FAILED ones stay."""
        return await self._do(_SEEN, {"which": talk_id, "upto": upto})
