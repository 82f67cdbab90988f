"""The store in memory: the same promises as the real one, kept by copying."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.core.model.events import Event
from bot.core.model.ids import ConcernId, ErrandId, MessageId, NoteId, PersonId, StaffId, TalkId
from bot.core.model.labels import TriageLabel
from bot.core.model.mail import (
    Action,
    Address,
    Errand,
    Invitation,
    Picture,
    PictureState,
    RoomLink,
    SeenEvent,
    StoredTicket,
)
from bot.core.model.messages import Delivery, Message, Note, Sender
from bot.core.model.people import Pace, Person, PersonState, Role, Staff, StaffState
from bot.core.model.safety import Concern, ConcernState
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.model.talk import Talk, TalkState
from bot.core.ports import store as port
from bot.core.ports.store import UnitOfWork

Result = TypeVar("Result")
DUTY_ENDS = timedelta(days=1)
BEGUN_LASTS = timedelta(minutes=10)


@dataclass
class Rows:
    """Everything that is kept."""

    persons: dict[PersonId, Person] = field(default_factory=dict)
    keys: dict[PersonId, WrappedKey] = field(default_factory=dict)
    addresses: dict[tuple[str, Tag], Address] = field(default_factory=dict)
    passphrases: dict[PersonId, Tag] = field(default_factory=dict)
    talks: dict[TalkId, Talk] = field(default_factory=dict)
    notes: dict[NoteId, Note] = field(default_factory=dict)
    messages: dict[MessageId, Message] = field(default_factory=dict)
    concerns: dict[ConcernId, Concern] = field(default_factory=dict)
    staff: dict[StaffId, Staff] = field(default_factory=dict)
    invitations: dict[Tag, Invitation] = field(default_factory=dict)
    sessions: dict[Tag, tuple[StaffId, datetime]] = field(default_factory=dict)
    duty: dict[StaffId, datetime] = field(default_factory=dict)
    seen: dict[tuple[str, Tag], SeenEvent] = field(default_factory=dict)
    errands: dict[ErrandId, Errand] = field(default_factory=dict)
    leased: set[ErrandId] = field(default_factory=set)
    tickets: dict[Tag, StoredTicket] = field(default_factory=dict)
    links: dict[Tag, RoomLink] = field(default_factory=dict)
    used_links: set[Tag] = field(default_factory=set)
    pictures: dict[MessageId, Picture] = field(default_factory=dict)
    sendings: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    labels: list[TriageLabel] = field(default_factory=list)
    alive: dict[str, datetime] = field(default_factory=dict)


class TakenError(Exception):
    """A row that must be the only one of its kind is there already."""


class FakePeople:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, person: Person, key: WrappedKey) -> bool:
        if any(known.handle == person.handle for known in self._rows.persons.values()):
            return False
        self._rows.persons[person.id] = copy(person)
        self._rows.keys[person.id] = key
        return True

    async def get(self, person_id: PersonId) -> Person | None:
        return copy(self._rows.persons.get(person_id))

    async def save(self, person: Person) -> None:
        self._rows.persons[person.id] = copy(person)

    async def key(self, person_id: PersonId) -> WrappedKey | None:
        return self._rows.keys.get(person_id)

    async def shred(self, person_id: PersonId) -> None:
        rows = self._rows
        talks = {talk.id for talk in rows.talks.values() if talk.person_id == person_id}
        rows.keys.pop(person_id, None)
        rows.passphrases.pop(person_id, None)
        rows.addresses = {k: a for k, a in rows.addresses.items() if a.person_id != person_id}
        rows.notes = {k: n for k, n in rows.notes.items() if n.talk_id not in talks}
        gone = {m.id for m in rows.messages.values() if m.talk_id in talks}
        rows.errands = {k: e for k, e in rows.errands.items() if e.message_id not in gone}
        rows.tickets = {k: t for k, t in rows.tickets.items() if t.person_id != person_id}
        rows.links = {k: link for k, link in rows.links.items() if link.person_id != person_id}
        _empty(rows, [each for each in rows.pictures.values() if each.message_id in gone])
        if (person := rows.persons.get(person_id)) is not None:
            person.leanings = replace(person.leanings, wish=None, pace=Pace.LIVE)
        for message in (rows.messages[message_id] for message_id in gone):
            message.sealed, message.corrected = None, False
            message.verdict = replace(message.verdict, kinds=frozenset(), reasons=())
        for concern in rows.concerns.values():
            concern.kinds = frozenset() if concern.talk_id in talks else concern.kinds
        for place, event in rows.seen.items():
            if event.person_id == person_id:
                rows.seen[place] = replace(event, digest=None)

    async def due_for_erasure(self, now: datetime, limit: int) -> list[PersonId]:
        waiting = [
            (person.erase_due_at, person.id)
            for person in self._rows.persons.values()
            if person.state is PersonState.LEAVING
            and person.erase_due_at is not None
            and person.erase_due_at <= now
        ]
        return [person_id for _, person_id in sorted(waiting)[:limit]]

    async def silent_since(self, moment: datetime, limit: int) -> list[PersonId]:
        worried = {
            self._rows.talks[concern.talk_id].person_id
            for concern in self._rows.concerns.values()
            if concern.state is not ConcernState.RESOLVED
        }
        silent = [
            person
            for person in self._rows.persons.values()
            if person.state is PersonState.PRESENT
            and person.last_contact_at <= moment
            and person.id not in worried
        ]
        silent.sort(key=lambda person: person.last_contact_at)
        return [person.id for person in silent[:limit]]

    async def at(self, channel: str, tag: Tag) -> Address | None:
        return self._rows.addresses.get((channel, tag))

    async def settle_at(self, address: Address) -> None:
        self._rows.addresses.pop((address.channel, address.tag), None)  # the latest comes last
        self._rows.addresses[address.channel, address.tag] = address

    async def leave(self, channel: str, tag: Tag) -> None:
        self._rows.addresses.pop((channel, tag), None)

    async def addresses(self, person_id: PersonId) -> list[Address]:
        return [each for each in self._rows.addresses.values() if each.person_id == person_id]

    async def set_passphrase(self, person_id: PersonId, verifier: Tag, now: datetime) -> None:
        if verifier in self._rows.passphrases.values():
            raise TakenError
        self._rows.passphrases[person_id] = verifier

    async def by_passphrase(self, verifier: Tag) -> PersonId | None:
        found = (who for who, known in self._rows.passphrases.items() if known == verifier)
        return next(found, None)


class FakeTalks:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, talk: Talk) -> None:
        if await self.of_person(talk.person_id) is not None:
            raise TakenError
        self._rows.talks[talk.id] = copy(talk)

    async def get(self, talk_id: TalkId) -> Talk | None:
        return copy(self._rows.talks.get(talk_id))

    async def of_person(self, person_id: PersonId) -> Talk | None:
        found = (talk for talk in self._rows.talks.values() if talk.person_id == person_id)
        return copy(next(found, None))

    async def save(self, talk: Talk) -> None:
        self._rows.talks[talk.id] = copy(talk)

    async def next_waiting(self) -> Talk | None:
        places = [
            (-talk.place.band, talk.place.since, talk.id)
            for talk in self._rows.talks.values()
            if talk.place is not None
        ]
        return await self.get(min(places)[2]) if places else None

    async def held_by(self, staff_id: StaffId) -> list[Talk]:
        held = [
            talk
            for talk in self._rows.talks.values()
            if talk.holder == staff_id and talk.state is TalkState.HELD
        ]
        return [copy(talk) for talk in sorted(held, key=lambda talk: talk.id)]

    async def add_note(self, note: Note) -> None:
        self._rows.notes[note.id] = note

    async def notes(self, talk_id: TalkId) -> list[Note]:
        beside = [note for note in self._rows.notes.values() if note.talk_id == talk_id]
        return sorted(beside, key=lambda note: note.id)

    async def move_note(self, note: Note) -> None:
        self._rows.notes[note.id] = note


class FakeMessages:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, message: Message) -> None:
        place = (message.talk_id, message.seq)
        if any((known.talk_id, known.seq) == place for known in self._rows.messages.values()):
            raise TakenError
        self._rows.messages[message.id] = copy(message)

    async def get(self, message_id: MessageId) -> Message | None:
        return copy(self._rows.messages.get(message_id))

    async def save_verdict(self, message: Message) -> None:
        stored = self._rows.messages[message.id]
        stored.verdict, stored.assessed = message.verdict, message.assessed
        stored.corrected = message.corrected

    async def save_delivery(self, message: Message) -> None:
        self._rows.messages[message.id].delivery = message.delivery

    async def save_taken_back(self, message: Message) -> None:
        stored = self._rows.messages[message.id]
        stored.sealed, stored.taken_back = message.sealed, message.taken_back
        stored.verdict, stored.assessed = message.verdict, message.assessed

    async def all_of(self, talk_id: TalkId) -> list[Message]:
        said = [m for m in self._rows.messages.values() if m.talk_id == talk_id]
        return [copy(m) for m in sorted(said, key=lambda message: message.seq)]

    async def move(self, message: Message) -> None:
        stored = self._rows.messages[message.id]
        stored.talk_id, stored.seq = message.talk_id, message.seq
        stored.sealed = message.sealed

    async def latest_heard(self, talk_id: TalkId, upto: int | None = None) -> MessageId | None:
        heard = [
            message
            for message in self._rows.messages.values()
            if message.talk_id == talk_id
            and message.sender is Sender.VISITOR
            and (upto is None or message.seq <= upto)
        ]
        return max(heard, key=lambda message: message.seq).id if heard else None

    async def mark_seen(self, talk_id: TalkId, upto: int) -> int:
        seen = [
            message
            for message in self._rows.messages.values()
            if message.talk_id == talk_id
            and message.seq <= upto
            and message.delivery in {Delivery.SENDING, Delivery.IN_ROOM}
        ]
        for message in seen:
            message.delivery = Delivery.DELIVERED
        return len(seen)


class FakeConcerns:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, concern: Concern) -> None:
        if await self.open_of(concern.talk_id) is not None:
            raise TakenError
        self._rows.concerns[concern.id] = copy(concern)

    async def get(self, concern_id: ConcernId) -> Concern | None:
        return copy(self._rows.concerns.get(concern_id))

    async def open_of(self, talk_id: TalkId) -> Concern | None:
        found = (
            concern
            for concern in self._rows.concerns.values()
            if concern.talk_id == talk_id and concern.state is not ConcernState.RESOLVED
        )
        return copy(next(found, None))

    async def save(self, concern: Concern) -> None:
        self._rows.concerns[concern.id] = copy(concern)


class FakeLabels:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, label: TriageLabel) -> None:
        self._rows.labels.append(label)

    async def all(self) -> list[TriageLabel]:
        return sorted(self._rows.labels, key=lambda label: label.month)


class FakeStaffRoom:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, staff: Staff) -> bool:
        if await self.by_name(staff.work_name) is not None:
            return False
        self._rows.staff[staff.id] = copy(staff)
        return True

    async def get(self, staff_id: StaffId) -> Staff | None:
        return copy(self._rows.staff.get(staff_id))

    async def by_name(self, work_name: str) -> Staff | None:
        found = (staff for staff in self._rows.staff.values() if staff.work_name == work_name)
        return copy(next(found, None))

    async def save(self, staff: Staff) -> None:
        self._rows.staff[staff.id] = copy(staff)

    async def active_with(self, role: Role) -> int:
        everybody = self._rows.staff.values()
        return sum(role in each.roles for each in everybody if each.state is StaffState.ACTIVE)

    async def invite(self, invitation: Invitation) -> None:
        kept = {
            token: known
            for token, known in self._rows.invitations.items()
            if known.staff_id != invitation.staff_id
        }
        self._rows.invitations = {**kept, invitation.token: invitation}

    async def invitation(self, token: Tag) -> Invitation | None:
        return self._rows.invitations.get(token)

    async def spend(self, token: Tag) -> None:
        self._rows.invitations.pop(token, None)

    async def open_session(
        self, token: Tag, staff_id: StaffId, now: datetime, expires_at: datetime
    ) -> None:
        self._rows.sessions[token] = (staff_id, expires_at)

    async def close_session(self, token: Tag) -> None:
        self._rows.sessions.pop(token, None)

    async def close_sessions_of(self, staff_id: StaffId) -> None:
        sessions = self._rows.sessions
        self._rows.sessions = {k: row for k, row in sessions.items() if row[0] != staff_id}

    async def start_duty(self, staff_id: StaffId, now: datetime) -> None:
        self._rows.duty[staff_id] = now

    async def touch_duty(self, staff_id: StaffId, now: datetime) -> None:
        if staff_id in self._rows.duty:
            self._rows.duty[staff_id] = now

    async def stop_duty(self, staff_id: StaffId) -> None:
        self._rows.duty.pop(staff_id, None)

    async def forget_stale(self, now: datetime) -> int:
        rows, before = self._rows, self._stale_kinds()
        rows.sessions = {k: row for k, row in rows.sessions.items() if row[1] > now}
        rows.invitations = {k: i for k, i in rows.invitations.items() if i.expires_at > now}
        rows.addresses = {
            k: a for k, a in rows.addresses.items() if a.expires_at is None or a.expires_at > now
        }
        rows.duty = {k: seen_at for k, seen_at in rows.duty.items() if seen_at > now - DUTY_ENDS}
        return before - self._stale_kinds()

    def _stale_kinds(self) -> int:
        rows = self._rows
        return len(rows.sessions) + len(rows.invitations) + len(rows.addresses) + len(rows.duty)


class FakeMailroom:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def remember(self, seen: SeenEvent) -> bool:
        return self._rows.seen.setdefault((seen.source, seen.tag), seen) is seen

    async def recall(self, source: str, tag: Tag) -> SeenEvent | None:
        return self._rows.seen.get((source, tag))

    async def post(self, errand: Errand) -> None:
        self._rows.errands[errand.id] = errand

    async def move(self, person_id: PersonId, to: PersonId) -> None:
        for place, event in self._rows.seen.items():
            if event.person_id == person_id:
                self._rows.seen[place] = replace(event, person_id=to)

    async def forget_words(self, row_id: str) -> None:
        for place, event in self._rows.seen.items():
            if event.row_id == row_id:
                self._rows.seen[place] = replace(event, digest=None)

    async def claim(
        self, now: datetime, *, lease_until: datetime, limit: int, carrier: str
    ) -> list[Errand]:
        heads: dict[str, Errand] = {}
        for errand in self._rows.errands.values():
            heads.setdefault(errand.lane, errand)
        due = sorted(
            (each for each in heads.values() if each.due_at <= now and each.carrier == carrier),
            key=lambda errand: errand.due_at,
        )[:limit]
        leased = [replace(each, due_at=lease_until, tries=each.tries + 1) for each in due]
        self._rows.errands.update({errand.id: errand for errand in leased})
        self._rows.leased.update(errand.id for errand in leased)
        return leased

    async def cancel(self, talk_id: TalkId, carrier: str) -> list[MessageId]:
        dropped = self._of_talk(talk_id, carrier)
        for errand in dropped:
            await self.settle(errand.id)
        return [
            errand.message_id
            for errand in dropped
            if errand.action is Action.DELIVER
            and self._rows.messages[errand.message_id].sender is not Sender.VISITOR
        ]

    async def hasten(self, talk_id: TalkId, carrier: str, now: datetime) -> None:
        for errand in self._of_talk(talk_id, carrier):
            if errand.due_at > now and errand.id not in self._rows.leased:
                self._rows.errands[errand.id] = replace(errand, due_at=now)

    def _of_talk(self, talk_id: TalkId, carrier: str) -> list[Errand]:
        messages = self._rows.messages
        return [
            errand
            for errand in self._rows.errands.values()
            if errand.carrier == carrier
            and errand.message_id in messages
            and messages[errand.message_id].talk_id == talk_id
        ]

    async def release(self, now: datetime) -> int:
        for errand_id in self._rows.leased:
            self._rows.errands[errand_id] = replace(self._rows.errands[errand_id], due_at=now)
        count = len(self._rows.leased)
        self._rows.leased.clear()
        return count

    async def settle(self, errand_id: ErrandId) -> None:
        self._rows.errands.pop(errand_id, None)
        self._rows.leased.discard(errand_id)

    async def postpone(self, errand_id: ErrandId, due_at: datetime) -> None:
        if errand_id in self._rows.errands:  # else it was cancelled meanwhile
            self._rows.errands[errand_id] = replace(self._rows.errands[errand_id], due_at=due_at)
            self._rows.leased.discard(errand_id)


class FakePlatforms:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add_ticket(self, ticket: StoredTicket) -> None:
        self._rows.tickets.setdefault(ticket.tag, ticket)

    async def begin_ticket(self, tag: Tag, errand_id: ErrandId) -> bool:
        ticket = self._rows.tickets.get(tag)
        if ticket is None or ticket.errand_id not in {None, errand_id}:
            return False
        self._rows.tickets[tag] = replace(ticket, errand_id=errand_id)
        return True

    async def spend_ticket(self, tag: Tag) -> None:
        self._rows.tickets.pop(tag, None)

    async def add_link(self, link: RoomLink) -> None:
        self._rows.links.setdefault(link.tag, link)

    async def take_link(self, tag: Tag) -> RoomLink | None:
        if tag in self._rows.used_links:
            return None
        self._rows.used_links.add(tag)
        return self._rows.links.get(tag)

    async def add_picture(self, picture: Picture) -> None:
        if picture.message_id in self._rows.pictures:
            raise TakenError
        self._rows.pictures[picture.message_id] = picture

    async def picture(self, message_id: MessageId) -> Picture | None:
        return self._rows.pictures.get(message_id)

    async def save_picture(self, picture: Picture) -> None:
        kept = self._rows.pictures[picture.message_id]
        changed = replace(kept, state=picture.state, sealed=picture.sealed)
        self._rows.pictures[picture.message_id] = changed

    async def forget_pictures(self, before: datetime) -> int:
        return _empty(self._rows, [p for p in self._rows.pictures.values() if p.at < before])

    async def forget_stale(self, now: datetime) -> int:
        rows = self._rows
        before = len(rows.tickets) + len(rows.links)
        rows.tickets = {k: t for k, t in rows.tickets.items() if _lasts(t, now)}
        rows.links = {k: link for k, link in rows.links.items() if link.expires_at > now}
        return before - len(rows.tickets) - len(rows.links)

    async def count_sending(self, channel: str, month: str, *, free: int, paid: int) -> None:
        before = self._rows.sendings.get((channel, month), (0, 0))
        self._rows.sendings[channel, month] = (before[0] + free, before[1] + paid)

    async def note_alive(self, channel: str, now: datetime) -> None:
        self._rows.alive[channel] = now


def _lasts(ticket: StoredTicket, now: datetime) -> bool:
    """One that an errand has begun to use is known a little longer, for a try after a crash."""
    longer = timedelta() if ticket.errand_id is None else BEGUN_LASTS
    return ticket.expires_at + longer > now


def _empty(rows: Rows, pictures: list[Picture]) -> int:
    """Take the content of pictures; how many had any."""
    full = [each for each in pictures if each.sealed is not None]
    for each in full:
        emptied = replace(each, state=PictureState.FORGOTTEN, sealed=None)
        rows.pictures[each.message_id] = emptied
    return len(full)


class FakeUnit:
    """One unit over the rows."""

    def __init__(self, rows: Rows) -> None:
        self.people: port.People = FakePeople(rows)
        self.talks: port.Talks = FakeTalks(rows)
        self.messages: port.Messages = FakeMessages(rows)
        self.concerns: port.Concerns = FakeConcerns(rows)
        self.labels: port.Labels = FakeLabels(rows)
        self.staff: port.StaffRoom = FakeStaffRoom(rows)
        self.mail: port.Mailroom = FakeMailroom(rows)
        self.platforms: port.Platforms = FakePlatforms(rows)
        self.events: list[Event] = []

    def publish(self, event: Event) -> None:
        """Note an event."""
        self.events.append(event)


class FakeStore:
    """Implements ``Units``; ``rows`` is what has been committed."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._turn = asyncio.Lock()

    async def run(
        self, work: Callable[[UnitOfWork], Awaitable[Result]]
    ) -> tuple[Result, tuple[Event, ...]]:
        """Work on a copy; what raises leaves no trace."""
        async with self._turn:
            rows = deepcopy(self.rows)
            unit = FakeUnit(rows)
            result = await work(unit)
            self.rows = rows
            return result, tuple(unit.events)


_: type[port.Units] = FakeStore
