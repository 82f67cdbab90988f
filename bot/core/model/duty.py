"""Opening hours and presence: nobody on duty must look like nobody on duty (R-027, R-028)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
PRESENCE_LASTS = timedelta(minutes=5)
"""A console that was not heard of for this long no longer counts as somebody on duty."""

_HOUR_MINUTES = 60
_DAY_MINUTES = 24 * _HOUR_MINUTES
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?P<days>[a-z,\- ]+?)\s+(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})")


class BadHours(ValueError):
    """Opening hours that cannot be read; the message says how to write them."""


@dataclass(frozen=True, slots=True)
class Span:
    """One opening a week: minutes since midnight of ``weekday`` (0 is Monday), Japan time.

    ``ends`` may lie after midnight (up to 48 h): 20:00-02:00 is 1200 to 1560.
    """

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of openings. Without any span there are no fixed hours."""

    spans: tuple[Span, ...] = ()

    def next_opening(self, now: datetime) -> datetime | None:
        """The next moment, strictly after ``now``, at which an opening begins.

        Aware, Japan time. None where there are no fixed hours.
        """
        today = now.astimezone(JAPAN).date()
        moments = [
            _moment(today + timedelta(days=ahead), span.starts)
            for ahead in range(8)
            for span in self.spans
            if (today + timedelta(days=ahead)).weekday() == span.weekday
        ]
        return min((moment for moment in moments if moment > now), default=None)

    def open_at(self, now: datetime) -> bool:
        """Whether ``now`` lies within an opening (false where there are no fixed hours)."""
        today = now.astimezone(JAPAN).date()
        return any(
            _moment(day, span.starts) <= now < _moment(day, span.ends)
            for day in (today - timedelta(days=1), today)
            for span in self.spans
            if day.weekday() == span.weekday
        )


def parse_hours(text: str) -> Hours:
    """Read hours such as ``mon-fri 20:00-24:00; sat,sun 13:00-17:00``.

    Raises ``BadHours`` with a sentence that quotes the part that cannot be read.
    """
    parts = [part.strip().lower() for part in text.split(";") if part.strip()]
    return Hours(tuple(span for part in parts for span in _spans(part)))


def _spans(part: str) -> list[Span]:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise BadHours(f"cannot read {part!r}; write for example 'mon-fri 20:00-24:00'")
    starts, ends = _minutes(found["from"], part), _minutes(found["to"], part)
    ends += _DAY_MINUTES if ends <= starts else 0
    return [Span(day, starts, ends) for day in _weekdays(found["days"], part)]


def _minutes(clock: str, part: str) -> int:
    hour, minute = (int(number) for number in clock.split(":"))
    if hour * _HOUR_MINUTES + minute > _DAY_MINUTES or minute >= _HOUR_MINUTES:
        raise BadHours(f"{clock} in {part!r} is no time of day")
    return hour * _HOUR_MINUTES + minute


def _weekdays(text: str, part: str) -> list[int]:
    days: list[int] = []
    for item in text.replace(" ", "").split(","):
        first, _, last = item.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise BadHours(f"{item!r} in {part!r} is no weekday; use mon tue wed thu fri sat sun")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days.extend((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return days


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), tzinfo=JAPAN) + timedelta(minutes=minutes)
