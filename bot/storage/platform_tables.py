"""The tables that only messengers need, and beside each column what is kept and for how long.

They belong to the same house as ``bot.storage.tables``; that file says what the words mean.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from bot.core.model.mail import PictureState, TicketUse
from bot.storage.columns import Choices, Moment, hashed, identity
from bot.storage.tables import metadata

tickets = Table(
    "tickets",
    metadata,
    Column("tag", hashed(), primary_key=True),  # keyed hash of a platform's token; until spent
    Column("channel", String(32), nullable=False),  # as above
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),  # as above
    Column("message_id", identity(), nullable=False, index=True),  # it came with this; as above
    Column("use", Choices(TicketUse), nullable=False),  # as above
    Column("sealed", LargeBinary, nullable=False),  # the token, sealed; as above
    Column("expires_at", Moment, nullable=False, index=True),  # the row goes soon after
    Column("errand_id", identity()),  # which errand has begun to use it; as above
)

room_links = Table(
    "room_links",
    metadata,
    Column("tag", hashed(), primary_key=True),  # keyed hash of a link; until it is over
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),  # as above
    Column("expires_at", Moment, nullable=False, index=True),  # the row goes soon after
    Column("used", Boolean, nullable=False),  # a bell that is tried again opens nothing twice
)

pictures = Table(
    "pictures",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),  # for ever
    Column("state", Choices(PictureState), nullable=False),  # for ever
    Column("sealed", LargeBinary),  # its name there, then itself, sealed; for a few days
    Column("at", Moment, nullable=False),  # for ever
)
Index(
    "ix_pictures_at",
    pictures.c.at,
    sqlite_where=pictures.c.sealed.is_not(None),
    postgresql_where=pictures.c.sealed.is_not(None),
)

sendings = Table(
    "sendings",
    metadata,
    Column("channel", String(32), primary_key=True),  # for ever, for the bill
    Column("month", String(7), primary_key=True),  # of Japan, '2026-11'; for ever
    Column("free", Integer, nullable=False),  # calls that cost nothing; for ever
    Column("paid", Integer, nullable=False),  # calls that the platform counts; for ever
)

channel_marks = Table(
    "channel_marks",
    metadata,
    Column("channel", String(32), primary_key=True),  # while it is used
    Column("alive_at", Moment, nullable=False),  # it heard its platform; until it hears again
)

EVERYTHING = metadata
"""Every table of the house, those of ``bot.storage.tables`` included."""
