"""The database's steps: head equals the tables, up and down with rows inside, never a newer one."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot import migrations
from bot.core.model.people import PersonState, Role, StaffState
from bot.storage.engine import make_engine
from bot.storage.platform_tables import EVERYTHING

Told = TypeVar("Told")
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'steps.sqlite3'}"


class Steps:
    """The same on both databases."""

    async def test_head_equals_the_tables(self, url: str) -> None:
        await migrations.upgrade(url)
        assert await migrations.current(url) == migrations.head()
        assert await _ask(url, _differences) == []

    async def test_up_and_down_with_rows_inside(self, url: str) -> None:
        await migrations.upgrade(url)
        await _ask(url, _fill)
        await migrations.upgrade(url)  # already there: nothing happens to the rows
        assert await _ask(url, _count) == 1
        await migrations.downgrade(url, "base")
        assert await _ask(url, _tables) <= {"alembic_version"}
        await migrations.upgrade(url)
        assert await _ask(url, _count) == 0

    async def test_two_processes_may_start_at_once(self, url: str) -> None:
        program = (
            f"import asyncio; from bot import migrations as m; asyncio.run(m.upgrade({url!r}))"
        )
        starting = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", program) for _ in range(3)
        ]
        assert [await each.wait() for each in starting] == [0, 0, 0]
        assert await migrations.current(url) == migrations.head()
        assert await _ask(url, _differences) == []

    async def test_a_newer_database_is_refused_and_left_alone(self, url: str) -> None:
        await migrations.upgrade(url)
        await _ask(url, _grow_newer)
        with pytest.raises(migrations.DatabaseNewer, match="9999"):
            await migrations.check_not_newer(url)
        assert await migrations.current(url) == "9999"

    async def test_an_empty_database_is_no_newer_one(self, url: str) -> None:
        await migrations.check_not_newer(url)
        assert await migrations.current(url) is None


class TestSqlite(Steps):
    @pytest.fixture
    def url(self, sqlite_url: str) -> str:
        return sqlite_url

    async def test_promises_of_the_engine(self, url: str) -> None:
        engine = make_engine(url)
        async with engine.connect() as connection:
            told = {
                name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        await engine.dispose()
        full = 2
        assert told == {
            "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "secure_delete": 1,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("statement", "index"),
        [
            (
                (
                    "SELECT id FROM talks WHERE state = 'waiting'"
                    " ORDER BY queue_band DESC, queue_since, id LIMIT 1"
                ),
                "ix_talks_queue",
            ),
            ("SELECT id FROM messages WHERE talk_id = 'x' AND seq > 5 ORDER BY seq", "talk_id"),
            ("SELECT id FROM talks WHERE holder = 'x'", "ix_talks_holder"),
            (
                "SELECT id FROM errands WHERE carrier = 'x' AND due_at <= 5 ORDER BY due_at",
                "ix_errands_carrier_due_at",
            ),
            ("SELECT id FROM concerns WHERE talk_id = 'x' AND state <> 'resolved'", "uq_concerns"),
        ],
    )
    async def test_the_hot_questions_have_an_index(
        self, url: str, statement: str, index: str
    ) -> None:
        await migrations.upgrade(url)

        def plan(connection: Connection) -> str:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            return " ".join(str(row) for row in rows)

        told = await _ask(url, plan)
        assert index in told
        assert "TEMP B-TREE" not in told


@pytest.mark.postgres
class TestPostgres(Steps):
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url


async def _ask(url: str, question: Callable[[Connection], Told]) -> Told:
    engine = make_engine(url)
    async with engine.begin() as connection:
        told = await connection.run_sync(question)
    await engine.dispose()
    return told


def _differences(connection: Connection) -> list[object]:
    with warnings.catch_warnings():
        # An index on a falling column cannot be read back; its use is tested above.
        warnings.filterwarnings("ignore", message="autogenerate skipping")
        return list(compare_metadata(MigrationContext.configure(connection), EVERYTHING))


def _fill(connection: Connection) -> None:
    rows: dict[str, dict[str, object]] = {
        "staff": {
            "id": "s", "work_name": "あかり", "roles": frozenset({Role.PEER}),
            "state": StaffState.ACTIVE, "made_at": NOW,
        },
        "sessions": {"token": b"t" * 32, "staff_id": "s", "opened_at": NOW, "expires_at": NOW},
        "persons": {
            "id": "p", "handle": "しずかなツグミ", "locale": "ja", "state": PersonState.PRESENT,
            "first_seen_at": NOW, "last_contact_at": NOW,
        },
        "person_keys": {"person_id": "p", "wrapped": b"key"},
    }  # fmt: skip
    for table, values in rows.items():
        connection.execute(EVERYTHING.tables[table].insert(), values)


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM person_keys")).scalar_one())


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _grow_newer(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
