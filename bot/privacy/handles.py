"""Gentle pseudonyms: a quiet word and a bird, drawn by chance, saying nothing about anybody.

A handle is the only name that a person has in this house (``docs/privacy.md``). It is never
made from anything that they said, so it links to nothing; that it is free is a matter of the
database's unique constraint, and the caller tries again with the next ``attempt``.
"""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

PLAIN_ATTEMPTS: Final = 3
"""So often a handle is tried without a number."""
_NUMBERS: Final = ((2, 99), (100, 9_999), (10_000, 9_999_999))
_ATTEMPTS_PER_SIZE: Final = 5
_HANDLE: Final = re.compile(r"(?P<modifier>[ぁ-ん]+)(?P<bird>[ァ-ヴー]+)(?P<number>\d*)")
_BIRD: Final = re.compile(r"[ァ-ヴー]{2,9}")
_MODIFIER: Final = re.compile(r"[ぁ-ん]{2,8}")


class BadHandleList(ValueError):
    """The words cannot give handles that read both ways; the message says why."""


@dataclass(frozen=True, slots=True)
class HandleMaker:
    """Draws handles from two word lists, each Japanese to English."""

    modifiers: Mapping[str, str]
    birds: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check the lists. Raises ``BadHandleList``."""
        # Hiragana before katakana: so a handle can be taken apart again for its English form.
        _check(self.modifiers, _MODIFIER)
        _check(self.birds, _BIRD)

    @classmethod
    def from_package(cls) -> HandleMaker:
        """Draw from the lists that ship with Madoakari."""
        file = resources.files("bot.privacy") / "words" / "handles_ja.toml"
        lists = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(lists["modifiers"], lists["birds"])

    def make(self, attempt: int = 0) -> str:
        """Draw a handle such as しずかなツグミ; later attempts carry a growing number."""
        words = secrets.choice(tuple(self.modifiers)) + secrets.choice(tuple(self.birds))
        if attempt < PLAIN_ATTEMPTS:
            return words
        size = min((attempt - PLAIN_ATTEMPTS) // _ATTEMPTS_PER_SIZE, len(_NUMBERS) - 1)
        first, last = _NUMBERS[size]
        return f"{words}{first + secrets.randbelow(last - first + 1)}"

    def english(self, handle: str) -> str:
        """Return the English form (Quiet Thrush); a handle of other words stays as it is."""
        parts = _HANDLE.fullmatch(handle)
        if parts is None:
            return handle
        modifier, bird = self.modifiers.get(parts["modifier"]), self.birds.get(parts["bird"])
        if modifier is None or bird is None:
            return handle
        return f"{modifier} {bird} {parts['number']}".rstrip()


def _check(words: Mapping[str, str], spelling: re.Pattern[str]) -> None:
    if not words or len(set(words.values())) != len(words):
        message = "a list is empty, or two words share one English form"
        raise BadHandleList(message)
    for word, english in words.items():
        if not spelling.fullmatch(word) or not english.strip():
            message = f"{word!r} is not spelt as its list asks, or has no English form"
            raise BadHandleList(message)
