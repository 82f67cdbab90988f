"""Between rows and the model, for what only messengers need."""

from __future__ import annotations

from bot.core.model.mail import Picture, RoomLink, StoredTicket
from bot.storage import platform_tables as p
from bot.storage.columns import AnyRow
from bot.storage.rows import Values, pick

LINK = pick(p.room_links, "tag person_id expires_at")
PICTURE = pick(p.pictures, "message_id state sealed at")


def ticket_values(ticket: StoredTicket) -> Values:
    """Everything of a platform's token."""
    return {
        "tag": ticket.tag,
        "channel": ticket.channel,
        "person_id": ticket.person_id,
        "message_id": ticket.message_id,
        "use": ticket.use,
        "sealed": ticket.sealed,
        "expires_at": ticket.expires_at,
        "errand_id": ticket.errand_id,
    }


def link(row: AnyRow) -> RoomLink:
    """A single-use link from ``LINK`` columns."""
    return RoomLink(*row)


def link_values(link: RoomLink) -> Values:
    """Everything of a single-use link."""
    values = {"tag": link.tag, "person_id": link.person_id, "expires_at": link.expires_at}
    return values | {"used": False}


def picture(row: AnyRow) -> Picture:
    """A picture from ``PICTURE`` columns."""
    return Picture(*row)


def picture_values(picture: Picture) -> Values:
    """Everything of a picture."""
    return {
        "message_id": picture.message_id,
        "state": picture.state,
        "sealed": picture.sealed,
        "at": picture.at,
    }
