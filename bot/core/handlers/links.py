"""Short ways into the web room: made for a messenger, used once."""

from __future__ import annotations

from bot.core.doorstep import At
from bot.core.model.commands import CutLink, OpenLink
from bot.core.model.errors import LinkSpent, RecordErased
from bot.core.model.ids import PersonId
from bot.core.model.mail import RoomLink
from bot.core.model.people import PersonState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def cut_link(command: CutLink, uow: UnitOfWork, tools: Tools) -> None:
    """Keep a link that somebody is about to be given. Raises ``RecordErased``."""
    if await uow.people.key(command.person_id) is None:
        raise RecordErased
    await uow.platforms.add_link(RoomLink(command.tag, command.person_id, command.expires_at))


async def open_link(command: OpenLink, uow: UnitOfWork, tools: Tools) -> PersonId:
    """A browser opens the room; the link is gone. Raises ``LinkSpent``."""
    link = await uow.platforms.take_link(command.tag)
    if link is None or link.expires_at <= tools.clock.now():
        raise LinkSpent
    person = await uow.people.get(link.person_id)
    key = await uow.people.key(link.person_id)
    if person is None or key is None or person.state is PersonState.ERASED:
        raise LinkSpent
    person.last_contact_at = tools.clock.now()
    await uow.people.save(person)
    at = At(command.channel, command.address, expires_at=command.address_expires_at)
    await uow.people.settle_at(at.settled(tools, person.id, key))
    talk = await uow.talks.of_person(person.id)
    if talk is not None:  # they are looking: what comes next is worth another bell
        talk.seen_at = tools.clock.now()
        await uow.talks.save(talk)
    return person.id
