"""Corrections: labels that name nobody, and which messages have one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let every message know that nobody has corrected it."""
    op.create_table(
        "triage_labels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("machine", sa.SmallInteger(), nullable=False),
        sa.Column("corrected", sa.SmallInteger(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=True),
        sa.Column("members", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_triage_labels"),
    )
    op.add_column(
        "messages", sa.Column("corrected", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Drop both. The levels that supervisors chose stay with their messages."""
    op.drop_column("messages", "corrected")
    op.drop_table("triage_labels")
