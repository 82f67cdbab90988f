"""Who is there, as a visitor may know it: a count and a wait, never who."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from statistics import median

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model.duty import PRESENCE_LASTS, Hours
from bot.core.model.people import StaffState
from bot.core.ports.reads import DutyView
from bot.storage import tables as t
from bot.storage.columns import Moment

WAITS_LOOKED_AT = 20
WAITS_LAST = timedelta(days=7)
WAITS_NEEDED = 3
STEP_S = 300

PRESENT = (t.duty.c.staff_id == t.staff.c.id, t.staff.c.state == StaffState.ACTIVE)
_SINCE = bindparam("since", type_=Moment())
_ON_DUTY = (
    select(func.count()).select_from(t.duty).join(t.staff, PRESENT[0])
    .where(PRESENT[1], t.duty.c.seen_at > _SINCE)
)  # fmt: skip
_WAITS = (
    select(t.talks.c.first_wait_s)
    .where(t.talks.c.first_answered_at > _SINCE)
    .order_by(t.talks.c.first_answered_at.desc())
    .limit(WAITS_LOOKED_AT)
)


async def duty_view(connection: AsyncConnection, hours: Hours, now: datetime) -> DutyView:
    """How many are on duty, how long the last ones waited, and when it opens next."""
    on_duty = await connection.execute(_ON_DUTY, {"since": now - PRESENCE_LASTS})
    waits = await connection.execute(_WAITS, {"since": now - WAITS_LAST})
    return DutyView(
        on_duty=on_duty.scalar_one(),
        wait_minutes=rounded_wait([seconds for (seconds,) in waits if seconds is not None]),
        next_opening=hours.next_opening(now),
    )


def rounded_wait(seconds: list[int]) -> int | None:
    """The median in minutes, rounded up to five; None where too few were answered."""
    if len(seconds) < WAITS_NEEDED:
        return None
    return max(1, ceil(median(seconds) / STEP_S)) * STEP_S // 60
