"""What the relay opens, one message at a time, outside any transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.model.ids import ErrandId, MessageId, PersonId, TalkId
from bot.core.model.sealed import Tag
from triage.course import Earlier
from triage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class FreePass:
    """A platform's token for one free answer, opened. ``begun``: by this very errand."""

    tag: Tag
    token: str
    until: datetime
    begun: bool


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where something for the person of a message goes."""

    channel: str
    address: str | None  # None for a browser: the page fetches
    person_id: PersonId
    talk_id: TalkId
    locale: str
    bell_only: bool
    left: bool
    free: FreePass | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the relay needs to carry an outgoing message. Either words or a template's key."""

    envelope: Envelope
    words: str | None
    text_key: str | None
    automatic: bool


@dataclass(frozen=True, slots=True)
class Specimen:
    """What the relay needs to let a model look at a message.

    ``before`` are the person's last twelve messages within seven days, oldest first. Only the
    last two that still have words bring them.
    """

    words: str
    before: tuple[Earlier, ...]
    floor: Verdict


class RelayReads(Protocol):
    """Opened words and addresses; for the relay alone."""

    async def parcel(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> Parcel | None:
        """An outgoing message and where it goes: the person's last channel, latest address.

        None where there is nothing to carry any more (erased, or no address left).
        """
        ...

    async def envelope(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> Envelope | None:
        """Where a receipt for an incoming message goes: the channel it came by."""
        ...

    async def bell(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> tuple[Envelope, bool] | None:
        """The messenger on which to ring for an outgoing message, and whether it is a card.

        None where it was seen already, another bell still stands, or nobody can be reached.
        """
        ...

    async def specimen(self, message_id: MessageId) -> Specimen | None:
        """None where there is nothing to look at any more."""
        ...

    async def picture(self, message_id: MessageId) -> tuple[str, str] | None:
        """Channel and platform's name of a picture that is due; None where none is."""
        ...

    async def read_mark(self, message_id: MessageId) -> tuple[str, str] | None:
        """Channel and token by which the platform is told that a message was read."""
        ...

    async def alive_at(self, channel: str) -> datetime | None:
        """When the channel last heard its platform."""
        ...

    def known_addresses(self, channel: str) -> AsyncIterator[str]:
        """Every address of a channel that was not left."""
        ...
