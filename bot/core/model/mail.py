"""Small rows beside a talk: addresses, events that were seen, errands, one-time links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Errand:
    """Something due. Errands of one lane are carried out one after the other, oldest first."""

    id: ErrandId
    lane: str
    action: Action
    message_id: MessageId
    due_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link, known by its tag only."""

    token: Tag
    staff_id: StaffId
    expires_at: datetime
    first: bool  # the very first administrator's link
