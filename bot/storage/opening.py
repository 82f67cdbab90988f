"""Opening what lies sealed in rows. Words that cannot be opened are None, never an error."""

from __future__ import annotations

from bot.core.model.errors import Sealed
from bot.core.ports.vault import SealedWords, Vault, WrappedKey


def opened(vault: Vault, key: bytes | None, sealed: bytes | None, *, bound_to: str) -> str | None:
    """The words; None where there are none, the key is destroyed, or they do not fit."""
    if key is None or sealed is None:
        return None
    try:
        return vault.open(WrappedKey(key), SealedWords(sealed), bound_to=bound_to)
    except Sealed:
        return None
