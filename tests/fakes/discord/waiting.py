"""Waiting until something came about, without a guess at how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 10.0  # seconds: a test that waits longer has found a fault


class News:
    """Tells everybody who waits to look again."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Something changed."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def until(self, holds: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        """Return once ``holds`` is true.

        Raises TimeoutError after ``patience`` seconds.
        """
        async with asyncio.timeout(patience):
            while not holds():
                future = asyncio.get_running_loop().create_future()
                self._waiting.add(future)
                try:
                    await future
                finally:
                    self._waiting.discard(future)
