"""What the house asks of the vault: seal, open, tag. Pure computation, no database.

The vault holds two secrets from a file outside the database: the key-encryption key that
wraps every person's data key, and the pepper behind every tag. Shredding is no method here:
it is the deletion of a wrapped key's row (``docs/privacy.md``).
"""

from __future__ import annotations

from typing import Protocol

from bot.core.model.sealed import SealedWords, Tag, WrappedKey

__all__ = ["SealedWords", "Tag", "Vault", "WrappedKey"]


class Vault(Protocol):
    """Seals words and tags addresses."""

    def new_key(self) -> WrappedKey:
        """Make a data key for a new person. Called once, when the person first writes."""
        ...

    def seal(self, key: WrappedKey, words: str, *, bound_to: str) -> SealedWords:
        """Seal ``words``; only the same ``bound_to`` (the row's identity) opens them again."""
        ...

    def open(self, key: WrappedKey, sealed: SealedWords, *, bound_to: str) -> str:
        """Open sealed words. Raises ``Sealed`` where key, binding or bytes do not fit."""
        ...

    def tag(self, purpose: str, value: str) -> Tag:
        """A keyed hash of ``value``; the same value under another purpose looks unrelated."""
        ...
