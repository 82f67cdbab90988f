"""Reads shaped for a screen. Words come opened; addresses never come at all.

Every read of the console takes the viewer and answers ``NotFound`` alike for what does not
exist and what is not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.core.model.ids import ConcernId, MessageId, NoteId, PersonId, StaffId, TalkId
from bot.core.model.mail import PictureState, Sendings
from bot.core.model.messages import Delivery, Sender
from bot.core.model.people import Leanings, PersonState, Role, StaffState, Viewer
from bot.core.model.safety import ConcernState
from bot.core.model.sealed import Tag
from bot.core.model.talk import TalkState
from triage.verdict import Kind, Level, Verdict


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose room an address opens."""

    person_id: PersonId
    state: PersonState
    locale: str
    expires_at: datetime | None
    bell_only: bool = False  # of this address


@dataclass(frozen=True, slots=True)
class AboutMe:
    """What somebody said about themselves, and the messengers that open the same room."""

    leanings: Leanings
    messengers: tuple[str, ...]  # names of channels, once each
    bell_only: bool  # on all of them


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its person sees it.

    ``text_key`` stands instead of ``words`` for templates; None: no longer to be opened.
    """

    seq: int
    sender: Sender
    by: str | None  # the work name of whoever answered
    words: str | None
    text_key: str | None
    at: datetime
    taken_back: bool = False


class StandingState(StrEnum):
    """What a person is honestly told about their talk (R-029)."""

    WAITING = "waiting"  # nobody holds it yet
    WITH_SOMEBODY = "with_somebody"  # held; a word from us is due
    ANSWERED = "answered"  # held; the last word is ours
    RESTING = "resting"  # closed; writing opens it again
    LEAVING = "leaving"  # erasure asked for and waiting
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class DutyView:
    """Who is there, as a visitor may know it: a count, never who."""

    on_duty: int
    wait_minutes: int | None  # from the last answered talks, rounded up to 5; None: unknown
    next_opening: datetime | None  # aware, Japan time; None: no fixed hours


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person's talk stands."""

    state: StandingState
    duty: DutyView
    has_passphrase: bool
    erase_due_at: datetime | None


class RoomReads(Protocol):
    """What a person sees of their own room."""

    async def whose(self, channel: str, address: str) -> Visit | None:
        """Whose address this is; None for an unknown, expired or erased one."""
        ...

    async def lines(self, person_id: PersonId, *, after: int = 0, limit: int = 200) -> list[Line]:
        """Lines with a number above ``after``, oldest first.

        The last ``limit`` of them when ``after`` is 0, else the first ``limit``.
        """
        ...

    async def standing(self, person_id: PersonId, now: datetime) -> Standing:
        """What to tell the person."""
        ...

    async def duty(self, now: datetime) -> DutyView:
        """What to tell somebody who has not written yet."""
        ...

    async def about_me(self, person_id: PersonId) -> AboutMe:
        """What they said about themselves. Raises ``NotFound``."""
        ...


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A talk in a list of the console."""

    talk_id: TalkId
    handle: str | None  # None: erased
    state: TalkState
    danger: Level
    waiting_since: datetime | None
    last_heard_at: datetime | None
    first_time: bool
    holder: str | None  # work name
    flagged: bool  # an open concern


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open concern as the banner shows it."""

    concern_id: ConcernId
    talk_id: TalkId
    handle: str | None
    level: Level
    kinds: frozenset[Kind]
    state: ConcernState
    raised_at: datetime
    acknowledged_by: str | None  # work name


@dataclass(frozen=True, slots=True)
class Desk:
    """The console's first page."""

    mine: list[TalkRow]
    flagged: list[TalkRow]  # counsellors and supervisors; else empty
    live: list[TalkRow]  # supervisors; else empty
    waiting: int
    waiting_flagged: int
    longest_wait_since: datetime | None
    on_duty: list[str]  # work names
    i_am_on_duty: bool
    alarms: list[Alarm]


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a message that a member of triage pointed at: offsets into the shown words.

    None where masking changed the words, and none of the member 'course': it sees no words.
    """

    start: int
    end: int
    rule: str
    member: str = "rules"


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """One message as staff see it: masked, with what triage says."""

    message_id: MessageId
    seq: int
    sender: Sender
    by: str | None
    words: str | None
    text_key: str | None
    at: datetime
    delivery: Delivery | None
    verdict: Verdict
    assessed: bool
    marks: tuple[Mark, ...]
    taken_back: bool = False
    picture: PictureState | None = None
    corrected: bool = False  # by a supervisor


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A staff note."""

    note_id: NoteId
    by: str
    words: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an answer would go; never an address."""

    channel: str  # where they wrote last
    left: bool  # they blocked or left it, or moved on: nothing arrives there
    bell_only: bool  # they chose the bell


@dataclass(frozen=True, slots=True)
class TalkView:
    """One talk in the console. For an erased person ``lines`` and ``notes`` are empty."""

    row: TalkRow
    lines: list[ConsoleLine]
    notes: list[NoteLine]
    alarm: Alarm | None
    may_answer: bool  # the viewer holds the talk
    reach: Reach | None = None  # None: erased
    leanings: Leanings = field(default_factory=Leanings)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """An account in the administrator's list."""

    staff_id: StaffId
    work_name: str
    roles: frozenset[Role]
    state: StaffState
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers for an administrator: no words, no handles."""

    talks: int
    talks_waiting: int
    messages_today: int
    concerns_open: int
    erased: int
    errands_due: int
    errands_failing: int  # tried more than three times


class ConsoleReads(Protocol):
    """What staff see."""

    async def viewer(self, token: Tag, now: datetime) -> Viewer | None:
        """Who is signed in with this session; None if it ended or the account is disabled."""
        ...

    async def credentials(self, work_name: str) -> tuple[StaffId, str] | None:
        """Account and password hash of an active account, for the sign-in alone."""
        ...

    async def invitation(self, token: Tag, now: datetime) -> tuple[str, bool] | None:
        """Work name and whether it is the first administrator's link; None if spent."""
        ...

    async def has_staff(self) -> bool:
        """Whether any account was ever opened with a password."""
        ...

    async def desk(self, viewer: Viewer, now: datetime) -> Desk:
        """The console's first page. Needs ``DESK_SEE``."""
        ...

    async def alarms(self, viewer: Viewer) -> list[Alarm]:
        """Open concerns that the viewer may know of, gravest first."""
        ...

    async def talk(
        self, viewer: Viewer, talk_id: TalkId, *, after: int = 0, limit: int = 200
    ) -> TalkView:
        """One talk; lines as in ``RoomReads.lines``, from the very first with ``after`` of -1.

        Raises ``NotFound``.
        """
        ...

    async def staff(self, viewer: Viewer, now: datetime) -> list[StaffRow]:
        """All accounts. Needs ``STAFF_MANAGE``."""
        ...

    async def counts(self, viewer: Viewer, now: datetime) -> Counts:
        """Numbers of the service. Needs ``COUNTS_SEE``."""
        ...

    async def picture(self, viewer: Viewer, talk_id: TalkId, message_id: MessageId) -> bytes:
        """A kept picture, a JPEG. Raises ``NotFound``, alike for none and not theirs."""
        ...

    async def sendings(self, viewer: Viewer, month: str) -> list[Sendings]:
        """What the month's calls cost, by channel. Needs ``CHANNELS_SEE``."""
        ...
