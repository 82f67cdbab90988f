"""Rows to store: somebody who writes, their talk, and somebody who answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.core.model.ids import ConcernId, ErrandId, MessageId, NoteId, PersonId, StaffId, TalkId
from bot.core.model.mail import Action, Address, Errand, SeenEvent
from bot.core.model.messages import Delivery, Message, Note, Sender
from bot.core.model.people import Person, PersonState, Role, Staff, StaffState
from bot.core.model.safety import Concern, ConcernState
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.model.talk import Talk, TalkState
from bot.core.ports.store import UnitOfWork
from tests.fakes.tools import CountingIds
from triage.verdict import Kind, Level, Reason, Verdict

NOW = datetime(2026, 11, 25, 18, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GRAVE = Verdict(
    Level.ACTIVE,
    frozenset({Kind.SUICIDE, Kind.ABUSE}),
    (
        Reason("suicide.wish", Level.ACTIVE, 3, 7),
        Reason("abuse.hit", Level.PASSIVE, 9, 12, "model"),
    ),
)


def tag(value: str) -> Tag:
    """Thirty-two bytes that are the same for the same value."""
    return Tag(value.encode().ljust(32, b"."))


@dataclass(slots=True)
class Samples:
    """Makes rows that differ from one another."""

    ids: CountingIds = field(default_factory=CountingIds)

    def person(self, handle: str | None = None) -> Person:
        person_id = PersonId(self.ids.new())
        return Person(person_id, handle or f"h{person_id}", "ja", PersonState.PRESENT, NOW, NOW)

    def talk(self, person_id: PersonId) -> Talk:
        talk_id = TalkId(self.ids.new())
        return Talk(talk_id, person_id, "web", TalkState.WAITING, NOW, waiting_since=NOW)

    def message(self, talk: Talk, *, delivery: Delivery | None = None) -> Message:
        return Message(
            id=MessageId(self.ids.new()),
            talk_id=talk.id,
            seq=talk.next_seq(),
            sender=Sender.SERVICE if delivery else Sender.VISITOR,
            at=NOW,
            sealed=None if delivery else b"SEALED message",
            text_key="safety.card" if delivery else None,
            delivery=delivery,
        )

    def concern(self, talk: Talk) -> Concern:
        return Concern(
            id=ConcernId(self.ids.new()),
            talk_id=talk.id,
            message_id=None,
            level=Level.ACTIVE,
            kinds=frozenset({Kind.SUICIDE}),
            state=ConcernState.RAISED,
            raised_at=NOW,
        )

    def staff(self, name: str, *roles: Role, state: StaffState = StaffState.ACTIVE) -> Staff:
        held = frozenset(roles or {Role.PEER})
        return Staff(StaffId(self.ids.new()), name, held, state, "hash", NOW)

    def note(self, talk: Talk, staff: Staff) -> Note:
        return Note(NoteId(self.ids.new()), talk.id, staff.id, NOW, b"SEALED note")

    def errand(self, message: Message, *, lane: str, due_at: datetime = NOW) -> Errand:
        return Errand(ErrandId(self.ids.new()), lane, Action.DELIVER, message.id, due_at)

    def seen(self, name: str, person_id: PersonId | None = None, row_id: str = "row") -> SeenEvent:
        return SeenEvent("web", tag(name), tag("SEALED digest"), person_id, row_id, NOW)

    def address(
        self, person_id: PersonId, name: str = "here", *, ends: datetime | None = None
    ) -> Address:
        sealed = None if ends else b"SEALED address"
        return Address("web", tag(name), person_id, sealed, ends)

    async def settled(self, unit: UnitOfWork) -> tuple[Person, Talk]:
        """A stored person with a stored talk."""
        person = self.person()
        assert await unit.people.add(person, WrappedKey(f"SEALED key {person.id}".encode()))
        talk = self.talk(person.id)
        await unit.talks.add(talk)
        return person, talk
