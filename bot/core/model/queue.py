"""Who is next. One order for everybody; staff press 'next' and never pick (decision 5).

1. A talk with a flag (level 2 and up) stands before every talk without one; a higher level
   stands before a lower one, however long the other has waited (R-030).
2. Everybody else stands by waiting time, with a head start: ten minutes where nobody could
   judge the danger, five where there is distress, and fifteen for somebody who writes for the
   first time (R-032: those who never get through do not come back).

A head start is minutes, not a class of its own: whoever waits long enough is next, so nobody
starves (R-031). Within a level of danger the same waiting time and head starts decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.verdict import Level

FIRST_TIME_HEAD_START = timedelta(minutes=15)
HEAD_START = {
    Level.NONE: timedelta(0),
    Level.DISTRESS: timedelta(minutes=5),
    Level.UNDECIDED: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue: higher ``band`` first, then earlier ``since``."""

    band: int
    since: datetime


def place(*, danger: Level, waiting_since: datetime, first_time: bool) -> Place:
    """The place of a talk that has waited since ``waiting_since``."""
    since = waiting_since - HEAD_START.get(danger, timedelta(0))
    if first_time:
        since -= FIRST_TIME_HEAD_START
    return Place(band=int(danger) if danger >= Level.PASSIVE else 0, since=since)
