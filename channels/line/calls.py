"""What became of a call to LINE, as a value; nothing that LINE may answer is an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Named by what to do next."""

    OK = "ok"
    ALREADY = "already"  # an earlier try with the same retry key was accepted
    REFUSED = "refused"  # the request is no good: trying again helps nothing
    UNREACHABLE = "unreachable"  # nobody can be reached there
    TOKEN = "token"  # noqa: S105  # no secret: the access token is no good
    RATE = "rate"  # too much at once
    QUOTA = "quota"  # this month's messages are used up
    AWAY = "away"  # a time-out, a broken connection, LINE's own trouble: nobody knows
    MISSING = "missing"  # no such thing at LINE


@dataclass(frozen=True, slots=True)
class Did:
    """The answer to a call. ``wait_s`` is set where LINE named it."""

    status: Status
    body: Any = None
    wait_s: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it is done, now or by an earlier try."""
        return self.status in {Status.OK, Status.ALREADY}
