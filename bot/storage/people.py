"""Persons, their keys, addresses and passphrases; and how all of that is destroyed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.ids import PersonId
from bot.core.model.mail import PictureState
from bot.core.model.people import Pace, Person, PersonState
from bot.core.model.safety import ConcernState
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.ports.store import Address
from bot.storage import platform_tables as p
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.columns import Parameter
from bot.storage.statements import Overtaken, Repository, insert_or_change, insert_or_leave

_WHO: Parameter = bindparam("who")
_ADD = insert_or_leave(t.persons)
_ADD_KEY = insert(t.person_keys)
_GET = select(*rows.PERSON).where(t.persons.c.id == _WHO).with_for_update()
_SAVE = update(t.persons).where(t.persons.c.id == _WHO)
_KEY = select(t.person_keys.c.wrapped).where(t.person_keys.c.person_id == _WHO)
_DUE = (
    select(t.persons.c.id)
    .where(
        t.persons.c.state == PersonState.LEAVING,
        t.persons.c.erase_due_at.is_not(None),
        t.persons.c.erase_due_at <= bindparam("now", type_=t.persons.c.erase_due_at.type),
    )
    .order_by(t.persons.c.erase_due_at)
    .limit(bindparam("most"))
)
_SILENT = (
    select(t.persons.c.id)
    .where(
        t.persons.c.state == PersonState.PRESENT,
        t.persons.c.last_contact_at <= bindparam("moment", type_=t.persons.c.last_contact_at.type),
        ~exists().where(
            t.talks.c.person_id == t.persons.c.id,
            t.concerns.c.talk_id == t.talks.c.id,
            t.concerns.c.state != ConcernState.RESOLVED,
        ),
    )
    .order_by(t.persons.c.last_contact_at)
    .limit(bindparam("most"))
)
_HERE = (t.addresses.c.channel == bindparam("on_channel"), t.addresses.c.tag == bindparam("at_tag"))
_AT = select(*rows.ADDRESS).where(*_HERE).with_for_update()
_ALL_OF = (
    select(*rows.ADDRESS)
    .where(t.addresses.c.person_id == _WHO)
    .order_by(t.addresses.c.turn)
    .with_for_update()
)
_LEAVE = delete(t.addresses).where(*_HERE)
_TURN = select(func.max(t.addresses.c.turn)).where(t.addresses.c.person_id == _WHO)
_SETTLE_NEW = insert_or_leave(t.addresses)
_SETTLE = insert_or_change(
    t.addresses,
    on=("channel", "tag"),
    changes=("person_id", "sealed", "expires_at", "left_at", "bell_only", "turn"),
)
_SET_PASSPHRASE = insert_or_change(t.passphrases, on=("person_id",), changes=("verifier", "set_at"))
_BY_PASSPHRASE = select(t.passphrases.c.person_id).where(
    t.passphrases.c.verifier == bindparam("verifier")
)

_TALKS = select(t.talks.c.id).where(t.talks.c.person_id == _WHO)
_MESSAGES = select(t.messages.c.id).where(t.messages.c.talk_id.in_(_TALKS))
_SHRED = (
    delete(t.person_keys).where(t.person_keys.c.person_id == _WHO),
    delete(t.addresses).where(t.addresses.c.person_id == _WHO),
    delete(t.passphrases).where(t.passphrases.c.person_id == _WHO),
    delete(t.errands).where(t.errands.c.talk_id.in_(_TALKS)),
    delete(p.tickets).where(p.tickets.c.person_id == _WHO),
    delete(p.room_links).where(p.room_links.c.person_id == _WHO),
    update(p.pictures)
    .where(p.pictures.c.message_id.in_(_MESSAGES), p.pictures.c.sealed.is_not(None))
    .values(sealed=None, state=PictureState.FORGOTTEN),
    update(t.persons).where(t.persons.c.id == _WHO).values(wish=null(), pace=Pace.LIVE),
    delete(t.notes).where(t.notes.c.talk_id.in_(_TALKS)),
    update(t.messages)
    .where(t.messages.c.talk_id.in_(_TALKS))
    .values(sealed=None, kinds=None, reasons=None, corrected=False),
    update(t.concerns).where(t.concerns.c.talk_id.in_(_TALKS)).values(kinds=None),
    update(t.seen_events).where(t.seen_events.c.person_id == _WHO).values(digest=None),
)


class SqlPeople(Repository):
    """Implements ``bot.core.ports.store.People``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._unknown: set[tuple[str, Tag]] = set()
        self.shredded = False

    async def add(self, person: Person, key: WrappedKey) -> bool:
        """Store a new person with their key; False if the handle is taken."""
        if not await self._put(_ADD, {"id": person.id, **rows.person_values(person)}):
            return False
        await self._do(_ADD_KEY, {"person_id": person.id, "wrapped": key})
        return True

    async def get(self, person_id: PersonId) -> Person | None:
        """The person, locked."""
        row = await self._one(_GET, {"who": person_id})
        return None if row is None else rows.person(row)

    async def save(self, person: Person) -> None:
        """Write a changed person back."""
        await self._do(_SAVE, {"who": person.id, **rows.person_values(person)})

    async def key(self, person_id: PersonId) -> WrappedKey | None:
        """The wrapped data key; None once it is destroyed."""
        row = await self._one(_KEY, {"who": person_id})
        return None if row is None else WrappedKey(row[0])

    async def shred(self, person_id: PersonId) -> None:
        """Destroy everything that could be read, or lead to the person."""
        self.shredded = True
        for statement in _SHRED:
            await self._do(statement, {"who": person_id})

    async def due_for_erasure(self, now: datetime, limit: int) -> list[PersonId]:
        """Persons whose erasure waited long enough, the longest first."""
        found = await self._all(_DUE, {"now": now, "most": limit})
        return [PersonId(row[0]) for row in found]

    async def silent_since(self, moment: datetime, limit: int) -> list[PersonId]:
        """Persons who have been silent since ``moment``, the longest first."""
        found = await self._all(_SILENT, {"moment": moment, "most": limit})
        return [PersonId(row[0]) for row in found]

    async def at(self, channel: str, tag: Tag) -> Address | None:
        """Who is reached at an address, expired or not; locked."""
        row = await self._one(_AT, {"on_channel": channel, "at_tag": tag})
        if row is None:
            self._unknown.add((channel, tag))
            return None
        return rows.address(row)

    async def settle_at(self, address: Address) -> None:
        """Store an address, or move and renew one that exists.

        Raises ``Overtaken`` where this unit saw nobody there and now there is somebody: two
        first messages at the same moment must not make two persons.
        """
        turn = await self._one(_TURN, {"who": address.person_id})
        values = rows.address_values(address) | {"turn": ((turn and turn[0]) or 0) + 1}
        place = (address.channel, address.tag)
        if place not in self._unknown:
            await self._put(_SETTLE, values)
        elif not await self._put(_SETTLE_NEW, values):
            raise Overtaken
        self._unknown.discard(place)

    async def leave(self, channel: str, tag: Tag) -> None:
        """Forget an address."""
        await self._do(_LEAVE, {"on_channel": channel, "at_tag": tag})

    async def addresses(self, person_id: PersonId) -> list[Address]:
        """Every address of a person, locked; the one that was settled last comes last."""
        return [rows.address(row) for row in await self._all(_ALL_OF, {"who": person_id})]

    async def set_passphrase(self, person_id: PersonId, verifier: Tag, now: datetime) -> None:
        """Replace the person's verifier."""
        await self._put(
            _SET_PASSPHRASE, {"person_id": person_id, "verifier": verifier, "set_at": now}
        )

    async def by_passphrase(self, verifier: Tag) -> PersonId | None:
        """Whose passphrase this is."""
        row = await self._one(_BY_PASSPHRASE, {"verifier": verifier})
        return None if row is None else PersonId(row[0])
