"""Messages: what comes in, what goes out, and what is kept of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.model.ids import MessageId, NoteId, StaffId, TalkId
from triage.verdict import CALM, Verdict


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
class Inbound:
    """What a channel hands in. ``address`` is raw here, and nowhere behind the door."""

    channel: str
    address: str
    event_id: str  # the platform's own id or the page's idempotency key
    words: str
    locale: str = "ja"


@dataclass(frozen=True, slots=True)
class Outbound:
    """What a channel is asked to carry."""

    message_id: MessageId
    words: str
    automatic: bool  # a template: the channel marks it 自動
    locale: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. ``max_length`` counts characters."""

    max_length: int
    keeps_history: bool  # the platform keeps its own copy


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
