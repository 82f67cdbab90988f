"""The base of every repository: a connection inside a unit, and inserts that may lose."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.kinds import AnyRow


class Shelf:
    """Rows of one kind, reached over the unit's connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _do(self, statement: Executable, values: dict[str, Any] | None = None) -> int:
        """Execute a change; returns how many rows it touched."""
        result = await self._connection.execute(statement, values)
        return int(result.rowcount)

    async def _one(self, statement: Executable, values: dict[str, Any]) -> AnyRow | None:
        """The first row, or None."""
        return (await self._connection.execute(statement, values)).first()

    async def _many(self, statement: Executable, values: dict[str, Any]) -> list[AnyRow]:
        """All rows."""
        return list((await self._connection.execute(statement, values)).all())

    async def _add_unless_taken(self, table: Table, values: dict[str, Any]) -> bool:
        """Insert, or do nothing where a unique value is taken; says which."""
        return await self._do(_insert(self._connection, table).on_conflict_do_nothing(), values) > 0

    async def _put(self, table: Table, values: dict[str, Any], *, key: tuple[str, ...]) -> None:
        """Insert, or replace the row with the same ``key``."""
        insert = _insert(self._connection, table)
        changed = {name: insert.excluded[name] for name in values if name not in key}
        await self._do(insert.on_conflict_do_update(index_elements=list(key), set_=changed), values)


def _insert(connection: AsyncConnection, table: Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)
