"""Shared commits: what they cost, what happens when one fails, and when processes meet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.model.errors import KeyReused
from bot.core.model.events import StaffChanged
from bot.core.model.ids import StaffId
from bot.core.model.people import Role, Staff, StaffState
from bot.core.model.sealed import Tag
from bot.core.ports.store import UnitOfWork, Units
from bot.storage import tables as t
from bot.storage.unit_of_work import StoreClosed
from tests.fakes.tools import MIDNIGHT
from tests.storage.conftest import Database, House

RUSH = 200


def adding(name: str) -> Callable[[UnitOfWork], Awaitable[bool]]:
    """A work that stores an account."""

    async def work(unit: UnitOfWork) -> bool:
        staff_id = StaffId(name.ljust(26, "-"))
        staff = Staff(staff_id, name, frozenset({Role.PEER}), StaffState.ACTIVE, None, MIDNIGHT)
        unit.publish(StaffChanged(staff_id))
        return await unit.staff.add(staff)

    return work


async def names(engine: AsyncEngine) -> set[str]:
    """Everybody who is on disk."""
    async with engine.connect() as connection:
        return set((await connection.execute(select(t.staff.c.work_name))).scalars())


async def count(engine: AsyncEngine, table: str) -> int:
    """How many rows there are."""
    query = select(func.count()).select_from(t.metadata.tables[table])
    async with engine.connect() as connection:
        return int((await connection.execute(query)).scalar_one())


async def test_a_rush_shares_its_commits_and_is_stored_once(database: Database) -> None:
    engine = await database.engine()
    commits: list[object] = []
    event.listen(engine.sync_engine, "commit", commits.append)
    units = database.units(engine, max_group=64)
    outcomes = await asyncio.gather(*(units.run(adding(f"s{n}")) for n in range(RUSH)))
    assert all(
        added and events == (StaffChanged(StaffId(f"s{number}".ljust(26, "-"))),)
        for number, (added, events) in enumerate(outcomes)
    )
    assert len(commits) == 4  # 64 + 64 + 64 + 8
    assert await names(engine) == {f"s{number}" for number in range(RUSH)}


async def test_nobody_hears_of_success_before_the_commit(database: Database) -> None:
    engine, other = await database.engine(), await database.engine()
    units = database.units(engine)

    async def told(name: str) -> bool:
        await units.run(adding(name))
        return name in await names(other)

    assert all(await asyncio.gather(*(told(f"s{number}") for number in range(20))))


async def test_a_failed_commit_is_told_to_every_caller(database: Database) -> None:
    engine = await database.engine()
    units, failing = database.units(engine), [True]

    def fail(_: object) -> None:
        if failing:
            raise OperationalError("COMMIT", {}, OSError("no space left"))

    event.listen(engine.sync_engine, "commit", fail)
    works = (units.run(adding(f"s{number}")) for number in range(5))
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 5
    failing.clear()
    assert await names(engine) == set()
    await units.run(adding("after"))
    assert await names(engine) == {"after"}


async def test_what_the_database_refuses_undoes_one_work_alone(database: Database) -> None:
    engine = await database.engine()
    units = database.units(engine)

    async def doubled(unit: UnitOfWork) -> None:
        await adding("doubled")(unit)
        await unit.staff.open_session(
            Tag(b"s" * 32), StaffId("nobody".ljust(26, "-")), MIDNIGHT, MIDNIGHT
        )

    works = [units.run(adding("first")), units.run(doubled), units.run(adding("last"))]
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(outcomes[1], IntegrityError)
    assert await names(engine) == {"first", "last"}


async def test_a_caller_who_leaves_stops_nobody(database: Database) -> None:
    engine = await database.engine()
    units, started = database.units(engine), asyncio.Event()

    async def slow(unit: UnitOfWork) -> None:
        started.set()
        await asyncio.sleep(0.05)
        await adding("slow")(unit)

    leaving = asyncio.ensure_future(units.run(slow))
    await started.wait()
    others = [asyncio.ensure_future(units.run(adding(f"o{number}"))) for number in range(3)]
    await asyncio.sleep(0)
    leaving.cancel()
    others[1].cancel()
    outcomes = await asyncio.gather(leaving, *others, return_exceptions=True)
    left = [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes]
    assert left == [True, False, True, False]
    assert await names(engine) == {"slow", "o0", "o2"}


async def test_closing_finishes_what_was_taken_and_refuses_the_rest(database: Database) -> None:
    engine = await database.engine()
    units = database.units(engine)
    taken = asyncio.ensure_future(units.run(adding("taken")))
    await asyncio.sleep(0)
    await units.close()
    assert (await taken)[0]
    with pytest.raises(StoreClosed):
        await units.run(adding("late"))
    assert await names(engine) == {"taken"}


async def test_one_event_in_two_processes_is_stored_once(database: Database) -> None:
    first, second = await database.house(), await database.house()
    both = await asyncio.gather(
        *(house.hear("calm", event="the same") for house in (first, second))
    )
    assert sorted(receipt.repeated for receipt in both) == [False, True]
    assert len({receipt.message_id for receipt in both}) == 1
    assert await count(first.engine, "messages") == 1
    with pytest.raises(KeyReused):
        await second.hear("other words", event="the same")


async def test_first_messages_in_two_processes_make_one_person(database: Database) -> None:
    first, second = await database.house(), await database.house()
    both = await asyncio.gather(first.hear("calm", event="1"), second.hear("calm", event="2"))
    assert len({receipt.talk_id for receipt in both}) == 1
    assert sorted(receipt.seq for receipt in both) == [1, 2]
    assert await count(first.engine, "persons") == 1


async def test_many_processes_writing_to_few_talks_lose_nothing(database: Database) -> None:
    houses = [await database.house() for _ in range(3)]
    for talk in range(3):
        await houses[0].hear("calm", event=f"first {talk}", at=f"room {talk}")
    said = await asyncio.gather(
        *(
            houses[number % 3].hear("calm", event=f"e{number}", at=f"room {number % 4 % 3}")
            for number in range(60)
        )
    )
    assert len({receipt.message_id for receipt in said}) == 60
    async with houses[0].engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT max(seq), count(*), max(last_seq) FROM messages m"
                 " JOIN talks t ON t.id = m.talk_id GROUP BY talk_id")
        )  # fmt: skip
        assert all(highest == number == kept for highest, number, kept in rows)


@pytest.mark.postgres
async def test_a_deadlock_is_begun_again(postgres: Database) -> None:
    units: list[Units] = [postgres.units(await postgres.engine()) for _ in range(2)]
    house: House = await postgres.house()
    talks = [(await house.hear("calm", event=f"{n}", at=f"room {n}")).talk_id for n in range(2)]
    met = asyncio.Barrier(2)
    tries = [0, 0]

    def crossing(number: int) -> Callable[[UnitOfWork], Awaitable[None]]:
        async def work(unit: UnitOfWork) -> None:
            tries[number] += 1
            await unit.talks.get(talks[number])
            if tries[number] == 1:
                await met.wait()
            await unit.talks.get(talks[1 - number])

        return work

    await asyncio.gather(*(each.run(crossing(n)) for n, each in enumerate(units)))
    assert sorted(tries) == [1, 2]
