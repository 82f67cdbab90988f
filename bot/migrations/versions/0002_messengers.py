"""Messengers: leaving, bells, leanings, tokens, links, pictures, costs, and carriers of errands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(26)
HASH = sa.LargeBinary(32)
CHOICE = sa.String(16)
CHANNEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

TABLES = ("tickets", "room_links", "pictures", "sendings", "channel_marks")
COLUMNS = {
    "persons": ("speaks_as", "age_band", "wish", "pace"),
    "addresses": ("left_at", "bell_only"),
    "talks": ("receipt_at", "bell_at", "seen_at", "read_upto"),
    "messages": ("taken_back",),
    "errands": ("carrier", "talk_id", "leased"),
}


def upgrade() -> None:
    """Add the columns, let the errands that are due know their carrier, make the tables."""
    _widen_people()
    _widen_talks()
    _widen_errands()
    _make_tickets()
    _make_room_links()
    _make_pictures()
    _make_counts()


def downgrade() -> None:
    """Drop all of it. What only messengers could do is no longer due; its errands go."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM errands WHERE action NOT IN ('deliver', 'assess')")
    op.execute("UPDATE messages SET delivery = 'failed' WHERE delivery IN ('held', 'gone')")
    op.drop_index("ix_seen_events_row_id", "seen_events")
    op.drop_index("ix_errands_carrier_due_at", "errands")
    op.drop_index("ix_errands_talk_id_carrier", "errands")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
    op.create_index("ix_errands_due_at", "errands", ["due_at"], unique=False)
    op.create_index("ix_errands_message_id", "errands", ["message_id"], unique=False)


def _widen_people() -> None:
    for name in ("speaks_as", "age_band", "wish"):
        op.add_column("persons", sa.Column(name, CHOICE, nullable=True))
    op.add_column("persons", sa.Column("pace", CHOICE, nullable=False, server_default="live"))
    op.add_column("addresses", sa.Column("left_at", MOMENT, nullable=True))
    op.add_column("addresses", _no("bell_only"))


def _widen_talks() -> None:
    for name in ("receipt_at", "bell_at", "seen_at"):
        op.add_column("talks", sa.Column(name, MOMENT, nullable=True))
    op.add_column(
        "talks", sa.Column("read_upto", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("messages", _no("taken_back"))
    op.create_index("ix_seen_events_row_id", "seen_events", ["row_id"], unique=False)


def _widen_errands() -> None:
    op.add_column("errands", sa.Column("carrier", CHANNEL, nullable=False, server_default="triage"))
    op.add_column("errands", sa.Column("talk_id", ID, nullable=True))
    op.add_column("errands", _no("leased"))
    # The only channel there was. A lease of this moment simply runs out.
    op.execute("UPDATE errands SET carrier = 'webchat' WHERE action = 'deliver'")
    op.execute(
        "UPDATE errands SET talk_id ="
        " (SELECT messages.talk_id FROM messages WHERE messages.id = errands.message_id)"
    )
    op.drop_index("ix_errands_due_at", "errands")
    op.drop_index("ix_errands_message_id", "errands")
    op.create_index("ix_errands_carrier_due_at", "errands", ["carrier", "due_at"], unique=False)
    op.create_index("ix_errands_talk_id_carrier", "errands", ["talk_id", "carrier"], unique=False)


def _make_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("tag", HASH, nullable=False),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("use", CHOICE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("errand_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_tickets_person_id"),
        sa.PrimaryKeyConstraint("tag", name="pk_tickets"),
    )
    op.create_index("ix_tickets_person_id", "tickets", ["person_id"], unique=False)
    op.create_index("ix_tickets_message_id", "tickets", ["message_id"], unique=False)
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"], unique=False)


def _make_room_links() -> None:
    op.create_table(
        "room_links",
        sa.Column("tag", HASH, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_room_links_person_id"),
        sa.PrimaryKeyConstraint("tag", name="pk_room_links"),
    )
    op.create_index("ix_room_links_person_id", "room_links", ["person_id"], unique=False)
    op.create_index("ix_room_links_expires_at", "room_links", ["expires_at"], unique=False)


def _make_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_pictures_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_pictures"),
    )
    op.create_index(
        "ix_pictures_at",
        "pictures",
        ["at"],
        unique=False,
        sqlite_where=sa.text("sealed IS NOT NULL"),
        postgresql_where=sa.text("sealed IS NOT NULL"),
    )


def _make_counts() -> None:
    op.create_table(
        "sendings",
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "month", name="pk_sendings"),
    )
    op.create_table(
        "channel_marks",
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("alive_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_marks"),
    )


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
