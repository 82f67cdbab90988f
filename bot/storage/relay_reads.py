"""What the relay opens, one message at a time, outside any transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model.ids import MessageId
from bot.core.model.messages import Outbound, Sender
from bot.core.ports.reads import Parcel, RelayReads, Specimen
from bot.core.ports.store import Address
from bot.core.ports.vault import Vault
from bot.storage import tables as t
from bot.storage.opening import opened
from triage.verdict import Verdict

BEFORE = 2

_m = t.messages.c
_JOINED = t.messages.join(t.talks, _m.talk_id == t.talks.c.id).join(
    t.person_keys, t.person_keys.c.person_id == t.talks.c.person_id
)
_OUTGOING = (
    select(
        _m.sealed, _m.text_key, _m.sender,
        t.talks.c.channel, t.persons.c.locale, t.persons.c.id, t.person_keys.c.wrapped,
    )
    .select_from(_JOINED.join(t.persons, t.persons.c.id == t.talks.c.person_id))
    .where(_m.id == bindparam("which"), _m.sender != Sender.VISITOR)
)  # fmt: skip
_ADDRESSES = (
    select(t.addresses.c.tag, t.addresses.c.sealed)
    .where(
        t.addresses.c.person_id == bindparam("who"),
        t.addresses.c.channel == bindparam("on_channel"),
    )
    .order_by(t.addresses.c.sealed.is_(None), t.addresses.c.turn.desc())
    .limit(1)
)
_SPECIMEN = (
    select(
        _m.sealed, _m.level, _m.kinds, _m.reasons, _m.assessed,
        _m.talk_id, _m.seq, t.person_keys.c.wrapped,
    )
    .select_from(_JOINED)
    .where(_m.id == bindparam("which"))
)  # fmt: skip
_BEFORE = (
    select(_m.id, _m.sealed)
    .where(
        _m.talk_id == bindparam("talk"),
        _m.seq < bindparam("number"),
        _m.sender == Sender.VISITOR,
    )
    .order_by(_m.seq.desc())
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
        """The words with where they go: the person's latest address on their last channel.

        None where the record is erased, the words cannot be opened, or no address is left.
        """
        async with self._engine.connect() as connection:
            row = (await connection.execute(_OUTGOING, {"which": message_id})).first()
            if row is None:
                return None
            sealed, text_key, sender, channel, locale, person_id, key = row
            where = {"who": person_id, "on_channel": channel}
            at = (await connection.execute(_ADDRESSES, where)).first()
        words = (
            self._say(text_key, locale)
            if text_key
            else opened(self._vault, key, sealed, bound_to=f"message:{message_id}")
        )
        if at is None or words is None:
            return None
        bound_to = Address.bound_to(channel, at[0])
        address = opened(self._vault, key, at[1], bound_to=bound_to)
        automatic = sender is Sender.SERVICE
        return Parcel(channel, address, Outbound(message_id, words, automatic, locale))

    async def specimen(self, message_id: MessageId) -> Specimen | None:
        """The words with up to two own messages before; None once looked at or erased."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_SPECIMEN, {"which": message_id})).first()
            if row is None or row.assessed:
                return None
            key = row.wrapped
            words = opened(self._vault, key, row.sealed, bound_to=f"message:{message_id}")
            if words is None:
                return None
            before = await self._before(connection, row.talk_id, row.seq, key)
        return Specimen(words, before, Verdict(row.level, row.kinds, row.reasons))

    async def _before(
        self, connection: AsyncConnection, talk_id: str, number: int, key: bytes
    ) -> tuple[str, ...]:
        rows = await connection.execute(_BEFORE, {"talk": talk_id, "number": number})
        texts = [
            opened(self._vault, key, sealed, bound_to=f"message:{earlier}")
            for earlier, sealed in rows
        ]
        return tuple(text for text in reversed(texts) if text is not None)


_: type[RelayReads] = RelayReadsSql
