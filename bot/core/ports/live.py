"""The live feed: screens are nudged after a commit. A lost nudge costs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

CONSOLE = "console"


def room_topic(person_id: str) -> str:
    """Topic of everything that one person sees."""
    return f"room:{person_id}"


def talk_topic(talk_id: str) -> str:
    """Topic of everything that staff see of one talk."""
    return f"talk:{talk_id}"


class Ear(Protocol):
    """One listener's end."""

    async def wait(self, timeout_s: float) -> bool:
        """Wait for a nudge. False after ``timeout_s`` seconds; nudges in between are one."""
        ...

    def close(self) -> None:
        """Stop listening. Safe to repeat."""
        ...


class LiveFeed(Protocol):
    """Rings and listens by topic. Topics hold internal ids only."""

    def ring(self, topics: Iterable[str]) -> None:
        """Nudge everybody who listens to any of ``topics``. Never blocks, never raises."""
        ...

    def listen(self, *topics: str) -> Ear:
        """Start listening now; a nudge after this call is not missed."""
        ...
