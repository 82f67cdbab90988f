"""Erasing a record: the key is destroyed, and with it every word."""

from __future__ import annotations

from bot.core.model.commands import EraseDue, EraseRecord, Erasure
from bot.core.model.errors import NotFound
from bot.core.model.events import ErasureAsked
from bot.core.model.people import PersonState
from bot.core.model.safety import holds_erasure
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import shred

BATCH = 20


async def erase_record(command: EraseRecord, uow: UnitOfWork, tools: Tools) -> Erasure:
    """Erase at once; while a level-4 flag is open, when it is resolved or after 72 h (decision 12).

    Safe to repeat. Raises ``NotFound`` for a person that never was.
    """
    person = await uow.people.get(command.person_id)
    if person is None:
        raise NotFound
    if person.state is PersonState.ERASED:
        return Erasure(due_at=None)
    talk = await uow.talks.of_person(person.id)
    concern = await uow.concerns.open_of(talk.id) if talk is not None else None
    if talk is None or concern is None or not holds_erasure(concern.level):
        await shred(uow, person, talk)
        return Erasure(due_at=None)
    if person.state is PersonState.PRESENT:
        person.state = PersonState.LEAVING
        person.erase_due_at = tools.clock.now() + tools.policy.erasure_waits
        await uow.people.save(person)
        uow.publish(ErasureAsked(talk.id, person.id))
    return Erasure(due_at=person.erase_due_at)


async def erase_due(command: EraseDue, uow: UnitOfWork, tools: Tools) -> int:
    """Erase what is due by request or by the retention times, a batch of people at a time."""
    now = tools.clock.now()
    await uow.platforms.forget_pictures(now - tools.policy.pictures_last)
    asked = await uow.people.due_for_erasure(now, BATCH)
    silent = await uow.people.silent_since(now - tools.policy.retention, BATCH)
    for person_id in (*asked, *silent):
        person = await uow.people.get(person_id)
        if person is not None:
            await shred(uow, person, await uow.talks.of_person(person_id))
    return len(asked) + len(silent)
