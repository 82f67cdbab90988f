"""What the store keeps about platforms: tokens, links, pictures, costs, a sign of life."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.model.ids import ErrandId, MessageId
from bot.core.model.mail import Picture, RoomLink, StoredTicket
from bot.core.model.sealed import Tag


class Platforms(Protocol):
    """Rows beside talks that only messengers need."""

    async def add_ticket(self, ticket: StoredTicket) -> None:
        """Keep a platform's token. The same one again changes nothing."""
        ...

    async def begin_ticket(self, tag: Tag, errand_id: ErrandId) -> bool:
        """Note that ``errand_id`` uses it from now on. False where it is gone, or another's."""
        ...

    async def spend_ticket(self, tag: Tag) -> None:
        """The token is used up. Safe to repeat."""
        ...

    async def add_link(self, link: RoomLink) -> None:
        """Keep a single-use link. The same one again changes nothing, used or not."""
        ...

    async def take_link(self, tag: Tag) -> RoomLink | None:
        """The link, which is used from now on; None where there is none, or it was used."""
        ...

    async def add_picture(self, picture: Picture) -> None:
        """Note a picture that came with a message."""
        ...

    async def picture(self, message_id: MessageId) -> Picture | None:
        """The picture of a message."""
        ...

    async def save_picture(self, picture: Picture) -> None:
        """Write ``state`` and ``sealed`` back."""
        ...

    async def forget_pictures(self, before: datetime) -> int:
        """Take the content of pictures that came before a moment. Returns a count."""
        ...

    async def forget_stale(self, now: datetime) -> int:
        """Take tickets and links whose time is over. Returns a count."""
        ...

    async def count_sending(self, channel: str, month: str, *, free: int, paid: int) -> None:
        """Add to a month's count."""
        ...

    async def note_alive(self, channel: str, now: datetime) -> None:
        """A channel hears its platform."""
        ...
