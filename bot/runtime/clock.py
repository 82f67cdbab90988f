"""The time of day, as the whole house is handed it."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Now, aware, in UTC."""

    def now(self) -> datetime:
        """The system's time."""
        return datetime.now(UTC)
