"""Fixtures that start real services; a service that no test asks for is never started."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.services.chromium import DESK, PHONE, Pages
from tests.services.postgres import Cluster
from tests.services.presence import RefusedError, found, left_out, needed
from tests.services.redis import RedisServer


def pytest_configure() -> None:
    """Refuse a wish to leave services out where it has no place."""
    try:
        left_out(os.environ)
    except RefusedError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole run."""
    initdb = needed("postgres", found("initdb"), os.environ)
    cluster = Cluster.start(initdb.parent)
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The asyncpg address of an empty database of this test's own."""
    name = postgres_cluster.new_database()
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis server for the whole run."""
    server = RedisServer.start(needed("redis", found("redis-server"), os.environ))
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of an empty Redis."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of this test's own, on the test's own event loop."""
    program = needed("chromium", found("chromium", "chromium-browser"), os.environ)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program)
        yield running
        await running.close()


@pytest.fixture
async def phone_page(browser: Browser) -> AsyncIterator[Pages]:
    """Opens pages on a phone: call it with an address and await the page."""
    pages = Pages(browser, PHONE)
    yield pages
    assert pages.unexpected() == []


@pytest.fixture
async def desk_page(browser: Browser) -> AsyncIterator[Pages]:
    """Opens pages on a desktop: call it with an address and await the page."""
    pages = Pages(browser, DESK)
    yield pages
    assert pages.unexpected() == []
