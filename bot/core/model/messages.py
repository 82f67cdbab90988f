"""Messages: what comes in, what goes out, and what is kept of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.core.model.ids import MessageId, NoteId, StaffId, TalkId
from triage.verdict import CALM, Kind, Level, Verdict


class Sender(StrEnum):
    """Who wrote a message."""

    VISITOR = "visitor"
    STAFF = "staff"
    SERVICE = "service"  # a template, always marked 自動


class Delivery(StrEnum):
    """How far an outgoing message has come."""

    SENDING = "sending"  # stored; the relay has not carried it yet
    IN_ROOM = "in_room"  # lies in the person's room; their page has not fetched it yet
    DELIVERED = "delivered"  # their page or their messenger has it
    HELD = "held"  # the platform takes no more this month; goes when it does, or they write
    GONE = "gone"  # they blocked or left the account: it will not arrive
    FAILED = "failed"  # will not arrive; somebody must do something


@dataclass(slots=True)
class Message:
    """One stored message. ``sealed`` is None for templates and after an erasure."""

    id: MessageId
    talk_id: TalkId
    seq: int  # 1, 2, 3 ... within the talk, without gaps
    sender: Sender
    at: datetime
    sealed: bytes | None = None
    text_key: str | None = None  # a template's key; its words live in the locale
    staff_id: StaffId | None = None
    delivery: Delivery | None = None  # None for what the visitor wrote
    verdict: Verdict = CALM
    assessed: bool = False  # the second speed of triage has looked
    taken_back: bool = False  # unsent, deleted or written anew by its person: no words left
    corrected: bool = False  # a supervisor said what the verdict should have been

    def correct(self, level: Level, kinds: frozenset[Kind]) -> None:
        """A human's opinion stands from now on; no later look of the machine changes it."""
        self.verdict = replace(self.verdict, level=level, kinds=kinds)
        self.assessed = True
        self.corrected = True

    def take_back(self) -> None:
        """The person took it back. What triage said of it stays as a level, without words."""
        self.sealed = None
        self.taken_back = True
        self.assessed = True
        self.verdict = replace(self.verdict, reasons=())

    @property
    def bound_to(self) -> str:
        """What the sealed words are bound to, so that rows cannot be swapped."""
        return f"message:{self.id}"


@dataclass(frozen=True, slots=True)
class Note:
    """A staff note beside a talk; sealed with the person's key, so it goes when they go."""

    id: NoteId
    talk_id: TalkId
    staff_id: StaffId
    at: datetime
    sealed: bytes

    @staticmethod
    def bound_to(note_id: NoteId) -> str:
        """What the sealed note is bound to."""
        return f"note:{note_id}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A platform's permission to answer one event for nothing, until a moment (LINE's token)."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a channel hands in. ``address`` is raw here, and nowhere behind the door.

    ``ref`` is the platform's own id of the message, the same in a later edit or unsend.
    ``limit`` is set where the platform took in more characters than a page of ours would:
    what was sent there already is never refused for its length.
    """

    channel: str
    address: str
    event_id: str  # the platform's own id or the page's idempotency key
    words: str
    locale: str = "ja"
    ref: str | None = None
    ticket: Ticket | None = None
    read_mark: str | None = None  # by it the platform is told that a human has read
    picture: str | None = None  # by it the channel fetches the picture; ``words`` stand for it
    limit: int | None = None


class Form(StrEnum):
    """What kind of thing is carried. ``BELL`` has neutral words and a link, nothing else."""

    WORDS = "words"  # somebody's answer, or a template of the talk
    NOTICE = "notice"  # the service says where things stand
    BELL = "bell"  # something lies in the web room


@dataclass(frozen=True, slots=True)
class Outbound:
    """What a channel is asked to carry. ``words`` are complete, links and numbers included."""

    message_id: MessageId
    words: str
    automatic: bool  # a template: the channel marks it 自動; never set on a bell
    locale: str
    form: Form = Form.WORDS


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. ``max_length`` counts characters.

    The last ones are what the relay may ask of it besides ``send``
    (``bot.core.ports.channel``).
    """

    max_length: int
    keeps_history: bool  # the platform keeps its own copy
    addresses: bool = True  # people can be reached there; a browser's page has to look
    greets: bool = False  # the notice came before the first message (a follow event)
    shows_typing: bool = False  # ``ShowsTyping``
    marks_read: bool = False  # ``MarksRead``
    fetches: bool = False  # ``Fetches``


def fit(words: str, capabilities: Capabilities) -> list[str]:
    """``words`` cut into pieces that the channel carries, at line ends where possible."""
    pieces: list[str] = []
    rest = words
    while len(rest) > capabilities.max_length:
        cut = rest.rfind("\n", 1, capabilities.max_length)
        cut = cut if cut > 0 else capabilities.max_length
        pieces.append(rest[:cut])
        rest = rest[cut:].lstrip("\n")
    return [*pieces, rest] if rest else pieces
