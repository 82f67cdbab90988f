"""What the house asks of its store: units of work and the rows inside them.

A unit is a promise: after ``Units.run`` returned, everything that the work did is on disk;
after it raised, nothing is. How many works share one commit is the store's own affair
(one INSERT per transaction costs forty times its share of a transaction of fifty), so a
work must not act outside the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from bot.core.model.events import Event
from bot.core.model.ids import (
    ConcernId,
    MessageId,
    PersonId,
    StaffId,
    TalkId,
)
from bot.core.model.labels import TriageLabel
from bot.core.model.mail import Action, Address, Errand, Invitation, SeenEvent
from bot.core.model.messages import Message, Note
from bot.core.model.people import Person
from bot.core.model.safety import Concern
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.model.talk import Talk
from bot.core.ports.mailroom import Mailroom
from bot.core.ports.platforms import Platforms
from bot.core.ports.staff_room import StaffRoom

__all__ = [
    "Action",
    "Address",
    "Concerns",
    "Errand",
    "Invitation",
    "Labels",
    "Mailroom",
    "Messages",
    "People",
    "Platforms",
    "SeenEvent",
    "StaffRoom",
    "Talks",
    "UnitOfWork",
    "Units",
]

Result = TypeVar("Result")


class People(Protocol):
    """Persons, their keys, addresses and passphrases."""

    async def add(self, person: Person, key: WrappedKey) -> bool:
        """Store a new person with their key. False, and nothing stored, if the handle is taken."""
        ...

    async def get(self, person_id: PersonId) -> Person | None:
        """The person, locked until the unit ends."""
        ...

    async def save(self, person: Person) -> None:
        """Write a changed person back."""
        ...

    async def key(self, person_id: PersonId) -> WrappedKey | None:
        """The person's wrapped data key; None once it is destroyed."""
        ...

    async def shred(self, person_id: PersonId) -> None:
        """Destroy key, addresses, passphrase, sealed words and notes, and digests of events.

        Which messages were corrected is forgotten too.

        Unsettled errands of the person's talk are dropped. Rows that count stay.
        """
        ...

    async def due_for_erasure(self, now: datetime, limit: int) -> list[PersonId]:
        """Persons whose erasure waited until ``now`` or earlier."""
        ...

    async def silent_since(self, moment: datetime, limit: int) -> list[PersonId]:
        """Persons present whose last contact lies at or before ``moment``.

        Whoever has an open concern is left out: no timer ends that (R-079).
        """
        ...

    async def at(self, channel: str, tag: Tag) -> Address | None:
        """Who is reached at an address; expired ones too (the caller looks at the time)."""
        ...

    async def settle_at(self, address: Address) -> None:
        """Store an address, or move and renew one that exists."""
        ...

    async def leave(self, channel: str, tag: Tag) -> None:
        """Forget an address. Safe to repeat."""
        ...

    async def addresses(self, person_id: PersonId) -> list[Address]:
        """Every address of a person, those of browsers too, locked."""
        ...

    async def set_passphrase(self, person_id: PersonId, verifier: Tag, now: datetime) -> None:
        """Replace the person's verifier."""
        ...

    async def by_passphrase(self, verifier: Tag) -> PersonId | None:
        """Whose passphrase this is."""
        ...


class Talks(Protocol):
    """Talks and their notes."""

    async def add(self, talk: Talk) -> None:
        """Store a new talk."""
        ...

    async def get(self, talk_id: TalkId) -> Talk | None:
        """The talk, locked until the unit ends."""
        ...

    async def of_person(self, person_id: PersonId) -> Talk | None:
        """The person's talk, locked until the unit ends."""
        ...

    async def save(self, talk: Talk) -> None:
        """Write a changed talk back."""
        ...

    async def next_waiting(self) -> Talk | None:
        """Whoever is next by ``bot.core.model.queue``, locked; None when nobody waits."""
        ...

    async def held_by(self, staff_id: StaffId) -> list[Talk]:
        """All talks that somebody holds, locked."""
        ...

    async def add_note(self, note: Note) -> None:
        """Store a note."""
        ...

    async def notes(self, talk_id: TalkId) -> list[Note]:
        """All notes beside a talk, oldest first."""
        ...

    async def move_note(self, note: Note) -> None:
        """Write ``talk_id`` and ``sealed`` back."""
        ...


class Messages(Protocol):
    """Messages of talks."""

    async def add(self, message: Message) -> None:
        """Store a new message."""
        ...

    async def get(self, message_id: MessageId) -> Message | None:
        """One message."""
        ...

    async def save_verdict(self, message: Message) -> None:
        """Write ``verdict``, ``assessed`` and ``corrected`` back."""
        ...

    async def save_delivery(self, message: Message) -> None:
        """Write ``delivery`` back."""
        ...

    async def save_taken_back(self, message: Message) -> None:
        """Write ``sealed``, ``taken_back``, ``assessed`` and the verdict back."""
        ...

    async def all_of(self, talk_id: TalkId) -> list[Message]:
        """Every message of a talk, in order."""
        ...

    async def move(self, message: Message) -> None:
        """Write ``talk_id``, ``seq`` and ``sealed`` back: the message belongs elsewhere now."""
        ...

    async def latest_heard(self, talk_id: TalkId, upto: int | None = None) -> MessageId | None:
        """The visitor's latest message, with a number of at most ``upto`` where one is given."""
        ...

    async def mark_seen(self, talk_id: TalkId, upto: int) -> int:
        """Outgoing messages up to ``upto`` become DELIVERED, unless they already are.

        FAILED ones stay. Returns how many changed.
        """
        ...


class Concerns(Protocol):
    """Raised flags."""

    async def add(self, concern: Concern) -> None:
        """Store a new concern."""
        ...

    async def get(self, concern_id: ConcernId) -> Concern | None:
        """One concern, locked."""
        ...

    async def open_of(self, talk_id: TalkId) -> Concern | None:
        """The talk's open concern (raised or acknowledged), locked."""
        ...

    async def save(self, concern: Concern) -> None:
        """Write a changed concern back, its talk too."""
        ...


class Labels(Protocol):
    """What supervisors said of verdicts."""

    async def add(self, label: TriageLabel) -> None:
        """Store a label. It is never changed, and no erasure reaches it: it names nobody."""
        ...

    async def all(self) -> list[TriageLabel]:
        """Every label, the earliest month first."""
        ...


class UnitOfWork(Protocol):
    """Everything that one work may read and change, and the events it leaves."""

    people: People
    talks: Talks
    messages: Messages
    concerns: Concerns
    labels: Labels
    staff: StaffRoom
    mail: Mailroom
    platforms: Platforms

    def publish(self, event: Event) -> None:
        """Note an event; it is news only if the unit commits."""
        ...


class Units(Protocol):
    """Runs works, each in a unit of its own."""

    async def run(
        self, work: Callable[[UnitOfWork], Awaitable[Result]]
    ) -> tuple[Result, tuple[Event, ...]]:
        """Run ``work``, commit durably, and return its result with the events it left.

        Whatever ``work`` raises undoes all of it (and nothing of any other work) and is
        raised again.
        """
        ...
