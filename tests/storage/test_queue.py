"""The database's order of the queue is the model's order, whoever waits."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from bot import migrations
from bot.core.model.ids import PersonId, TalkId
from bot.core.model.people import Person, PersonState
from bot.core.model.queue import place
from bot.core.model.sealed import WrappedKey
from bot.core.model.talk import Talk, TalkState
from bot.core.ports.store import UnitOfWork
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import GroupedUnits
from tests.fakes.tools import MIDNIGHT
from triage.verdict import Level

waiting = some.tuples(
    some.sampled_from(Level),
    some.timedeltas(timedelta(minutes=-40), timedelta(0)),
    some.booleans(),
)


def _talk(number: int, danger: Level, ago: timedelta, *, first_time: bool) -> Talk:
    return Talk(
        id=TalkId(f"{number:026d}"),
        person_id=PersonId(f"{number:026d}"),
        channel="web",
        state=TalkState.WAITING,
        opened_at=MIDNIGHT,
        danger=danger,
        waiting_since=MIDNIGHT + ago,
        first_answered_at=None if first_time else MIDNIGHT,
    )


async def _taken(talks: list[Talk]) -> list[TalkId]:
    """The order in which the database gives them out."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder)}/queue.sqlite3"
        await migrations.upgrade(url)
        engine = make_engine(url)
        units = GroupedUnits(engine)

        async def work(unit: UnitOfWork) -> list[TalkId]:
            for talk in talks:
                person = Person(
                    talk.person_id, talk.id, "ja", PersonState.PRESENT, MIDNIGHT, MIDNIGHT
                )
                await unit.people.add(person, WrappedKey(b"key"))
                await unit.talks.add(talk)
            taken = []
            while (following := await unit.talks.next_waiting()) is not None:
                taken.append(following.id)
                following.state = TalkState.CLOSED
                await unit.talks.save(following)
            return taken

        taken, _ = await units.run(work)
        await units.close()
        await engine.dispose()
    return taken


@settings(max_examples=12, deadline=None)
@given(some.lists(waiting, min_size=2, max_size=12))
def test_the_queue_is_the_models(people: list[tuple[Level, timedelta, bool]]) -> None:
    talks = [
        _talk(number, danger, ago, first_time=first)
        for number, (danger, ago, first) in enumerate(people)
    ]
    places = {
        talk.id: place(danger=danger, waiting_since=MIDNIGHT + ago, first_time=first)
        for talk, (danger, ago, first) in zip(talks, people, strict=True)
    }
    expected = sorted(places, key=lambda each: (-places[each].band, places[each].since, each))
    assert asyncio.run(_taken(talks)) == expected
