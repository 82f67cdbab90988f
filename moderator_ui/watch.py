"""The open streams of all pages: counted, and told to end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STOP_WITHIN_S: Final = 2.0
_LOOK_S: Final = 0.05


class Watch:
    """Knows how many streams are open and whether they should end."""

    def __init__(self) -> None:
        self._open = 0
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether streams should end now."""
        return self._stopping

    @property
    def open_streams(self) -> int:
        """How many pages listen."""
        return self._open

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count one stream for as long as the block runs."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def stop(self) -> None:
        """Ask all streams to end and wait for them, two seconds at most."""
        self._stopping = True
        for _ in range(int(STOP_WITHIN_S / _LOOK_S)):
            if not self._open:
                return
            await asyncio.sleep(_LOOK_S)
