"""The first rows: persons, talks, messages, concerns, staff, and the two mailboxes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(26)
HASH = sa.LargeBinary(32)
CHOICE = sa.String(16)
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

TABLES = (
    "errands",
    "persons",
    "seen_events",
    "staff",
    "addresses",
    "duty",
    "invitations",
    "passphrases",
    "person_keys",
    "sessions",
    "talks",
    "concerns",
    "messages",
    "notes",
)


def upgrade() -> None:
    """Make every table."""
    _make_errands()
    _make_persons()
    _make_seen_events()
    _make_staff()
    _make_addresses()
    _make_duty()
    _make_invitations()
    _make_passphrases()
    _make_person_keys()
    _make_sessions()
    _make_talks()
    _make_concerns()
    _make_messages()
    _make_notes()


def downgrade() -> None:
    """Drop every table, the dependent ones first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _where(condition: str) -> dict[str, Any]:
    """A partial index on either database."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _make_errands() -> None:
    op.create_table(
        "errands",
        sa.Column("turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("action", CHOICE, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("turn", name="pk_errands"),
        sa.UniqueConstraint("id", name="uq_errands_id"),
    )
    op.create_index("ix_errands_due_at", "errands", ["due_at"], unique=False)
    op.create_index("ix_errands_lane_turn", "errands", ["lane", "turn"], unique=False)
    op.create_index("ix_errands_message_id", "errands", ["message_id"], unique=False)


def _make_persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", ID, nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=True),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_contact_at", MOMENT, nullable=False),
        sa.Column("erase_due_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("handle", name="uq_persons_handle"),
    )
    op.create_index("ix_persons_last_contact_at", "persons", ["last_contact_at"], unique=False)
    op.create_index(
        "ix_persons_erase_due_at",
        "persons",
        ["erase_due_at"],
        unique=False,
        **_where("erase_due_at IS NOT NULL"),
    )


def _make_seen_events() -> None:
    op.create_table(
        "seen_events",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("tag", HASH, nullable=False),
        sa.Column("digest", HASH, nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "tag", name="pk_seen_events"),
    )
    op.create_index("ix_seen_events_person_id", "seen_events", ["person_id"], unique=False)


def _make_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("work_name", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("work_name", name="uq_staff_work_name"),
    )


def _make_addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("tag", HASH, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_addresses_person_id"),
        sa.PrimaryKeyConstraint("channel", "tag", name="pk_addresses"),
    )
    op.create_index("ix_addresses_person_id", "addresses", ["person_id"], unique=False)


def _make_duty() -> None:
    op.create_table(
        "duty",
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_duty_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_duty"),
    )


def _make_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("token", HASH, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_invitations_staff_id"),
        sa.PrimaryKeyConstraint("token", name="pk_invitations"),
        sa.UniqueConstraint("staff_id", name="uq_invitations_staff_id"),
    )


def _make_passphrases() -> None:
    op.create_table(
        "passphrases",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("verifier", HASH, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_passphrases_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_passphrases"),
        sa.UniqueConstraint("verifier", name="uq_passphrases_verifier"),
    )


def _make_person_keys() -> None:
    op.create_table(
        "person_keys",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_person_keys_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_keys"),
    )


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token", HASH, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_sessions_staff_id"),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"], unique=False)


def _make_talks() -> None:
    op.create_table(
        "talks",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("danger", sa.SmallInteger(), nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=True),
        sa.Column("holder", ID, nullable=True),
        sa.Column("first_answered_at", MOMENT, nullable=True),
        sa.Column("first_wait_s", sa.Integer(), nullable=True),
        sa.Column("card_shown_at", MOMENT, nullable=True),
        sa.Column("last_heard_at", MOMENT, nullable=True),
        sa.Column("queue_band", sa.SmallInteger(), nullable=False),
        sa.Column("queue_since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["holder"], ["staff.id"], name="fk_talks_holder"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_talks_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_talks"),
        sa.UniqueConstraint("person_id", name="uq_talks_person_id"),
    )
    op.create_index(
        "ix_talks_first_answered_at",
        "talks",
        ["first_answered_at"],
        unique=False,
        **_where("first_answered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_talks_holder", "talks", ["holder"], unique=False, **_where("holder IS NOT NULL")
    )
    op.create_index(
        "ix_talks_queue",
        "talks",
        [sa.text("queue_band DESC"), "queue_since", "id"],
        unique=False,
        **_where("state = 'waiting'"),
    )


def _make_concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", ID, nullable=False),
        sa.Column("talk_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=True),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("acknowledged_by", ID, nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("resolved_by", ID, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolution", CHOICE, nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["staff.id"], name="fk_concerns_acknowledged_by"
        ),
        sa.ForeignKeyConstraint(["resolved_by"], ["staff.id"], name="fk_concerns_resolved_by"),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name="fk_concerns_talk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concerns"),
    )
    op.create_index(
        "uq_concerns_open", "concerns", ["talk_id"], unique=True, **_where("state <> 'resolved'")
    )


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("talk_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sender", CHOICE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("text_key", sa.String(length=64), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("delivery", CHOICE, nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("assessed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_messages_staff_id"),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name="fk_messages_talk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("talk_id", "seq", name="uq_messages_talk_id_seq"),
    )
    op.create_index("ix_messages_at", "messages", ["at"], unique=False)


def _make_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("talk_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_notes_staff_id"),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name="fk_notes_talk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_talk_id", "notes", ["talk_id"], unique=False)
