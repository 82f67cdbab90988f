"""Who stands at an address: somebody known, or a stranger who becomes somebody by writing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.model.errors import RecordErased
from bot.core.model.events import ReachChanged
from bot.core.model.ids import PersonId, TalkId
from bot.core.model.mail import Address
from bot.core.model.people import Person, PersonState
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.model.talk import Talk, TalkState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools

RENEWAL_STEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class At:
    """An address as it came in; ``expires_at`` is the end of a browser's session."""

    channel: str
    address: str
    locale: str = "ja"
    expires_at: datetime | None = None

    def tag(self, tools: Tools) -> Tag:
        """By which the store knows the address."""
        return tools.vault.tag("address", f"{self.channel}\n{self.address}")

    def settled(self, tools: Tools, person_id: PersonId, key: WrappedKey) -> Address:
        """The address as that of a person.

        One that ends by itself (a browser's session) is no place to send anything to.
        """
        tag, sealed = self.tag(tools), None
        if self.expires_at is None:
            bound_to = Address.bound_to(self.channel, tag)
            sealed = tools.vault.seal(key, self.address, bound_to=bound_to)
        return Address(self.channel, tag, person_id, sealed, self.expires_at)


async def known_at(at: At, uow: UnitOfWork, tools: Tools) -> Address | None:
    """Who is reached at an address; None for nobody, or where the session is over."""
    known = await uow.people.at(at.channel, at.tag(tools))
    if known is None or (known.expires_at is not None and known.expires_at <= tools.clock.now()):
        return None
    return known


async def talk_at(at: At, uow: UnitOfWork, tools: Tools, *, new: TalkState) -> Talk:
    """The talk of whoever is at an address; a stranger's begins in state ``new``.

    Whoever had left is back. Raises ``RecordErased``.
    """
    known = await known_at(at, uow, tools)
    if known is None:
        return await _welcome(at, uow, tools, new)
    person = await uow.people.get(known.person_id)
    talk = await uow.talks.of_person(known.person_id)
    if person is None or talk is None or person.state is PersonState.ERASED:
        raise RecordErased
    person.last_contact_at = tools.clock.now()
    await uow.people.save(person)
    await _renew(known, at.expires_at, uow)
    await come_back_to(known, talk, uow)
    return talk


async def come_back_to(known: Address, talk: Talk, uow: UnitOfWork) -> None:
    """Somebody who had left an address is there again: it carries as before."""
    if known.left_at is not None:
        await uow.people.settle_at(replace(known, left_at=None))
        uow.publish(ReachChanged(talk.id, talk.person_id))


async def _renew(known: Address, expires_at: datetime | None, uow: UnitOfWork) -> None:
    """Let a session last from the latest message, written down once a day at most."""
    if expires_at is None or known.expires_at is None:
        return
    if expires_at - known.expires_at >= RENEWAL_STEP:
        await uow.people.settle_at(replace(known, expires_at=expires_at))


async def _welcome(at: At, uow: UnitOfWork, tools: Tools, state: TalkState) -> Talk:
    person, key = await _new_person(at, uow, tools)
    await uow.people.settle_at(at.settled(tools, person.id, key))
    talk = Talk(
        id=TalkId(tools.ids.new()),
        person_id=person.id,
        channel=at.channel,
        state=state,
        opened_at=person.first_seen_at,
    )
    await uow.talks.add(talk)
    return talk


async def _new_person(at: At, uow: UnitOfWork, tools: Tools) -> tuple[Person, WrappedKey]:
    key, now, attempt = tools.vault.new_key(), tools.clock.now(), 0
    while True:  # ends: later attempts draw from an ever larger range of numbers
        person = Person(
            id=PersonId(tools.ids.new()),
            handle=tools.handles.make(attempt),
            locale=at.locale,
            state=PersonState.PRESENT,
            first_seen_at=now,
            last_contact_at=now,
        )
        if await uow.people.add(person, key):
            return person, key
        attempt += 1
