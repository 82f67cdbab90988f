"""What the console and the command line ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.model.commands.base import Command
from bot.core.model.ids import ConcernId, MessageId, NoteId, StaffId, TalkId
from bot.core.model.people import Role
from bot.core.model.safety import Resolution
from bot.core.model.sealed import Tag
from triage.verdict import Kind, Level


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
class NoteTyping(Command[None]):
    """The holder is writing; messengers that can show it do. Does nothing elsewhere."""

    staff_id: StaffId
    talk_id: TalkId


@dataclass(frozen=True, slots=True)
class NoteRead(Command[None]):
    """The holder has everything up to message number ``upto`` before their eyes (R-019)."""

    staff_id: StaffId
    talk_id: TalkId
    upto: int


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
class CorrectVerdict(Command[None]):
    """A supervisor says what level and kinds a person's message has; once a message.

    Raises ``NotFound``, ``RecordErased``, ``TakenBack``, ``AlreadyCorrected``; ``BadInput``
    where the level is 'undecided'.
    """

    staff_id: StaffId
    talk_id: TalkId
    message_id: MessageId
    level: Level
    kinds: frozenset[Kind]


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
