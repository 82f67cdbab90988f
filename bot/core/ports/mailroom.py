"""What the house asks of its store for mail: events that were seen, and errands that are due."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.model.ids import ErrandId, MessageId, PersonId, TalkId
from bot.core.model.mail import Errand, SeenEvent
from bot.core.model.sealed import Tag


class Mailroom(Protocol):
    """Inbound events that were seen, and errands that are due."""

    async def remember(self, seen: SeenEvent) -> bool:
        """Note an event. False, and nothing stored, if it was seen before."""
        ...

    async def recall(self, source: str, tag: Tag) -> SeenEvent | None:
        """The event as it was first seen."""
        ...

    async def post(self, errand: Errand) -> None:
        """Make something due."""
        ...

    async def move(self, person_id: PersonId, to: PersonId) -> None:
        """The events of one person are another's from now on, so that none is taken in twice."""
        ...

    async def forget_words(self, row_id: str) -> None:
        """The words of a message are gone: their digests go too."""
        ...

    async def claim(
        self, now: datetime, *, lease_until: datetime, limit: int, carrier: str
    ) -> list[Errand]:
        """Lease up to ``limit`` due errands of a carrier: heads of lanes only, oldest first.

        An errand whose lease ran out is due again. ``tries`` counts this claim.
        """
        ...

    async def cancel(self, talk_id: TalkId, carrier: str) -> list[MessageId]:
        """Drop what a carrier was to do for a talk.

        Returns the outgoing messages that are not delivered by that.
        """
        ...

    async def hasten(self, talk_id: TalkId, carrier: str, now: datetime) -> None:
        """Let what was postponed for a talk be due now; leases of this moment stay."""
        ...

    async def release(self, now: datetime) -> int:
        """Let everything that is leased be due now. Returns a count.

        For the start of a house that has the store for itself: whoever held the leases is gone.
        """
        ...

    async def settle(self, errand_id: ErrandId) -> None:
        """The errand is done. Safe to repeat."""
        ...

    async def postpone(self, errand_id: ErrandId, due_at: datetime) -> None:
        """Try again at ``due_at``."""
        ...
