"""What the relay opens, one message at a time, outside any transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model.ids import ErrandId, MessageId
from bot.core.model.mail import Address, Picture, StoredTicket
from bot.core.model.messages import Delivery, Sender
from bot.core.model.sealed import Tag
from bot.core.model.talk import Talk
from bot.core.ports.relay_reads import Envelope, FreePass, Parcel, RelayReads, Specimen
from bot.core.ports.vault import Vault
from bot.storage import relay_queries as q
from bot.storage import rows
from bot.storage.columns import AnyRow
from bot.storage.opening import opened
from bot.storage.platforms import BEGUN_LASTS
from bot.storage.reach import address_on, addresses_of
from triage.course import Earlier
from triage.verdict import Verdict

_MINUTE = timedelta(minutes=1)
CARD_KEY = "safety.card"
"""The template that always rings."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """For which errand, and when: what decides which token may be used."""

    errand_id: ErrandId
    now: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """A message, its talk, and what opens its words."""

    sealed: bytes | None
    text_key: str | None
    sender: Sender
    delivery: Delivery | None
    came_by: str | None
    locale: str
    key: bytes
    talk: Talk


class RelayReadsSql:
    """Implements ``bot.core.ports.relay_reads.RelayReads``."""

    def __init__(self, engine: AsyncEngine, *, vault: Vault, batch: int = 200) -> None:
        self._engine = engine
        self._vault = vault
        self._batch = batch  # addresses that are read at a time

    async def parcel(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> Parcel | None:
        """The words with where they go: the person's latest address on their last channel.

        None where the record is erased, the words cannot be opened, or no address is left. A
        page that they would have to look at themselves is left as long as any address is.
        """
        async with self._engine.connect() as connection:
            found = await _message(connection, message_id)
            if found is None or found.sender is Sender.VISITOR:
                return None
            addresses = await addresses_of(connection, found.talk.person_id)
            address = address_on(found.talk.channel, addresses)
            if address is None:
                return None
            envelope = await self._envelope(connection, found, address, _Ask(errand_id, now))
        bound_to = f"message:{message_id}"
        words = opened(self._vault, found.key, found.sealed, bound_to=bound_to)
        if words is None and found.text_key is None:
            return None
        automatic = found.sender is Sender.SERVICE
        return Parcel(envelope, words, found.text_key, automatic)

    async def envelope(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> Envelope | None:
        """The messenger by which an incoming message came; None where it came by a page."""
        async with self._engine.connect() as connection:
            found = await _message(connection, message_id)
            if found is None or found.sender is not Sender.VISITOR:
                return None
            channel = found.came_by or found.talk.channel
            address = address_on(channel, await addresses_of(connection, found.talk.person_id))
            if address is None or address.sealed is None:
                return None
            return await self._envelope(connection, found, address, _Ask(errand_id, now))

    async def bell(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> tuple[Envelope, bool] | None:
        """The messenger on which to ring, and whether for a card, which always rings.

        None where there is nothing new to look at, or nobody can be reached.
        """
        async with self._engine.connect() as connection:
            found = await _message(connection, message_id)
            if found is None or found.delivery not in {Delivery.SENDING, Delivery.IN_ROOM}:
                return None
            card = found.text_key == CARD_KEY
            if not card and not found.talk.bell_due(now):
                return None
            first = next(iter(await addresses_of(connection, found.talk.person_id)), None)
            if first is None or first.sealed is None or first.left_at is not None:
                return None
            ask = _Ask(errand_id, now)
            return await self._envelope(connection, found, first, ask), card

    async def specimen(self, message_id: MessageId) -> Specimen | None:
        """The words with the person's messages before; None once looked at or erased."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(q.SPECIMEN, {"which": message_id})).first()
            if row is None or row.assessed:
                return None
            key = row.wrapped
            words = opened(self._vault, key, row.sealed, bound_to=f"message:{message_id}")
            if words is None:
                return None
            before = await self._before(connection, row)
        return Specimen(words, before, Verdict(row.level, row.kinds, row.reasons))

    async def picture(self, message_id: MessageId) -> tuple[str, str] | None:
        """Channel and platform's name of a picture that is due."""
        row = await self._first(q.PICTURE, which=message_id)
        if row is None:
            return None
        bound_to = Picture.bound_to(message_id)
        name = opened(self._vault, row.wrapped, row.sealed, bound_to=bound_to)
        return None if name is None else (row.came_by or row.channel, name)

    async def read_mark(self, message_id: MessageId) -> tuple[str, str] | None:
        """Channel and token by which the platform is told that a message was read."""
        row = await self._first(q.READ_MARK, which=message_id)
        if row is None:
            return None
        bound_to = StoredTicket.bound_to(Tag(row.tag))
        token = opened(self._vault, row.wrapped, row.sealed, bound_to=bound_to)
        return None if token is None else (row.channel, token)

    async def alive_at(self, channel: str) -> datetime | None:
        """When the channel last heard its platform."""
        row = await self._first(q.ALIVE, on_channel=channel)
        return None if row is None else row.alive_at

    async def known_addresses(self, channel: str) -> AsyncIterator[str]:
        """Every address of a channel that was not left; no connection waits for the caller."""
        after: bytes | None = b""
        while after is not None:
            batch = await self._known(channel, after)
            for row in batch:
                bound_to = Address.bound_to(channel, Tag(row.tag))
                address = opened(self._vault, row.wrapped, row.sealed, bound_to=bound_to)
                if address is not None:
                    yield address
            after = batch[-1].tag if len(batch) == self._batch else None

    async def _known(self, channel: str, after: bytes) -> Sequence[AnyRow]:
        async with self._engine.connect() as connection:
            values = {"on_channel": channel, "after": after, "most": self._batch}
            return (await connection.execute(q.KNOWN, values)).all()

    async def _first(self, statement: Executable, **values: object) -> AnyRow | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).first()

    async def _envelope(
        self, connection: AsyncConnection, found: _Found, address: Address, ask: _Ask
    ) -> Envelope:
        bound_to = Address.bound_to(address.channel, address.tag)
        return Envelope(
            channel=address.channel,
            address=opened(self._vault, found.key, address.sealed, bound_to=bound_to),
            person_id=found.talk.person_id,
            talk_id=found.talk.id,
            locale=found.locale,
            bell_only=address.bell_only,
            left=address.left_at is not None,
            free=await self._free(connection, found, address.channel, ask),
        )

    async def _free(
        self, connection: AsyncConnection, found: _Found, channel: str, ask: _Ask
    ) -> FreePass | None:
        """The token that this errand began with, for a try after a crash; else the newest."""
        values = {
            "who": found.talk.person_id,
            "on_channel": channel,
            "errand": ask.errand_id,
            "now": ask.now,
            "since": ask.now - BEGUN_LASTS,
        }
        row = (await connection.execute(q.FREE, values)).first()
        if row is None:
            return None
        tag = Tag(row.tag)
        token = opened(self._vault, found.key, row.sealed, bound_to=StoredTicket.bound_to(tag))
        if token is None:
            return None
        return FreePass(tag, token, row.expires_at, begun=row.errand_id is not None)

    async def _before(self, connection: AsyncConnection, row: AnyRow) -> tuple[Earlier, ...]:
        """What was taken back still counts by its level, without words."""
        values = {"talk": row.talk_id, "number": row.seq, "since": row.at - q.BEFORE_LASTS}
        found = (await connection.execute(q.EARLIER, values)).all()
        whole = [each.id for each in found if each.sealed is not None][: q.READ]
        words = {
            each.id: opened(self._vault, row.wrapped, each.sealed, bound_to=f"message:{each.id}")
            for each in found
            if each.id in whole
        }
        return tuple(
            Earlier(words.get(each.id) or "", each.level, (row.at - each.at) / _MINUTE)
            for each in reversed(found)
        )


async def _message(connection: AsyncConnection, message_id: MessageId) -> _Found | None:
    row = (await connection.execute(q.MESSAGE, {"which": message_id})).first()
    if row is None:
        return None
    return _Found(*[*row[: q.TALK_AT], rows.talk(row[q.TALK_AT :])])


_: type[RelayReads] = RelayReadsSql
