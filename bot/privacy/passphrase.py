"""The passphrase (合言葉) with which somebody comes back to their own talk (R-003).

Whoever knows it reads the talk, and nobody chooses it: the words are drawn from our own list
by the operating system's generator, at least 64 bits of them, and shown once. Only what
``Verifier`` makes of them is stored.
"""

from __future__ import annotations

import hmac
import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.core.ports.vault import Tag
from bot.privacy.kana import fold
from bot.privacy.keyfile import Secrets

BITS: Final = 64
"""A passphrase holds at least so much chance."""
FEWEST_WORDS: Final = 1_700
LONGEST_WORD: Final = 6
SEPARATOR: Final = "　"  # an ideographic space, as Japanese text has it
_WORD: Final = re.compile(r"[ぁ-んー]{2,6}")
_COST: Final = 2**14
_BLOCK: Final = 8


class BadWordList(ValueError):
    """The list cannot give safe passphrases; the message says why."""


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """Words that open a talk. Hides itself; ``reveal`` is for the one screen that shows it."""

    words: tuple[str, ...]

    def reveal(self) -> str:
        """Return the words as they are shown to the person, once."""
        return SEPARATOR.join(self.words)

    def __repr__(self) -> str:
        """Hide the words, so that no traceback or log line can show them."""
        return "Passphrase(hidden)"


class PassphraseMaker:
    """Draws passphrases. The constructor is the gate: an unsafe maker cannot exist."""

    def __init__(self, words: Sequence[str]) -> None:
        """Check the list. Raises ``BadWordList`` where it is short, or words can be confused."""
        if len(words) < FEWEST_WORDS:
            message = f"{len(words)} words, at least {FEWEST_WORDS} are needed"
            raise BadWordList(message)
        _check_spelling(words)
        _check_distinct(words)
        self._words = tuple(words)
        self.length = math.ceil(BITS / math.log2(len(words)))
        self._folded = frozenset(fold(word) for word in words)

    @classmethod
    def from_package(cls) -> PassphraseMaker:
        """Draw from the list that ships with Madoakari."""
        return cls(packaged_words())

    @property
    def bits(self) -> float:
        """How much chance a passphrase holds, in bits."""
        return self.length * math.log2(len(self._words))

    def could_have_made(self, typed: str) -> bool:
        """Whether ``typed`` is as many words of the list as a passphrase has, and nothing else.

        Nobody writes such words by accident: they are no message, and are not stored as one.
        """
        ends = {0}
        text = fold(typed)
        for _ in range(self.length):
            ends = {
                start + size
                for start in ends
                for size in range(1, LONGEST_WORD + 1)
                if text[start : start + size] in self._folded
            }
        return len(text) in ends

    def make(self) -> Passphrase:
        """Draw a new passphrase. Called once per person, when they may need to come back."""
        return Passphrase(tuple(secrets.choice(self._words) for _ in range(self.length)))


class Verifier:
    """Turns a typed passphrase into what is stored, so that equal phrases find each other.

    A password is stored with a salt of its own, but here nobody gives a name: the talk must be
    found by the phrase alone. So the salt is one for the whole service, made from the pepper,
    and three things stand between a thief and the words: the phrase is drawn, not chosen, with
    64 bits of chance; scrypt makes every guess cost 16 MiB and some 50 ms; and salt and last
    step need the pepper, which is not in the database. With a dump alone nothing can be tried
    at all. With the key file too, 2**64 guesses of 50 ms are some 30 thousand million years of
    one core.

    Slow on purpose: call it in a thread, and behind the limit on guesses.
    """

    def __init__(self, secrets_: Secrets) -> None:
        self._salt = secrets_.subkey("passphrase salt")
        self._key = secrets_.subkey("passphrase verifier")

    def verifier(self, phrase: str) -> Tag:
        """Return the tag of a phrase, as typed or as revealed. Never raises."""
        scrypt = Scrypt(salt=self._salt, length=32, n=_COST, r=_BLOCK, p=1)
        slow = scrypt.derive(normalise(phrase).encode())
        return Tag(hmac.digest(self._key, slow, "sha256"))


def normalise(typed: str) -> str:
    """Bring what a person typed to the form in which phrases are compared. Never raises.

    The words are joined: no two words of the list look alike after folding, and the joined
    phrase is compared as a whole, so the spaces carry nothing that is worth a failed return.
    """
    return fold(typed)


def packaged_words() -> tuple[str, ...]:
    """Return the list that ships with Madoakari, one word a line."""
    file = resources.files("bot.privacy") / "words" / "passphrase_ja.txt"
    return tuple(file.read_text(encoding="utf-8").split())


def _check_spelling(words: Sequence[str]) -> None:
    for word in words:
        if not _WORD.fullmatch(word):
            message = f"{word!r} is not two to six hiragana"
            raise BadWordList(message)


def _check_distinct(words: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for word in words:
        other = seen.setdefault(fold(word), word)
        if other is not word:
            message = f"{word!r} is easily confused with {other!r}"
            raise BadWordList(message)
    if len(seen) != len(words):
        message = "a word is there twice"
        raise BadWordList(message)
