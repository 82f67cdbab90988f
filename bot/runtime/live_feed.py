"""The live feed inside one process: topics, ears, and one pending nudge at the most."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from bot.core.ports.live import LiveFeed


class _Ear:
    def __init__(self, feed: InProcessFeed, topics: tuple[str, ...]) -> None:
        self._feed = feed
        self._topics = topics
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True

    def close(self) -> None:
        self._feed.forget(self, self._topics)


class ServedFeed(LiveFeed, Protocol):
    """A live feed with work of its own, done for as long as the service runs."""

    async def serve(self) -> None:
        """Do that work until cancelled; returns at once where there is none."""
        ...


class InProcessFeed:
    """Rings ears of the same process. Nudges that come while an ear is busy are one."""

    async def serve(self) -> None:
        """Nothing to do: rings reach their ears directly."""

    def __init__(self) -> None:
        self._ears: dict[str, set[_Ear]] = {}

    @property
    def topics(self) -> int:
        """How many topics somebody listens to."""
        return len(self._ears)

    def ring(self, topics: Iterable[str]) -> None:
        """Nudge everybody who listens to any of ``topics``."""
        for topic in topics:
            for ear in self._ears.get(topic, ()):
                ear.ring()

    def listen(self, *topics: str) -> _Ear:
        """Start listening; close the ear when done."""
        ear = _Ear(self, topics)
        for topic in topics:
            self._ears.setdefault(topic, set()).add(ear)
        return ear

    def forget(self, ear: _Ear, topics: tuple[str, ...]) -> None:
        """Stop nudging ``ear``. Safe to repeat."""
        for topic in topics:
            ears = self._ears.get(topic)
            if ears is None:
                continue
            ears.discard(ear)
            if not ears:
                del self._ears[topic]
