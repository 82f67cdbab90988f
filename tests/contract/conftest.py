"""The three stores that must keep the same promises, and a look at everything they keep."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import migrations
from bot.core.ports.store import Units
from bot.storage.engine import make_engine
from bot.storage.tables import metadata
from bot.storage.unit_of_work import GroupedUnits
from tests.fakes.store import FakeStore

Everything = Callable[[], Awaitable[bytes]]


async def _serving(url: str) -> AsyncIterator[tuple[GroupedUnits, AsyncEngine]]:
    await migrations.upgrade(url)
    engine = make_engine(url)
    units = GroupedUnits(engine)
    yield units, engine
    await units.close()
    await engine.dispose()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[tuple[GroupedUnits, AsyncEngine]]:
    async for parts in _serving(f"sqlite+aiosqlite:///{tmp_path}/store.db"):
        yield parts


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[tuple[GroupedUnits, AsyncEngine]]:
    async for parts in _serving(postgres_url):
        yield parts


@pytest.fixture
def kept_in_memory() -> FakeStore:
    return FakeStore()


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def units(kind: str, request: pytest.FixtureRequest) -> Units:
    """The store under test."""
    if kind == "memory":
        memory: FakeStore = request.getfixturevalue("kept_in_memory")
        return memory
    parts: tuple[GroupedUnits, AsyncEngine] = request.getfixturevalue(kind)
    return parts[0]


@pytest.fixture
def everything(kind: str, request: pytest.FixtureRequest) -> Everything:
    """Reads every column of every row."""
    if kind == "memory":
        memory: FakeStore = request.getfixturevalue("kept_in_memory")

        async def look() -> bytes:
            return repr(memory.rows).encode()

        return look
    parts: tuple[GroupedUnits, AsyncEngine] = request.getfixturevalue(kind)
    return lambda: _dump(parts[1])


async def _dump(engine: AsyncEngine) -> bytes:
    async with engine.connect() as connection:
        tables = [
            (await connection.execute(table.select())).all() for table in metadata.sorted_tables
        ]
    return repr(tables).encode()
