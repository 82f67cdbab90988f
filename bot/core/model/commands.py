"""Everything that can be asked of the house. Imperatives, plain values, one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from bot.core.model.ids import ConcernId, ErrandId, MessageId, NoteId, PersonId, StaffId, TalkId
from bot.core.model.messages import Delivery, Inbound
from bot.core.model.people import Role
from bot.core.model.safety import Resolution
from bot.core.model.sealed import Tag
from triage.verdict import Verdict

Result = TypeVar("Result")


class Command(Generic[Result]):
    """Base of all commands; ``Result`` is what running one returns."""

    __slots__ = ()


# --- what some of them return -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message is stored. ``repeated`` where the very same event was stored before."""

    person_id: PersonId
    talk_id: TalkId
    message_id: MessageId
    seq: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Erasure:
    """``due_at`` is None where the record is gone already; else the latest moment."""

    due_at: datetime | None


# --- visitors -----------------------------------------------------------------------------


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
class EraseRecord(Command[Erasure]):
    """Destroy everything that this person wrote. Returns ``Erasure``."""

    person_id: PersonId


# --- triage and delivery, sent by the relay and the scheduler -----------------------------


@dataclass(frozen=True, slots=True)
class RecordVerdict(Command[None]):
    """The second speed of triage has looked at a message; its errand is settled with it."""

    errand_id: ErrandId
    message_id: MessageId
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RecordDelivery(Command[None]):
    """The relay learned how far an outgoing message came; its errand is settled with it."""

    errand_id: ErrandId
    message_id: MessageId
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class EraseDue(Command[int]):
    """Erase whoever asked and has waited, and whoever has been silent for the retention time.

    Returns a count.
    """


@dataclass(frozen=True, slots=True)
class ForgetStale(Command[int]):
    """Forget expired addresses, sessions and invitations. Returns a count."""


# --- staff --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoOnDuty(Command[None]):
    """From now on this member of staff counts as present."""

    staff_id: StaffId


@dataclass(frozen=True, slots=True)
class StayOnDuty(Command[None]):
    """The console of somebody on duty was heard of. Does nothing for anybody off duty."""

    staff_id: StaffId


@dataclass(frozen=True, slots=True)
class GoOffDuty(Command[None]):
    """This member of staff no longer counts as present."""

    staff_id: StaffId


@dataclass(frozen=True, slots=True)
class TakeNext(Command[TalkId]):
    """Give me whoever is next (decision 5). Returns ``TalkId``.

    Raises ``NothingWaiting`` or ``HandsFull``.
    """

    staff_id: StaffId


@dataclass(frozen=True, slots=True)
class ReplyToVisitor(Command[MessageId]):
    """Answer. Safe to repeat with the same ``key``. Returns ``MessageId``."""

    staff_id: StaffId
    talk_id: TalkId
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class WriteNote(Command[NoteId]):
    """Leave a note beside a talk; the person never sees it. Safe to repeat with ``key``."""

    staff_id: StaffId
    talk_id: TalkId
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class HandBack(Command[None]):
    """Put a talk back into the queue, no reason asked (R-053)."""

    staff_id: StaffId
    talk_id: TalkId


@dataclass(frozen=True, slots=True)
class CloseTalk(Command[None]):
    """Let a talk rest. Raises ``ConcernOpen`` while a flag is not resolved (R-079)."""

    staff_id: StaffId
    talk_id: TalkId


@dataclass(frozen=True, slots=True)
class RaiseConcern(Command[ConcernId]):
    """'I am worried': the same flow as a flag, without the classifier (R-081)."""

    staff_id: StaffId
    talk_id: TalkId


@dataclass(frozen=True, slots=True)
class AcknowledgeConcern(Command[TalkId]):
    """A named person has seen the flag and takes it. Returns ``TalkId``."""

    staff_id: StaffId
    concern_id: ConcernId


@dataclass(frozen=True, slots=True)
class ResolveConcern(Command[None]):
    """The flag is dealt with, for a stated reason."""

    staff_id: StaffId
    concern_id: ConcernId
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class InviteStaff(Command[StaffId]):
    """Make an account that waits for its owner's password. Returns ``StaffId``.

    ``invited_by`` is None on the command line and at the first start. Raises ``NameTaken``,
    ``NoRole``.
    """

    work_name: str
    roles: frozenset[Role]
    token: Tag
    expires_at: datetime
    invited_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class AcceptInvitation(Command[StaffId]):
    """Set name and password with a one-time link. Returns ``StaffId``.

    Only the very first administrator's link may add ``also`` (a small team answers itself).
    Raises ``InvitationSpent``, ``NameTaken``.
    """

    token: Tag
    work_name: str
    password_hash: str
    also: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class DisableStaff(Command[None]):
    """End an account at once: sessions go, held talks return to the queue.

    ``by`` is None on the command line. Raises ``LastAdmin``.
    """

    staff_id: StaffId
    by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class OpenSession(Command[None]):
    """Sign in, after the password was verified. Raises ``WrongSignIn`` if not active."""

    staff_id: StaffId
    token: Tag
    expires_at: datetime
    password_hash: str | None = None  # set where the stored hash should be renewed


@dataclass(frozen=True, slots=True)
class CloseSession(Command[None]):
    """Sign out. Safe to repeat."""

    token: Tag
