"""What the people who write ask for, through their channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.model.commands.base import Command, Erasure, Receipt
from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound
from bot.core.model.people import AgeBand, Leanings, Pace, SpeaksAs, Wish
from bot.core.model.sealed import Tag


@dataclass(frozen=True, slots=True)
class ReceiveMessage(Command[Receipt]):
    """Somebody wrote. Safe to repeat with the same ``event_id``. Returns ``Receipt``."""

    inbound: Inbound
    address_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoteSeen(Command[int]):
    """The person's page has everything up to message number ``upto``. Returns a count."""

    person_id: PersonId
    upto: int


@dataclass(frozen=True, slots=True)
class SetPassphrase(Command[None]):
    """From now on this verifier opens the person's room, and no earlier one does."""

    person_id: PersonId
    verifier: Tag


@dataclass(frozen=True, slots=True)
class Reopen(Command[PersonId]):
    """Come back with the passphrase: ``address`` on ``channel`` now belongs to its person.

    Returns ``PersonId``. Raises ``UnknownPassphrase``.
    """

    verifier: Tag
    channel: str
    address: str
    address_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaveRoom(Command[None]):
    """Forget one address (the person left this device). Safe to repeat."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class TakeBack(Command[bool]):
    """The person took a message back on their platform: its words go everywhere.

    ``ref`` is the platform's id of it. Returns whether anything was there. One that has not
    arrived yet is refused when it does. Safe to repeat.
    """

    channel: str
    ref: str


@dataclass(frozen=True, slots=True)
class RewriteMessage(Command[Receipt]):
    """The person wrote a message anew: the old words go, the new ones are a new message.

    ``inbound.ref`` names the old one, ``inbound.event_id`` this edit. Safe to repeat.
    """

    inbound: Inbound


@dataclass(frozen=True, slots=True)
class Enter(Command[PersonId]):
    """Somebody uses a messenger's menu: from now on they are somebody, with a talk that rests.

    Returns who they are; the same for the same address. Raises ``RecordErased``.
    """

    channel: str
    address: str
    locale: str


@dataclass(frozen=True, slots=True)
class Arrive(Command[bool]):
    """Somebody added the account, or came back to it. Returns whether we know them.

    A stranger leaves no trace: nothing is kept before they write or choose something.
    """

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Depart(Command[None]):
    """Somebody blocked or left the account: nothing is sent there until they come back.

    What is due there is cancelled in the same commit. Safe to repeat.
    """

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Lean(Command[Leanings]):
    """Say something about oneself, or whom one would like. Returns all of it as it stands now.

    Only what is given changes; ``forget`` takes it all back first.
    """

    person_id: PersonId
    speaks_as: SpeaksAs | None = None
    age_band: AgeBand | None = None
    wish: Wish | None = None
    pace: Pace | None = None
    forget: bool = False


@dataclass(frozen=True, slots=True)
class WantBellOnly(Command[None]):
    """From now on a messenger of theirs carries a content-free bell, or the talk again."""

    person_id: PersonId
    bell_only: bool
    channel: str | None = None  # None: all of their messengers


@dataclass(frozen=True, slots=True)
class CutLink(Command[None]):
    """Make a single-use link into the person's room, known by its tag only."""

    person_id: PersonId
    tag: Tag
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink(Command[PersonId]):
    """Use a link: ``address`` on ``channel`` opens the room until it expires.

    Raises ``LinkSpent`` for one that was used, is over, or never was.
    """

    tag: Tag
    channel: str
    address: str
    address_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Join(Command[PersonId]):
    """Two rooms are one person's, by their own act: all addresses open the older room.

    The older is the one that the passphrase opens. Returns its person. Raises
    ``UnknownPassphrase``.
    """

    person_id: PersonId
    verifier: Tag


@dataclass(frozen=True, slots=True)
class EraseRecord(Command[Erasure]):
    """Destroy everything that this person wrote. Returns ``Erasure``."""

    person_id: PersonId
