"""Which of a person's addresses is meant, and what staff are told of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.ids import PersonId
from bot.core.model.mail import Address
from bot.core.model.sealed import Tag
from bot.core.ports.reads import Reach
from bot.storage import rows
from bot.storage import tables as t

PAGE = "webchat"
"""The channel whose people come and look: their room is there as long as they can be reached."""

_a = t.addresses.c
# Wherever something can be sent comes first, then what was not left, then the latest.
_ADDRESSES = (
    select(*rows.ADDRESS)
    .where(_a.person_id == bindparam("who"))
    .order_by(_a.sealed.is_(None), _a.left_at.is_not(None), _a.turn.desc())
)


async def addresses_of(connection: AsyncConnection, person_id: PersonId) -> list[Address]:
    """Every address of a person, the one to use first."""
    return [rows.address(row) for row in await connection.execute(_ADDRESSES, {"who": person_id})]


def address_on(channel: str, addresses: Sequence[Address]) -> Address | None:
    """The first of ``addresses_of`` on a channel.

    On the page also where their session is over and they could come by another way, a bell's
    link for example.
    """
    for address in addresses:
        if address.channel == channel:
            return address
    if channel == PAGE and addresses:
        return Address(PAGE, Tag(b""), addresses[0].person_id, sealed=None, expires_at=None)
    return None


async def reach_of(connection: AsyncConnection, person_id: PersonId, channel: str) -> Reach:
    """Where an answer would go, and whether it arrives."""
    address = address_on(channel, await addresses_of(connection, person_id))
    return Reach(
        channel=channel,
        left=address is None or address.left_at is not None,
        bell_only=address is not None and address.bell_only,
    )
