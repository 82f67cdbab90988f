"""Opening sealed words for a screen: what cannot be opened is None, never an error."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.errors import Sealed
from bot.core.model.sealed import SealedWords, WrappedKey
from bot.core.ports.vault import Vault
from bot.storage.kinds import AnyRow
from bot.storage.tables import person_keys

_KEY = select(person_keys.c.wrapped).where(person_keys.c.person_id == bindparam("person_id"))


async def key_of(connection: AsyncConnection, person_id: str) -> WrappedKey | None:
    """The person's wrapped key; None once it is destroyed."""
    wrapped = (await connection.execute(_KEY, {"person_id": person_id})).scalar()
    return None if wrapped is None else WrappedKey(bytes(wrapped))


def opened(vault: Vault, key: WrappedKey | None, sealed: bytes | None, bound_to: str) -> str | None:
    """The words, or None where key or words are gone or do not fit."""
    if key is None or sealed is None:
        return None
    try:
        return vault.open(key, SealedWords(sealed), bound_to=bound_to)
    except Sealed:
        return None


def message_words(vault: Vault, key: WrappedKey | None, row: AnyRow) -> str | None:
    """The words of a row of ``messages``."""
    return opened(vault, key, row.sealed, f"message:{row.id}")
