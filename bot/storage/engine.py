"""One engine per process, with the promises of a unit of work switched on.

SQLite: write-ahead log, a sync at every commit, foreign keys, bytes of deleted rows
overwritten; every transaction is begun by us, a writer's with the write lock at once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA busy_timeout=10000",
)
WRITES = "writes"
"""Execution option of a connection that is going to write."""

_POOL = 5
_LEASE_IDLE_S = 1800


def make_engine(url: str) -> AsyncEngine:
    """An engine for a ``sqlite+aiosqlite`` or ``postgresql+asyncpg`` address.

    Opens nothing yet. Parameters never appear in errors or logs: they are people's.
    """
    if url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True, pool_size=_POOL)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine
    return create_async_engine(
        url, hide_parameters=True, pool_size=_POOL, pool_pre_ping=True, pool_recycle=_LEASE_IDLE_S
    )


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for somebody who is going to write."""
    return engine.execution_options(**{WRITES: True})


def _prepare(connection: Any, _record: object) -> None:  # a driver's connection
    connection.isolation_level = None  # no transaction but those that we begin
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
