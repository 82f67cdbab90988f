"""What a person chooses to say about themselves. Nothing is asked, everything can be left out."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.commands import Lean
from bot.core.model.errors import RecordErased
from bot.core.model.events import LeaningsChanged
from bot.core.model.people import Leanings, PersonState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def lean(command: Lean, uow: UnitOfWork, tools: Tools) -> Leanings:
    """Only what is given changes. Raises ``RecordErased``."""
    person = await uow.people.get(command.person_id)
    if person is None or person.state is PersonState.ERASED:
        raise RecordErased
    given = {
        name: value
        for name in ("speaks_as", "age_band", "wish", "pace")
        if (value := getattr(command, name)) is not None
    }
    before = Leanings() if command.forget else person.leanings
    person.leanings = replace(before, **given)
    await uow.people.save(person)
    talk = await uow.talks.of_person(person.id)
    if talk is not None:
        uow.publish(LeaningsChanged(talk.id, person.id))
    return person.leanings
