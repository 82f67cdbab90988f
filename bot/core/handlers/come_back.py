"""Coming back: a passphrase is set, opens the room again, and an address is left behind."""

from __future__ import annotations

from bot.core.doorstep import At
from bot.core.model.commands import LeaveRoom, Reopen, SetPassphrase
from bot.core.model.errors import RecordErased, UnknownPassphrase
from bot.core.model.ids import PersonId
from bot.core.model.people import PersonState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def set_passphrase(command: SetPassphrase, uow: UnitOfWork, tools: Tools) -> None:
    """Replace the verifier. Raises ``RecordErased``."""
    person = await uow.people.get(command.person_id)
    if person is None or person.state is PersonState.ERASED:
        raise RecordErased
    await uow.people.set_passphrase(person.id, command.verifier, tools.clock.now())


async def reopen(command: Reopen, uow: UnitOfWork, tools: Tools) -> PersonId:
    """Let ``address`` open the room of whoever knows the passphrase.

    Nothing tells a wrong passphrase from one whose person was erased: both raise
    ``UnknownPassphrase`` (R-092).
    """
    person_id = await uow.people.by_passphrase(command.verifier)
    key = await uow.people.key(person_id) if person_id is not None else None
    person = await uow.people.get(person_id) if person_id is not None else None
    if person_id is None or key is None or person is None:
        raise UnknownPassphrase
    person.last_contact_at = tools.clock.now()
    await uow.people.save(person)
    at = At(command.channel, command.address, expires_at=command.address_expires_at)
    await uow.people.settle_at(at.settled(tools, person_id, key))
    return person_id


async def leave_room(command: LeaveRoom, uow: UnitOfWork, tools: Tools) -> None:
    """Forget one address. The talk and its passphrase stay."""
    await uow.people.leave(command.channel, At(command.channel, command.address).tag(tools))
