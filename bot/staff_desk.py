"""Staff accounts from the command line, for whoever runs the machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.core.model.commands import DisableStaff
from bot.core.model.ids import StaffId
from bot.core.model.people import Role, Viewer
from bot.service import Service
from bot.settings import Settings


class NoSuchStaff(Exception):
    """A work name that nobody has; the message says so."""


@asynccontextmanager
async def _service(settings: Settings) -> AsyncIterator[Service]:
    service = await Service.prepare(settings)
    try:
        yield service
    finally:
        await service.stop()


def _operator() -> Viewer:
    """Whoever can run commands on the machine may read the list of accounts."""
    return Viewer(StaffId(""), "", frozenset({Role.ADMIN}))


async def invite(settings: Settings, work_name: str, roles: frozenset[Role]) -> str:
    """Invite somebody; returns the one-time link. Raises ``NameTaken``."""
    async with _service(settings) as service:
        return await service.invite(work_name, roles)


async def roster(settings: Settings) -> list[tuple[str, list[str], str]]:
    """Work name, roles and state of every account."""
    async with _service(settings) as service:
        rows = await service.parts.console_reads.staff(_operator(), service.parts.backroom.now())
        return [(row.work_name, sorted(row.roles), row.state) for row in rows]


async def disable(settings: Settings, work_name: str) -> None:
    """End an account. Raises ``NoSuchStaff``, ``LastAdmin``."""
    async with _service(settings) as service:
        rows = await service.parts.console_reads.staff(_operator(), service.parts.backroom.now())
        for row in rows:
            if row.work_name == work_name:
                await service.parts.bus.run(DisableStaff(row.staff_id))
                return
    raise NoSuchStaff(f"There is no account with the work name {work_name}.")
