"""What the relay opens: one message at a time, outside any transaction that writes."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.model.ids import MessageId
from bot.core.model.messages import Outbound, Sender
from bot.core.ports.reads import Parcel, Specimen
from bot.core.ports.store import Address
from bot.core.ports.vault import Vault
from bot.storage.opening import key_of, message_words, opened
from bot.storage.tables import addresses, messages, persons, talks
from triage.verdict import Verdict

BEFORE = 2  # how many earlier own messages a model is shown

_MESSAGE = (
    select(messages, talks.c.person_id, talks.c.channel, persons.c.locale, persons.c.state)
    .join(talks, talks.c.id == messages.c.talk_id)
    .join(persons, persons.c.id == talks.c.person_id)
    .where(messages.c.id == bindparam("message_id"))
)
_ADDRESS = (
    select(addresses)
    .where(
        addresses.c.person_id == bindparam("person_id"),
        addresses.c.channel == bindparam("channel"),
    )
    .order_by(addresses.c.sealed.is_(None), addresses.c.tag)
    .limit(1)
)
_EARLIER = (
    select(messages.c.id, messages.c.sealed)
    .where(
        messages.c.talk_id == bindparam("talk_id"),
        messages.c.seq < bindparam("seq"),
        messages.c.sender == Sender.VISITOR.value,
    )
    .order_by(messages.c.seq.desc())
    .limit(BEFORE)
)


class RelayReadsSql:
    """Implements ``bot.core.ports.reads.RelayReads``."""

    def __init__(
        self, engine: AsyncEngine, *, vault: Vault, say: Callable[[str, str], str]
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._say = say

    async def parcel(self, message_id: MessageId) -> Parcel | None:
        """What to carry, and where; None where there is nothing any more."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_MESSAGE, {"message_id": message_id})).first()
            if row is None:
                return None
            key = await key_of(connection, row.person_id)
            values = {"person_id": row.person_id, "channel": row.channel}
            place = (await connection.execute(_ADDRESS, values)).first()
        template = None if row.text_key is None else self._say(row.text_key, row.locale)
        words = template or message_words(self._vault, key, row)
        if key is None or words is None:
            return None
        address = None
        if place is not None:
            bound_to = Address.bound_to(place.channel, place.tag)
            address = opened(self._vault, key, place.sealed, bound_to)
        outbound = Outbound(message_id, words, row.text_key is not None, row.locale)
        return Parcel(row.channel, address, outbound)

    async def specimen(self, message_id: MessageId) -> Specimen | None:
        """What to let a model look at; None where there is nothing any more."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_MESSAGE, {"message_id": message_id})).first()
            if row is None:
                return None
            key = await key_of(connection, row.person_id)
            values = {"talk_id": row.talk_id, "seq": row.seq}
            earlier = list(await connection.execute(_EARLIER, values))
        words = message_words(self._vault, key, row)
        if words is None:
            return None
        before = [message_words(self._vault, key, one) for one in reversed(earlier)]
        floor = Verdict(row.level, row.kinds, row.reasons)
        return Specimen(words, tuple(word for word in before if word is not None), floor)
