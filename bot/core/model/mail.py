"""Small rows beside a talk: addresses, events that were seen, errands, one-time links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.core.model.ids import ErrandId, MessageId, PersonId, StaffId
from bot.core.model.sealed import Tag


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached. ``sealed`` is None where nothing is to be sent (web)."""

    channel: str
    tag: Tag
    person_id: PersonId
    sealed: bytes | None
    expires_at: datetime | None
    left_at: datetime | None = None  # blocked or left: nothing is sent until they come back
    bell_only: bool = False  # they want a content-free bell here, never the talk (decision 4)

    @staticmethod
    def bound_to(channel: str, tag: Tag) -> str:
        """What a sealed address is bound to."""
        return f"address:{channel}:{tag.hex()}"


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An inbound event that was taken in. ``digest`` is None once its person is erased."""

    source: str
    tag: Tag
    digest: Tag | None  # keyed hash of the words: the same key with other words is an error
    person_id: PersonId | None
    row_id: str  # what came of it: a message or a note
    at: datetime


class Action(StrEnum):
    """What an errand does."""

    DELIVER = "deliver"  # carry an outgoing message to its channel
    ASSESS = "assess"  # let the second speed of triage look at a message
    RECEIPT = "receipt"  # say on a messenger that something arrived, and who is there
    RING = "ring"  # say on a messenger that something lies in the web room
    FETCH = "fetch"  # get a picture from its platform
    SHOW_TYPING = "show_typing"  # somebody is writing an answer right now
    MARK_READ = "mark_read"  # a human has read


TRIAGE: Final = "triage"
"""The carrier of errands that no channel carries."""


class TicketUse(StrEnum):
    """What a platform's token is good for."""

    ANSWER = "answer"  # one free answer
    READ_MARK = "read_mark"  # the platform's 'read' mark


@dataclass(frozen=True, slots=True)
class Errand:
    """Something due. Errands of one lane are carried out one after the other, oldest first."""

    id: ErrandId
    lane: str
    action: Action
    message_id: MessageId
    due_at: datetime
    tries: int = 0
    carrier: str = TRIAGE  # the channel's name: a slow one never keeps the others waiting


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A platform's token, sealed with the person's key. ``errand_id`` has begun to use it."""

    tag: Tag
    channel: str
    person_id: PersonId
    message_id: MessageId
    use: TicketUse
    sealed: bytes
    expires_at: datetime
    errand_id: ErrandId | None = None

    @staticmethod
    def bound_to(tag: Tag) -> str:
        """What a sealed token is bound to."""
        return f"ticket:{tag.hex()}"


class PictureState(StrEnum):
    """Where a picture stands."""

    DUE = "due"  # on its way from the platform
    KEPT = "kept"  # sealed here, without what the camera wrote into it
    REFUSED = "refused"  # no picture, too large, or gone on the platform
    FORGOTTEN = "forgotten"  # its days are over, or it was taken back


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came with a message.

    ``sealed`` is the platform's name of it while DUE, the picture itself while KEPT.
    """

    message_id: MessageId
    state: PictureState
    sealed: bytes | None
    at: datetime

    @staticmethod
    def bound_to(message_id: MessageId) -> str:
        """What a sealed picture is bound to."""
        return f"picture:{message_id}"


@dataclass(frozen=True, slots=True)
class RoomLink:
    """A single-use link into a person's web room, known by its tag only."""

    tag: Tag
    person_id: PersonId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sendings:
    """How many calls a platform counted in a month of Japan (``2026-11``), by what they cost."""

    channel: str
    month: str
    free: int
    paid: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link, known by its tag only."""

    token: Tag
    staff_id: StaffId
    expires_at: datetime
    first: bool  # the very first administrator's link
