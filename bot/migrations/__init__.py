"""Numbered steps of the database, one sentence each; run by code, without an ini file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.storage.engine import make_engine, writing

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
VERSION_TABLE = "alembic_version"


class DatabaseNewer(Exception):
    """The database was written by a newer version; the message says what to do."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` up to ``revision``."""
    from alembic import command  # noqa: PLC0415 - half a second that only this needs

    await _with_connection(url, lambda connection: command.upgrade(_config(connection), revision))


async def downgrade(url: str, revision: str) -> None:
    """Bring the database at ``url`` back to ``revision`` ('base' empties it)."""
    from alembic import command  # noqa: PLC0415 - as above

    await _with_connection(url, lambda connection: command.downgrade(_config(connection), revision))


async def current(url: str) -> str | None:
    """The revision at which the database stands; None for an empty one."""
    found: list[str | None] = []
    await _with_connection(url, lambda connection: found.append(_revision(connection)))
    return found[0]


def head() -> str:
    """The newest revision that this code knows."""
    return _known()[-1]


async def check_not_newer(url: str) -> None:
    """Raise ``DatabaseNewer`` where the database stands at a revision unknown to this code."""
    stands_at = await current(url)
    if stands_at is not None and stands_at not in _known():
        raise DatabaseNewer(
            f"The database stands at revision {stands_at}, which this version does not know: "
            "it was used with a newer version. Install that version again, or restore a copy "
            "from before; nothing was changed."
        )


def _known() -> list[str]:
    return sorted(path.name.split("_", 1)[0] for path in (HERE / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def _with_connection(url: str, work: Callable[[Connection], object]) -> None:
    engine = make_engine(url)
    try:
        # The write lock from the start: of two processes that start at once, one waits.
        async with writing(engine).begin() as connection:
            await connection.run_sync(work)
    finally:
        await engine.dispose()
