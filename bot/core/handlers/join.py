"""Two rooms become one, by the act of the person who holds the passphrase of the older."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.model.commands import Join
from bot.core.model.errors import UnknownPassphrase
from bot.core.model.events import ReachChanged
from bot.core.model.ids import PersonId
from bot.core.model.mail import Address, Picture
from bot.core.model.messages import Message, Note
from bot.core.model.sealed import SealedWords, WrappedKey
from bot.core.model.talk import Talk
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import shred


@dataclass(frozen=True, slots=True)
class _Move:
    """From the newer person's key to the older one's."""

    own: WrappedKey
    key: WrappedKey
    tools: Tools

    def reseal(self, sealed: bytes | None, bound_to: str) -> SealedWords | None:
        """What was sealed with one key, sealed with the other."""
        if sealed is None:
            return None
        vault = self.tools.vault
        words = vault.open(self.own, SealedWords(sealed), bound_to=bound_to)
        return vault.seal(self.key, words, bound_to=bound_to)


async def join(command: Join, uow: UnitOfWork, tools: Tools) -> PersonId:
    """Everything of the newer room comes into the older one; the newer person is no more.

    Messages keep their times and get the next numbers. Raises ``UnknownPassphrase``.
    """
    older = await uow.people.by_passphrase(command.verifier)
    if older == command.person_id:
        return older
    key = await uow.people.key(older) if older is not None else None
    own = await uow.people.key(command.person_id)
    newer_talk = await uow.talks.of_person(command.person_id)
    talk = await uow.talks.of_person(older) if older is not None else None
    if older is None or key is None or own is None or talk is None or newer_talk is None:
        raise UnknownPassphrase
    move = _Move(own, key, tools)
    await _addresses(command.person_id, older, move, uow)
    await _words(newer_talk, talk, move, uow)
    await _concern(newer_talk, talk, uow, tools)
    await uow.mail.move(command.person_id, older)
    person = await uow.people.get(command.person_id)
    talk.take_over(newer_talk)
    await uow.talks.save(talk)
    if person is not None:
        await shred(uow, person, newer_talk)
    uow.publish(ReachChanged(talk.id, older))
    return older


async def _addresses(person_id: PersonId, to: PersonId, move: _Move, uow: UnitOfWork) -> None:
    for address in await uow.people.addresses(person_id):
        sealed = move.reseal(address.sealed, Address.bound_to(address.channel, address.tag))
        await uow.people.settle_at(replace(address, person_id=to, sealed=sealed))


async def _words(newer: Talk, talk: Talk, move: _Move, uow: UnitOfWork) -> None:
    for message in await uow.messages.all_of(newer.id):
        await _message(message, talk, move, uow)
    for note in await uow.talks.notes(newer.id):
        sealed = move.reseal(note.sealed, Note.bound_to(note.id)) or note.sealed
        await uow.talks.move_note(replace(note, talk_id=talk.id, sealed=sealed))


async def _message(message: Message, talk: Talk, move: _Move, uow: UnitOfWork) -> None:
    message.sealed = move.reseal(message.sealed, message.bound_to)
    message.talk_id, message.seq = talk.id, talk.next_seq()
    await uow.messages.move(message)
    picture = await uow.platforms.picture(message.id)
    if picture is not None:
        sealed = move.reseal(picture.sealed, Picture.bound_to(message.id))
        await uow.platforms.save_picture(replace(picture, sealed=sealed))


async def _concern(newer: Talk, talk: Talk, uow: UnitOfWork, tools: Tools) -> None:
    raised = await uow.concerns.open_of(newer.id)
    if raised is None:
        return
    known = await uow.concerns.open_of(talk.id)
    if known is None:
        raised.talk_id = talk.id
    else:
        raised.pass_into(known, now=tools.clock.now())
        await uow.concerns.save(known)
    await uow.concerns.save(raised)
