"""Who is there, and about how long people wait: what may honestly be said (R-027 to R-029)."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.duty import PRESENCE_LASTS, Hours
from bot.core.model.people import StaffState
from bot.core.ports.reads import DutyView
from bot.storage.tables import duty, staff, talks

SAMPLE = 20
FEWEST = 3
SAMPLE_LASTS = timedelta(days=7)
STEP_MINUTES = 5

_PRESENT = (
    select(staff.c.id, staff.c.work_name)
    .join(duty, duty.c.staff_id == staff.c.id)
    .where(staff.c.state == StaffState.ACTIVE.value, duty.c.seen_at > bindparam("after"))
    .order_by(duty.c.since)
)
_WAITS = (
    select(talks.c.first_wait_s)
    .where(talks.c.first_answered_at > bindparam("after"))
    .order_by(talks.c.first_answered_at.desc())
    .limit(SAMPLE)
)


async def present(connection: AsyncConnection, now: datetime) -> list[tuple[str, str]]:
    """Id and work name of everybody on duty who was heard of lately."""
    rows = await connection.execute(_PRESENT, {"after": now - PRESENCE_LASTS})
    return [(row.id, row.work_name) for row in rows]


async def duty_view(connection: AsyncConnection, now: datetime, hours: Hours) -> DutyView:
    """What a visitor may know."""
    waits = await connection.execute(_WAITS, {"after": now - SAMPLE_LASTS})
    return DutyView(
        on_duty=len(await present(connection, now)),
        wait_minutes=about(list(waits.scalars())),
        next_opening=hours.next_opening(now),
    )


def about(waits_s: list[int]) -> int | None:
    """The median wait in minutes, rounded up to five; None where too few are known."""
    if len(waits_s) < FEWEST:
        return None
    steps = -(-int(median(waits_s)) // (60 * STEP_MINUTES))
    return max(1, steps) * STEP_MINUTES
