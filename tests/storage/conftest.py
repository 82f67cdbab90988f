"""A house on a real database: units and reads behind a bus, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import migrations
from bot.core.bus import Bus
from bot.core.model.commands import AcceptInvitation, InviteStaff, Receipt, ReceiveMessage
from bot.core.model.ids import StaffId
from bot.core.model.messages import Capabilities, Inbound
from bot.core.model.people import Role, Viewer
from bot.core.ports.store import Units
from bot.core.ports.tools import Ids, Policy, Tools
from bot.runtime.live_feed import InProcessFeed
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import GroupedUnits
from tests.fakes.tools import CountingIds, FewHandles, FrozenClock, OpenVault, screen

HOUR = timedelta(hours=1)
MESSENGERS = {
    name: Capabilities(max_length=2000, keeps_history=True, shows_typing=True, marks_read=True)
    for name in ("line", "discord")
}


@contextmanager
def _untallied(_: str) -> Iterator[None]:
    yield


class House:
    """One process over a database."""

    def __init__(self, engine: AsyncEngine, units: Units, ids: Ids) -> None:
        self.engine, self.units = engine, units
        self.clock, self.vault = FrozenClock(), OpenVault()
        tools = Tools(
            clock=self.clock,
            ids=ids,
            handles=FewHandles(),
            vault=self.vault,
            screen=screen,
            policy=Policy(pictures=True, messengers=MESSENGERS),
        )
        self.bus = Bus(
            units=units,
            tools=tools,
            live=InProcessFeed(),
            wake_relay=lambda _carriers: None,
            tally=_untallied,
        )

    async def hear(
        self, words: str, *, event: str, at: str = "room", channel: str = "webchat"
    ) -> Receipt:
        """Somebody writes; a browser's address ends after an hour, a messenger's never."""
        ends = self.clock.now() + HOUR if channel == "webchat" else None
        return await self.bus.run(ReceiveMessage(Inbound(channel, at, event, words), ends))

    async def receive(self, inbound: Inbound) -> Receipt:
        """Somebody writes on a messenger."""
        return await self.bus.run(ReceiveMessage(inbound, None))

    async def hire(self, name: str, *roles: Role) -> Viewer:
        """Somebody with an opened account."""
        token, held = self.vault.tag("staff-token", name), frozenset(roles)
        await self.bus.run(InviteStaff(name, held, token, self.clock.now() + HOUR))
        staff_id: StaffId = await self.bus.run(AcceptInvitation(token, name, "hash"))
        return Viewer(staff_id, name, held)


@dataclass
class Database:
    """An address, and as many processes over it as a test wants."""

    url: str
    stack: AsyncExitStack
    ids: Ids

    async def engine(self) -> AsyncEngine:
        """An engine that is disposed of at the end."""
        engine = make_engine(self.url)
        self.stack.push_async_callback(engine.dispose)
        return engine

    def units(self, engine: AsyncEngine, *, max_group: int = 64) -> GroupedUnits:
        """Units that are closed before their engine is, so that nothing is still at work."""
        units = GroupedUnits(engine, max_group=max_group)
        self.stack.push_async_callback(units.close)
        return units

    async def house(self) -> House:
        """One more process."""
        engine = await self.engine()
        units = self.units(engine)
        return House(engine, units, self.ids)


async def _database(url: str) -> AsyncIterator[Database]:
    await migrations.upgrade(url)
    async with AsyncExitStack() as stack:
        yield Database(url, stack, CountingIds())


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async for database in _database(f"sqlite+aiosqlite:///{tmp_path}/store.sqlite3"):
        yield database


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    async for database in _database(postgres_url):
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both databases."""
    chosen: Database = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
async def house(database: Database) -> House:
    """One process over a database."""
    return await database.house()
