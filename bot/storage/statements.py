"""What the repositories share: one connection, and inserts that may meet an existing row.

An insert that fails would poison the whole transaction on PostgreSQL, so a row that may be
there already is met with ON CONFLICT, which each database's dialect spells for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.columns import AnyRow
from bot.storage.rows import Values


class Overtaken(Exception):
    """Another process stored the same thing between our look and our insert: begin again."""


@dataclass(frozen=True, slots=True)
class Upsert:
    """The same insert for both databases."""

    sqlite: Executable
    postgresql: Executable

    def for_(self, connection: AsyncConnection) -> Executable:
        """The one that the connection's database understands."""
        return self.postgresql if connection.dialect.name == "postgresql" else self.sqlite


def insert_or_leave(table: Table) -> Upsert:
    """Insert unless any unique column already has the value; rowcount tells."""
    return Upsert(
        sqlite.insert(table).on_conflict_do_nothing(),
        postgresql.insert(table).on_conflict_do_nothing(),
    )


def insert_or_change(table: Table, *, on: Sequence[str], changes: Sequence[str]) -> Upsert:
    """Insert; where the columns ``on`` meet an existing row, take over ``changes``."""
    lite, post = sqlite.insert(table), postgresql.insert(table)
    return Upsert(
        lite.on_conflict_do_update(index_elements=on, set_=_taken(lite.excluded, changes)),
        post.on_conflict_do_update(index_elements=on, set_=_taken(post.excluded, changes)),
    )


def insert_or_add(table: Table, *, on: Sequence[str], sums: Sequence[str]) -> Upsert:
    """Insert; where the columns ``on`` meet an existing row, add to its ``sums``."""
    lite, post = sqlite.insert(table), postgresql.insert(table)
    return Upsert(
        lite.on_conflict_do_update(index_elements=on, set_=_added(table, lite.excluded, sums)),
        post.on_conflict_do_update(index_elements=on, set_=_added(table, post.excluded, sums)),
    )


def _added(table: Table, excluded: Any, names: Sequence[str]) -> dict[str, ColumnElement[Any]]:  # noqa: ANN401  # either dialect's
    return {name: table.c[name] + excluded[name] for name in names}


def _taken(excluded: Any, changes: Sequence[str]) -> dict[str, ColumnElement[Any]]:  # noqa: ANN401  # either dialect's
    return {name: excluded[name] for name in changes}


class Repository:
    """A few statements over one connection, inside the unit's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _do(self, statement: Executable, values: Values) -> int:
        """Run a change; the number of rows it touched."""
        result = await self._connection.execute(statement, values)
        return result.rowcount

    async def _put(self, statement: Upsert, values: Values) -> int:
        """Run an insert; the number of rows that were stored."""
        return await self._do(statement.for_(self._connection), values)

    async def _one(self, statement: Executable, values: Values) -> AnyRow | None:
        """The first row, or none."""
        return (await self._connection.execute(statement, values)).first()

    async def _all(self, statement: Executable, values: Values) -> Sequence[AnyRow]:
        """All rows."""
        return (await self._connection.execute(statement, values)).all()
