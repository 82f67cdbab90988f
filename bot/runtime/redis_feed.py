"""The live feed over Redis, for several processes on one database.

Every process rings its own ears at once and tells the others through one Redis channel. Only
topics travel (internal ids). While Redis is away, screens still refresh slowly by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.core.ports.live import Ear
from bot.runtime.live_feed import InProcessFeed

log = structlog.get_logger()
CHANNEL = "madoakari:live"
_PAUSE_S = 1.0
_PENDING = 1000


class RedisFeed:
    """An ``InProcessFeed`` that also hears other processes. ``serve`` must run meanwhile."""

    def __init__(self, url: str) -> None:
        self._local = InProcessFeed()
        self._redis: Redis = Redis.from_url(url)
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(_PENDING)

    def ring(self, topics: Iterable[str]) -> None:
        """Nudge here at once and elsewhere soon; a full queue drops nudges, never blocks."""
        names = list(topics)
        self._local.ring(names)
        try:
            self._outgoing.put_nowait("\n".join(names))
        except asyncio.QueueFull:
            return

    def listen(self, *topics: str) -> Ear:
        """Start listening."""
        return self._local.listen(*topics)

    async def serve(self) -> None:
        """Speak and hear until cancelled; a lost connection is taken up again."""
        try:
            await asyncio.gather(self._speak(), self._hear())
        finally:
            await self._redis.aclose()

    async def _speak(self) -> None:
        while True:
            names = await self._outgoing.get()
            try:
                await self._redis.publish(CHANNEL, names)
            except (RedisError, OSError) as error:
                log.warning("live_feed_silent", error=type(error).__name__)
                await asyncio.sleep(_PAUSE_S)

    async def _hear(self) -> None:
        while True:
            try:
                await self._hear_while_connected()
            except (RedisError, OSError) as error:
                log.warning("live_feed_deaf", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_S)

    async def _hear_while_connected(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            async for message in pubsub.listen():
                if message["type"] == "message":
                    self._local.ring(message["data"].decode().split("\n"))
