"""The forms in which secrets lie in rows. Types of their own, so that none is passed for text."""

from __future__ import annotations

from typing import NewType

WrappedKey = NewType("WrappedKey", bytes)
"""A person's data key, sealed by the key-encryption key; the only form ever stored."""

SealedWords = NewType("SealedWords", bytes)
"""Text sealed under a person's data key and bound to the row that holds it."""

Tag = NewType("Tag", bytes)
"""A keyed hash (32 bytes): equal for equal input, meaningless without the pepper."""
