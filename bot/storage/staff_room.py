"""Accounts, one-time links, sessions and duty."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, delete, func, select, update

from bot.core.model.ids import StaffId
from bot.core.model.people import Role, Staff, StaffState
from bot.core.model.sealed import Tag
from bot.core.ports.store import Invitation
from bot.storage.rows import invitation_from, staff_from, staff_values
from bot.storage.shelf import Shelf
from bot.storage.tables import addresses, duty, invitations, sessions, staff

FORGOTTEN_DUTY = timedelta(days=1)

_ID: BindParameter[str] = bindparam("key")
_GET = select(staff).where(staff.c.id == _ID).with_for_update()
_BY_NAME = select(staff).where(staff.c.work_name == _ID)
_SAVE = update(staff).where(staff.c.id == bindparam("row_id"))
_ACTIVE_WITH = (
    select(func.count())
    .select_from(staff)
    .where(
        staff.c.state == StaffState.ACTIVE.value,
        (" " + staff.c.roles + " ").like("% " + bindparam("role") + " %"),
    )
)
_INVITATION = select(invitations).where(invitations.c.token == _ID)
_SPEND = delete(invitations).where(invitations.c.token == _ID)
_OPEN_SESSION = sessions.insert()
_CLOSE_SESSION = delete(sessions).where(sessions.c.token == _ID)
_CLOSE_ALL = delete(sessions).where(sessions.c.staff_id == _ID)
_TOUCH = update(duty).where(duty.c.staff_id == _ID)
_STOP = delete(duty).where(duty.c.staff_id == _ID)
_STALE = (
    delete(sessions).where(sessions.c.expires_at <= bindparam("now")),
    delete(invitations).where(invitations.c.expires_at <= bindparam("now")),
    delete(addresses).where(addresses.c.expires_at <= bindparam("now")),
)
_STALE_DUTY = delete(duty).where(duty.c.seen_at <= bindparam("now"))


class StaffRoomSql(Shelf):
    """Implements ``bot.core.ports.store.StaffRoom``."""

    async def add(self, member: Staff) -> bool:
        """Store an account, unless the work name is taken."""
        return await self._add_unless_taken(staff, staff_values(member))

    async def get(self, staff_id: StaffId) -> Staff | None:
        """One account, locked."""
        row = await self._one(_GET, {"key": staff_id})
        return None if row is None else staff_from(row)

    async def by_name(self, work_name: str) -> Staff | None:
        """The account with this work name."""
        row = await self._one(_BY_NAME, {"key": work_name})
        return None if row is None else staff_from(row)

    async def save(self, member: Staff) -> None:
        """Write an account back."""
        await self._do(_SAVE, staff_values(member) | {"row_id": member.id})

    async def active_with(self, role: Role) -> int:
        """How many active accounts hold a role."""
        row = await self._one(_ACTIVE_WITH, {"role": role.value})
        return 0 if row is None else int(row[0])

    async def invite(self, invitation: Invitation) -> None:
        """Store a one-time link in place of an earlier one."""
        values = {
            "staff_id": invitation.staff_id,
            "token": invitation.token,
            "expires_at": invitation.expires_at,
            "first": invitation.first,
        }
        await self._put(invitations, values, key=("staff_id",))

    async def invitation(self, token: Tag) -> Invitation | None:
        """The link's row."""
        row = await self._one(_INVITATION, {"key": token})
        return None if row is None else invitation_from(row)

    async def spend(self, token: Tag) -> None:
        """The link was used."""
        await self._do(_SPEND, {"key": token})

    async def open_session(
        self, token: Tag, staff_id: StaffId, now: datetime, expires_at: datetime
    ) -> None:
        """Store a session."""
        values = {"token": token, "staff_id": staff_id, "made_at": now, "expires_at": expires_at}
        await self._do(_OPEN_SESSION, values)

    async def close_session(self, token: Tag) -> None:
        """End one session."""
        await self._do(_CLOSE_SESSION, {"key": token})

    async def close_sessions_of(self, staff_id: StaffId) -> None:
        """End every session of an account."""
        await self._do(_CLOSE_ALL, {"key": staff_id})

    async def start_duty(self, staff_id: StaffId, now: datetime) -> None:
        """Present from now on."""
        values = {"staff_id": staff_id, "since": now, "seen_at": now}
        if not await self._add_unless_taken(duty, values):
            await self.touch_duty(staff_id, now)

    async def touch_duty(self, staff_id: StaffId, now: datetime) -> None:
        """Still there."""
        await self._do(_TOUCH, {"key": staff_id, "seen_at": now})

    async def stop_duty(self, staff_id: StaffId) -> None:
        """No longer present."""
        await self._do(_STOP, {"key": staff_id})

    async def forget_stale(self, now: datetime) -> int:
        """Forget what has expired."""
        forgotten = [await self._do(statement, {"now": now}) for statement in _STALE]
        return sum(forgotten) + await self._do(_STALE_DUTY, {"now": now - FORGOTTEN_DUTY})
