"""A month's allowance: fillings at their edges, and how far it will reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.duty import JAPAN
from bot.core.model.meter import Filling, filling, forecast, month_in_japan, percent_used

START = datetime(2020, 1, 1, tzinfo=UTC)
AMOUNTS = st.integers(min_value=0, max_value=200_000)
MOMENTS = st.integers(0, 20 * 365 * 24).map(lambda hours: START + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("used", "limit", "percent", "expected"),
    [
        (0, 200, 0, Filling.ROOM),
        (159, 200, 79, Filling.ROOM),
        (160, 200, 80, Filling.NEAR),
        (199, 200, 99, Filling.NEAR),
        (200, 200, 100, Filling.FULL),
        (205, 200, 102, Filling.FULL),
        (0, 0, 100, Filling.FULL),
        (9_000, None, None, Filling.ROOM),
    ],
)
def test_four_fifths_are_near_and_all_is_full(
    used: int, limit: int | None, percent: int | None, expected: Filling
) -> None:
    assert percent_used(used=used, limit=limit) == percent
    assert filling(used=used, limit=limit) is expected


@pytest.mark.parametrize(
    ("day", "hour", "used", "expected"),
    [
        (16, 0, 100, 200),  # half of November
        (1, 0, 1, 30),
        (1, 12, 3, 90),  # half a day counts as a whole one
        (11, 0, 1, 3),
        (30, 23, 50, 51),
        (20, 0, 0, 0),
    ],
)
def test_a_month_goes_on_as_it_began(day: int, hour: int, used: int, expected: int) -> None:
    assert forecast(used, datetime(2026, 11, day, hour, tzinfo=JAPAN)) == expected


def test_the_month_is_japans() -> None:
    late = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)  # half past midnight on December 1st
    assert month_in_japan(late) == "2026-12"
    assert month_in_japan(late - timedelta(hours=1)) == "2026-11"
    assert forecast(1, late) == 31


@given(AMOUNTS, MOMENTS)
def test_a_forecast_never_takes_back_what_was_used(used: int, now: datetime) -> None:
    assert used <= forecast(used, now) <= used * 31


@given(AMOUNTS, AMOUNTS)
def test_full_is_said_only_of_what_is_used_up(used: int, limit: int) -> None:
    assert (filling(used=used, limit=limit) is Filling.FULL) == (used >= limit)
