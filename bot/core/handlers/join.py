"""Two rooms become one, by the act of the person who holds the passphrase of the older."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.commands import Join
from bot.core.model.errors import UnknownPassphrase
from bot.core.model.events import ReachChanged
from bot.core.model.ids import PersonId
from bot.core.model.mail import Address
from bot.core.model.sealed import SealedWords, WrappedKey
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def join(command: Join, uow: UnitOfWork, tools: Tools) -> PersonId:
    """Every address of the newer room opens the older one from now on."""
    older = await uow.people.by_passphrase(command.verifier)
    if older == command.person_id:
        return older
    key = await uow.people.key(older) if older is not None else None
    own = await uow.people.key(command.person_id)
    if older is None or key is None or own is None:
        raise UnknownPassphrase
    for address in await uow.people.addresses(command.person_id):
        await uow.people.settle_at(_moved(address, older, own, key, tools))
    talk = await uow.talks.of_person(older)
    if talk is not None:
        uow.publish(ReachChanged(talk.id, older))
    return older


def _moved(
    address: Address, to: PersonId, own: WrappedKey, key: WrappedKey, tools: Tools
) -> Address:
    """The address as the other person's, sealed anew with their key."""
    if address.sealed is None:
        return replace(address, person_id=to)
    bound_to = Address.bound_to(address.channel, address.tag)
    words = tools.vault.open(own, SealedWords(address.sealed), bound_to=bound_to)
    return replace(address, person_id=to, sealed=tools.vault.seal(key, words, bound_to=bound_to))
