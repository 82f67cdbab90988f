"""Clock, ids, handles and a vault that are plain to read; none of them is safe."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

from bot.core.model.errors import Sealed
from bot.core.model.sealed import SealedWords, Tag, WrappedKey
from triage.verdict import CALM, Kind, Level, Verdict

MIDNIGHT = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # 3 a.m. in Japan


class FrozenClock:
    """A clock that only a test moves."""

    def __init__(self, now: datetime = MIDNIGHT) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def pass_by(self, span: timedelta) -> None:
        self._now += span


class CountingIds:
    """1, 2, 3 ... as ids of 26 characters."""

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> str:
        self._last += 1
        return f"{self._last:026d}"


class FewHandles:
    """Two handles, and numbers behind them once they are taken."""

    def make(self, attempt: int = 0) -> str:
        return "しずかなツグミ" if attempt == 0 else f"よいやみのヨタカ{attempt}"


class OpenVault:
    """Seals with a label instead of a cipher, but keeps every promise of the port."""

    def __init__(self) -> None:
        self._keys = 0

    def new_key(self) -> WrappedKey:
        self._keys += 1
        return WrappedKey(f"key {self._keys}".encode())

    def seal(self, key: WrappedKey, words: str, *, bound_to: str) -> SealedWords:
        return SealedWords(json.dumps([key.decode(), bound_to, words]).encode())

    def open(self, key: WrappedKey, sealed: SealedWords, *, bound_to: str) -> str:
        made_with, made_for, words = json.loads(sealed)
        if (made_with, made_for) != (key.decode(), bound_to):
            raise Sealed
        return str(words)

    def tag(self, purpose: str, value: str) -> Tag:
        return Tag(hashlib.sha256(f"{purpose}\0{value}".encode()).digest())


GRAVITY = {
    "calm": CALM,
    "distress": Verdict(Level.DISTRESS),
    "passive": Verdict(Level.PASSIVE, frozenset({Kind.SUICIDE})),
    "active": Verdict(Level.ACTIVE, frozenset({Kind.SELF_HARM})),
    "imminent": Verdict(Level.IMMINENT, frozenset({Kind.MEDICAL})),
}


def screen(text: str) -> Verdict:
    """Judge by the first word: 'active: ...' is level 3."""
    return GRAVITY.get(text.split(":", maxsplit=1)[0], CALM)
