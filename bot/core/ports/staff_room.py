"""What the house asks of its store about staff: accounts, one-time links, sessions, duty."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.model.ids import StaffId
from bot.core.model.mail import Invitation
from bot.core.model.people import Role, Staff
from bot.core.model.sealed import Tag


class StaffRoom(Protocol):
    """Accounts, one-time links, sessions and duty."""

    async def add(self, staff: Staff) -> bool:
        """Store an account. False, and nothing stored, if the work name is taken."""
        ...

    async def get(self, staff_id: StaffId) -> Staff | None:
        """One account, locked."""
        ...

    async def by_name(self, work_name: str) -> Staff | None:
        """The account with this work name."""
        ...

    async def save(self, staff: Staff) -> None:
        """Write a changed account back."""
        ...

    async def active_with(self, role: Role) -> int:
        """How many active accounts hold ``role``."""
        ...

    async def invite(self, invitation: Invitation) -> None:
        """Store a one-time link; an earlier one for the same account stops working."""
        ...

    async def invitation(self, token: Tag) -> Invitation | None:
        """The link's row."""
        ...

    async def spend(self, token: Tag) -> None:
        """The link was used."""
        ...

    async def open_session(
        self, token: Tag, staff_id: StaffId, now: datetime, expires_at: datetime
    ) -> None:
        """Store a session."""
        ...

    async def close_session(self, token: Tag) -> None:
        """End one session. Safe to repeat."""
        ...

    async def close_sessions_of(self, staff_id: StaffId) -> None:
        """End every session of an account."""
        ...

    async def start_duty(self, staff_id: StaffId, now: datetime) -> None:
        """Present from now on; renews where present already."""
        ...

    async def touch_duty(self, staff_id: StaffId, now: datetime) -> None:
        """Still there. Nothing where off duty."""
        ...

    async def stop_duty(self, staff_id: StaffId) -> None:
        """No longer present. Safe to repeat."""
        ...

    async def forget_stale(self, now: datetime) -> int:
        """Forget expired sessions, links, web addresses, and duty unheard of for a day."""
        ...
