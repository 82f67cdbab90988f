"""One engine per process, with the promises of a unit of work switched on.

SQLite: write-ahead log, a sync at every commit, foreign keys, bytes of deleted rows
overwritten; every transaction is begun by us, a writer's with the write lock at once.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
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

_BRIEFLY = "PRAGMA busy_timeout=200"
_WRITE_BACK = "PRAGMA wal_checkpoint(TRUNCATE)"
_POOL = 15
"""Connections that are kept. None above: in a rush those would be opened for one question each."""
_LEASE_IDLE_S = 1800


def make_engine(url: str) -> AsyncEngine:
    """An engine for a ``sqlite+aiosqlite`` or ``postgresql+asyncpg`` address.

    Opens nothing yet. Parameters never appear in errors or logs: they are people's.
    """
    if url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True, pool_size=_POOL, max_overflow=0)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=_POOL,
        max_overflow=0,
        pool_pre_ping=True,
        pool_recycle=_LEASE_IDLE_S,
    )


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for somebody who is going to write."""
    return engine.execution_options(**{WRITES: True})


async def write_back(engine: AsyncEngine) -> bool:
    """Empty SQLite's write-ahead log into the file; True where nothing is left in a log.

    Until then the log still holds rows as they were before they were destroyed, keys among
    them, and a quiet service would not write over it for days. A reader in the way makes this
    False within a moment: nobody who writes may wait for long.
    """
    if engine.dialect.name != "sqlite":
        return True
    try:
        async with engine.connect() as connection:
            return await _emptied((await connection.get_raw_connection()).driver_connection)
    except (sqlite3.Error, DBAPIError):
        return False


async def _emptied(connection: Any) -> bool:
    try:
        await connection.execute(_BRIEFLY)
        cursor = await connection.execute(_WRITE_BACK)
        busy, _, _ = await cursor.fetchone()
    finally:
        await connection.execute(PRAGMAS[-1])
    return bool(busy == 0)


def _prepare(connection: Any, _record: object) -> None:  # a driver's connection
    connection.isolation_level = None  # no transaction but those that we begin
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
