"""What a command is, and what some of them return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from bot.core.model.ids import MessageId, PersonId, TalkId
from bot.core.model.sealed import Tag

Result = TypeVar("Result")


class Command(Generic[Result]):
    """Base of all commands; ``Result`` is what running one returns."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message is stored. ``repeated`` where the very same event was stored before."""

    person_id: PersonId
    talk_id: TalkId
    message_id: MessageId
    seq: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What a sending cost: calls that the platform counts, and the ticket that was spent."""

    channel: str = ""
    free: int = 0
    paid: int = 0
    ticket: Tag | None = None  # used up, or found to be


NOTHING_CARRIED: Final = Carried()


@dataclass(frozen=True, slots=True)
class Erasure:
    """``due_at`` is None where the record is gone already; else the latest moment."""

    due_at: datetime | None
