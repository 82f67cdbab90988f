"""What one person does is taken in one after the other, in the order in which it came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """One lock for each person who is doing something right now; nobody is remembered."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._here: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, person: str) -> AsyncIterator[None]:
        """Wait until whatever came before from this person is done."""
        lock = self._locks.setdefault(person, asyncio.Lock())
        self._here[person] += 1
        try:
            async with lock:
                yield
        finally:
            self._here[person] -= 1
            if not self._here[person]:
                del self._here[person], self._locks[person]
