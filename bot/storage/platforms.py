"""What is kept about platforms: tokens, links, pictures, costs, a sign of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.ids import ErrandId, MessageId
from bot.core.model.mail import Picture, PictureState, RoomLink, StoredTicket
from bot.core.model.sealed import Tag
from bot.storage import platform_rows as rows
from bot.storage import platform_tables as p
from bot.storage.columns import Moment, Parameter
from bot.storage.statements import Repository, insert_or_add, insert_or_change, insert_or_leave

BEGUN_LASTS = timedelta(minutes=10)
"""A token that an errand has begun to use is known so much longer, for a try after a crash."""

_TAG: Parameter = bindparam("which")
_NOW = bindparam("now", type_=Moment())
_t = p.tickets.c
_ADD_TICKET = insert_or_leave(p.tickets)
_BEGIN = update(p.tickets).where(
    _t.tag == _TAG, or_(_t.errand_id.is_(None), _t.errand_id == bindparam("by"))
)
_SPEND = delete(p.tickets).where(_t.tag == _TAG)
_ADD_LINK = insert_or_leave(p.room_links)
_TAKE_LINK = (
    update(p.room_links)
    .where(p.room_links.c.tag == _TAG, p.room_links.c.used.is_(False))
    .values(used=True)
    .returning(*rows.LINK)
)
_ADD_PICTURE = insert(p.pictures)
_PICTURE = select(*rows.PICTURE).where(p.pictures.c.message_id == _TAG).with_for_update()
_SAVE_PICTURE = update(p.pictures).where(p.pictures.c.message_id == _TAG)
_FORGET_PICTURES = (
    update(p.pictures)
    .where(
        p.pictures.c.at < bindparam("before", type_=Moment()),
        p.pictures.c.sealed.is_not(None),
    )
    .values(sealed=None, state=PictureState.FORGOTTEN)
)
_FORGET_TICKETS = delete(p.tickets).where(
    _t.expires_at <= _NOW,
    or_(_t.errand_id.is_(None), _t.expires_at <= bindparam("long_past", type_=Moment())),
)
_FORGET_LINKS = delete(p.room_links).where(p.room_links.c.expires_at <= _NOW)
_COUNT = insert_or_add(p.sendings, on=("channel", "month"), sums=("free", "paid"))
_ALIVE = insert_or_change(p.channel_marks, on=("channel",), changes=("alive_at",))


class SqlPlatforms(Repository):
    """Implements ``bot.core.ports.platforms.Platforms``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.emptied = False

    async def add_ticket(self, ticket: StoredTicket) -> None:
        """Keep a platform's token; one that is known stays as it is."""
        await self._put(_ADD_TICKET, rows.ticket_values(ticket))

    async def begin_ticket(self, tag: Tag, errand_id: ErrandId) -> bool:
        """Note that an errand uses it from now on; False where it is gone, or another's."""
        values = {"which": tag, "by": errand_id, "errand_id": errand_id}
        return await self._do(_BEGIN, values) > 0

    async def spend_ticket(self, tag: Tag) -> None:
        """The token is used up: its row goes."""
        await self._do(_SPEND, {"which": tag})

    async def add_link(self, link: RoomLink) -> None:
        """Keep a single-use link."""
        await self._put(_ADD_LINK, rows.link_values(link))

    async def take_link(self, tag: Tag) -> RoomLink | None:
        """The link, used from now on; of two who come at once, one gets it."""
        row = await self._one(_TAKE_LINK, {"which": tag})
        return None if row is None else rows.link(row)

    async def add_picture(self, picture: Picture) -> None:
        """Note a picture that came with a message."""
        await self._do(_ADD_PICTURE, rows.picture_values(picture))

    async def picture(self, message_id: MessageId) -> Picture | None:
        """The picture of a message, locked."""
        row = await self._one(_PICTURE, {"which": message_id})
        return None if row is None else rows.picture(row)

    async def save_picture(self, picture: Picture) -> None:
        """Write its state and its content back."""
        self.emptied = self.emptied or picture.sealed is None
        values = {"state": picture.state, "sealed": picture.sealed}
        await self._do(_SAVE_PICTURE, {"which": picture.message_id, **values})

    async def forget_pictures(self, before: datetime) -> int:
        """Take the content of pictures that came before a moment; how many had any."""
        count = await self._do(_FORGET_PICTURES, {"before": before})
        self.emptied = self.emptied or count > 0
        return count

    async def forget_stale(self, now: datetime) -> int:
        """Forget tokens and links whose time is over; how many rows went."""
        tickets = {"now": now, "long_past": now - BEGUN_LASTS}
        return await self._do(_FORGET_TICKETS, tickets) + await self._do(
            _FORGET_LINKS, {"now": now}
        )

    async def count_sending(self, channel: str, month: str, *, free: int, paid: int) -> None:
        """Add to a month's count."""
        values = {"channel": channel, "month": month, "free": free, "paid": paid}
        await self._put(_COUNT, values)

    async def note_alive(self, channel: str, now: datetime) -> None:
        """A channel hears its platform."""
        await self._put(_ALIVE, {"channel": channel, "alive_at": now})
