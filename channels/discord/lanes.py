"""One queue for each direct-message channel: what happens there is taken in strictly in order.

The gateway delivers an event once. So an event that could not be stored stays here, in memory,
and is tried again; what a restart loses of it, the history has (``catching_up``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

Item = TypeVar("Item")
Spawn = Callable[[Coroutine[Any, Any, None], str], object]
HANDS: Final = 16
"""Channels that are worked on side by side."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between tries; tests make them short."""

    first_s: float = 1.0
    longest_s: float = 60.0
    setup_s: float = 300.0  # where only the operator can mend it
    alive_s: float = 30.0
    patience_s: float = 90.0  # how long the library may try to get a connection back
    identify_s: float = 5.0
    between_s: float = 0.2  # people whose history is looked at, one after another
    sending_s: float = 15.0

    def after(self, pause_s: float) -> float:
        """The pause after one of ``pause_s``."""
        return min(pause_s * 2, self.longest_s)


@dataclass(slots=True)
class Lanes(Generic[Item]):
    """``work`` takes an item of a channel in; False means again, after a pause."""

    spawn: Spawn
    work: Callable[[int, Item], Awaitable[bool]]
    pauses: Pauses
    _waiting: dict[int, deque[Item]] = field(default_factory=dict)
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDS))

    @property
    def idle(self) -> bool:
        """Whether everything that was heard is taken in."""
        return not self._waiting

    def put(self, channel_id: int, item: Item) -> None:
        """Something happened in a channel."""
        if channel_id in self._waiting:
            self._waiting[channel_id].append(item)
            return
        self._waiting[channel_id] = deque([item])
        self.spawn(self._work_off(channel_id), "discord-lane")

    async def _work_off(self, channel_id: int) -> None:
        queue = self._waiting[channel_id]
        while queue:
            await self._take(channel_id, queue[0])
            queue.popleft()
        del self._waiting[channel_id]

    async def _take(self, channel_id: int, item: Item) -> None:
        pause_s = self.pauses.first_s
        while not await self._try(channel_id, item):
            await asyncio.sleep(pause_s)
            pause_s = self.pauses.after(pause_s)

    async def _try(self, channel_id: int, item: Item) -> bool:
        async with self._hands:
            return await self.work(channel_id, item)
