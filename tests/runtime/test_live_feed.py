"""Every live feed keeps the same promises, inside one process and over Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.runtime.live_feed import InProcessFeed, ServedFeed
from bot.runtime.redis_feed import RedisFeed
from bot.runtime.tasks import Tasks


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    held = Tasks()
    yield held
    await held.stop()


class FeedContract:
    """What listeners may rely on."""

    async def test_a_ring_is_heard(self, feed: ServedFeed) -> None:
        ear = feed.listen("room:1")
        feed.ring(["room:1"])
        assert await ear.wait(1)

    async def test_a_ring_before_the_wait_is_not_missed(self, feed: ServedFeed) -> None:
        ear = feed.listen("room:1")
        feed.ring(["room:1"])
        await asyncio.sleep(0.01)
        assert await ear.wait(1)

    async def test_many_rings_are_one(self, feed: ServedFeed) -> None:
        ear = feed.listen("room:1")
        for _ in range(50):
            feed.ring(["room:1"])
        assert await ear.wait(1)
        await asyncio.sleep(0.2)  # whatever still travels arrives now
        await ear.wait(0.01)
        assert not await ear.wait(0.05)

    async def test_other_topics_are_quiet(self, feed: ServedFeed) -> None:
        ear = feed.listen("room:1")
        feed.ring(["room:2", "console"])
        assert not await ear.wait(0.1)

    async def test_a_closed_ear_hears_nothing_and_closes_twice(self, feed: ServedFeed) -> None:
        ear = feed.listen("room:1", "console")
        ear.close()
        ear.close()
        feed.ring(["room:1"])
        assert not await ear.wait(0.05)


class TestInProcess(FeedContract):
    @pytest.fixture
    def feed(self) -> ServedFeed:
        return InProcessFeed()

    async def test_nothing_is_kept_of_closed_ears(self) -> None:
        feed = InProcessFeed()
        for _ in range(100):
            feed.listen("room:1", "console").close()
        assert feed.topics == 0


@pytest.mark.redis
class TestRedis(FeedContract):
    @pytest.fixture
    async def feed(self, redis_url: str, tasks: Tasks) -> ServedFeed:
        made = RedisFeed(redis_url)
        tasks.spawn(made.serve(), name="feed")
        return made

    async def test_another_process_hears(self, redis_url: str, tasks: Tasks) -> None:
        here, there = RedisFeed(redis_url), RedisFeed(redis_url)
        for feed in (here, there):
            tasks.spawn(feed.serve(), name="feed")
        ear = there.listen("room:1")
        heard = False
        for _ in range(50):  # until the other side has subscribed
            here.ring(["room:1"])
            heard = heard or await ear.wait(0.1)
        assert heard

    async def test_a_missing_redis_never_blocks_the_ring(self, tasks: Tasks) -> None:
        feed = RedisFeed("redis://127.0.0.1:1/0")
        tasks.spawn(feed.serve(), name="feed")
        ear = feed.listen("room:1")
        for _ in range(3000):
            feed.ring(["room:1"])
        assert await ear.wait(1)
