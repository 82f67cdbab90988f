"""The database's steps: head equals the tables, up and down with rows inside, never a newer one."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, inspect, select, text

from bot import migrations
from bot.core.model.ids import ErrandId, MessageId, PersonId, TalkId
from bot.core.model.mail import TRIAGE
from bot.core.model.people import Leanings, PersonState, Role, StaffState
from bot.core.ports.store import UnitOfWork
from bot.storage.engine import make_engine
from bot.storage.platform_tables import EVERYTHING
from bot.storage.unit_of_work import GroupedUnits

Told = TypeVar("Told")
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
P, T, M, G = ("p" * 26, "t" * 26, "m" * 26, "g" * 26)
FIRST_ROWS: tuple[tuple[str, dict[str, object]], ...] = (
    ("persons", {"id": P, "handle": "しずかなツグミ", "locale": "ja", "state": "present"}),
    ("addresses", {"channel": "webchat", "tag": b"tag", "person_id": P, "turn": 1}),
    (
        "talks",
        {
            "id": T, "person_id": P, "channel": "webchat", "state": "closed", "last_seq": 2,
            "danger": 0, "queue_band": 0,
        },
    ),
    ("messages", {"id": M, "talk_id": T, "seq": 1, "sender": "visitor", "sealed": b"words"}),
    ("messages", {"id": G, "talk_id": T, "seq": 2, "sender": "staff", "delivery": "sending"}),
    ("errands", {"id": "d" * 26, "lane": T, "action": "deliver", "message_id": G}),
    ("errands", {"id": "x" * 26, "lane": "a", "action": "assess", "message_id": M}),
)  # fmt: skip
MOMENTS = ("first_seen_at", "last_contact_at", "opened_at", "at", "due_at")
ZEROS = ("level", "tries")
EXPECTED = [
    Leanings(), [(None, False)], (0, None, None, None), (False, False, b"words"),
    [["x" * 26], ["d" * 26], []], [2],
]  # fmt: skip


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

    async def test_rows_of_before_go_on_as_they_were(self, url: str) -> None:
        await migrations.upgrade(url, "0001")
        await _ask(url, _fill_first)
        await migrations.upgrade(url)
        engine = make_engine(url)
        units = GroupedUnits(engine)
        assert (await units.run(_look))[0] == EXPECTED
        await units.close()
        await engine.dispose()
        await _ask(url, _fill_newer)
        await migrations.downgrade(url, "0001")
        kept = await _ask(url, _first_rows)
        assert kept == [("d" * 26, "deliver"), ("x" * 26, "assess"), (G, "failed")]
        await migrations.upgrade(url)

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


def _fill_first(connection: Connection) -> None:
    """Rows as the first release wrote them, in the tables as they stand."""
    moment: object = NOW
    if connection.dialect.name == "sqlite":
        moment = int(NOW.timestamp()) * 1_000_000
    tables = _as_they_stand(connection)
    for name, values in FIRST_ROWS:
        table = tables[name]
        always = dict.fromkeys(MOMENTS, moment) | dict.fromkeys(ZEROS, 0) | {"assessed": False}
        needed = {column: value for column, value in always.items() if column in table.c}
        connection.execute(table.insert(), needed | values)


def _fill_newer(connection: Connection) -> None:
    """What only a messenger leaves behind."""
    tables = _as_they_stand(connection)
    errands, messages = tables["errands"], tables["messages"]
    connection.execute(messages.update().where(messages.c.id == G).values(delivery="gone"))
    due_at = connection.execute(select(errands.c.due_at)).scalars().first()
    ring = {"id": "r" * 26, "lane": "r", "action": "ring", "message_id": G, "due_at": due_at}
    connection.execute(errands.insert(), ring | {"tries": 0, "carrier": "line"})


def _as_they_stand(connection: Connection) -> Mapping[str, Table]:
    found = MetaData()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection")
        found.reflect(connection)
    return found.tables


def _first_rows(connection: Connection) -> list[tuple[str, str]]:
    tables = _as_they_stand(connection)
    errands, messages = tables["errands"], tables["messages"]
    due = select(errands.c.id, errands.c.action).order_by(errands.c.turn)
    sent = select(messages.c.id, messages.c.delivery).where(messages.c.delivery.is_not(None))
    return [(row[0], row[1]) for query in (due, sent) for row in connection.execute(query)]


async def _look(unit: UnitOfWork) -> list[object]:
    """What the new code makes of the old rows."""
    person = await unit.people.get(PersonId(P))
    talk = await unit.talks.get(TalkId(T))
    message = await unit.messages.get(MessageId(M))
    claims = [
        await unit.mail.claim(NOW, lease_until=NOW, limit=9, carrier=carrier)
        for carrier in (TRIAGE, "webchat", "line")
    ]
    await unit.mail.postpone(ErrandId("d" * 26), NOW + timedelta(hours=1))
    await unit.mail.hasten(TalkId(T), "webchat", NOW)  # found by its talk, as if posted today
    again = await unit.mail.claim(NOW, lease_until=NOW, limit=9, carrier="webchat")
    return [
        person and person.leanings,
        [(each.left_at, each.bell_only) for each in await unit.people.addresses(PersonId(P))],
        talk and (talk.read_upto, talk.bell_at, talk.seen_at, talk.receipt_at),
        message and (message.taken_back, message.corrected, message.sealed),
        [[errand.id for errand in claimed] for claimed in claims],
        [errand.tries for errand in again],
    ]


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM person_keys")).scalar_one())


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _grow_newer(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
