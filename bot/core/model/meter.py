"""A month's allowance of a platform: how much of it is used, how far it will reach."""

from __future__ import annotations

import calendar
import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.model.duty import JAPAN

NEAR_PERCENT: Final = 80
FULL_PERCENT: Final = 100
_DAY: Final = timedelta(days=1)


class Filling(StrEnum):
    """How full an allowance is; from ``NEAR`` on staff are told."""

    ROOM = "room"
    NEAR = "near"  # four fifths are used
    FULL = "full"


def percent_used(*, used: int, limit: int | None) -> int | None:
    """Whole percent, rounded down, so that 100 is said only of what is used up.

    None where there is no limit; a limit of nothing at all is used up.
    """
    if limit is None:
        return None
    return used * 100 // limit if limit > 0 else FULL_PERCENT


def filling(*, used: int, limit: int | None) -> Filling:
    """Whether an allowance is nearly or wholly used up."""
    percent = percent_used(used=used, limit=limit)
    if percent is None or percent < NEAR_PERCENT:
        return Filling.ROOM
    return Filling.FULL if percent >= FULL_PERCENT else Filling.NEAR


def forecast(used: int, now: datetime) -> int:
    """How many it will be at the end of the month in Japan, if it goes on like this.

    Rounded up. The first day counts as a whole one: a single message at half past midnight
    says nothing about a month.
    """
    there = now.astimezone(JAPAN)
    first = there.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days = calendar.monthrange(there.year, there.month)[1]
    elapsed = max(_DAY, there - first)
    return max(used, math.ceil(used * days * (_DAY / elapsed)))


def month_in_japan(now: datetime) -> str:
    """The month as sendings are counted: '2026-11'."""
    return f"{now.astimezone(JAPAN):%Y-%m}"
