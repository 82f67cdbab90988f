"""Opening what lies sealed in rows. Words that cannot be opened are None, never an error."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.model.errors import Sealed
from bot.core.ports.vault import SealedWords, Vault, WrappedKey
from bot.storage.tables import person_keys


def opened(vault: Vault, key: bytes | None, sealed: bytes | None, *, bound_to: str) -> str | None:
    """The words; None where there are none, the key is destroyed, or they do not fit."""
    if key is None or sealed is None:
        return None
    try:
        return vault.open(WrappedKey(key), SealedWords(sealed), bound_to=bound_to)
    except Sealed:
        return None


async def any_wrapped_key(engine: AsyncEngine) -> WrappedKey | None:
    """Some person's wrapped key, to see whether today's keys fit; None where nobody wrote yet."""
    async with engine.connect() as connection:
        wrapped = (await connection.execute(select(person_keys.c.wrapped).limit(1))).scalar()
    return None if wrapped is None else WrappedKey(wrapped)
