"""Accounts, one-time links, sessions and duty."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update

from bot.core.model.ids import StaffId
from bot.core.model.people import Role, Staff, StaffState
from bot.core.model.sealed import Tag
from bot.core.ports.store import Invitation
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.columns import Moment, Parameter
from bot.storage.statements import Repository, insert_or_change, insert_or_leave

DUTY_ENDS = timedelta(days=1)
"""Whoever was not heard of for this long has gone home."""

_WHO: Parameter = bindparam("who")
_TOKEN: Parameter = bindparam("which")
_NOW = bindparam("now", type_=Moment())
_ADD = insert_or_leave(t.staff)
_GET = select(*rows.STAFF).where(t.staff.c.id == _WHO).with_for_update()
_BY_NAME = select(*rows.STAFF).where(t.staff.c.work_name == bindparam("named"))
_SAVE = update(t.staff).where(t.staff.c.id == _WHO)
# A few dozen rows at most: the roles are looked at here and not in SQL. Locked, so that two
# administrators cannot disable one another at the same moment.
_ACTIVE = (
    select(t.staff.c.roles)
    .where(t.staff.c.state == StaffState.ACTIVE)
    .order_by(t.staff.c.id)
    .with_for_update()
)
_UNINVITE = delete(t.invitations).where(t.invitations.c.staff_id == _WHO)
_INVITE = insert(t.invitations)
_INVITATION = select(*rows.INVITATION).where(t.invitations.c.token == _TOKEN).with_for_update()
_SPEND = delete(t.invitations).where(t.invitations.c.token == _TOKEN)
_OPEN_SESSION = insert(t.sessions)
_CLOSE_SESSION = delete(t.sessions).where(t.sessions.c.token == _TOKEN)
_CLOSE_SESSIONS = delete(t.sessions).where(t.sessions.c.staff_id == _WHO)
_START_DUTY = insert_or_change(t.duty, on=("staff_id",), changes=("seen_at",))
_TOUCH_DUTY = update(t.duty).where(t.duty.c.staff_id == _WHO)
_STOP_DUTY = delete(t.duty).where(t.duty.c.staff_id == _WHO)
_FORGET = (
    delete(t.sessions).where(t.sessions.c.expires_at <= _NOW),
    delete(t.invitations).where(t.invitations.c.expires_at <= _NOW),
    delete(t.addresses).where(t.addresses.c.expires_at <= _NOW),
)
_FORGET_DUTY = delete(t.duty).where(t.duty.c.seen_at <= _NOW)


class SqlStaffRoom(Repository):
    """Implements ``bot.core.ports.store.StaffRoom``."""

    async def add(self, staff: Staff) -> bool:
        """Store an account; False if the work name is taken."""
        return await self._put(_ADD, {"id": staff.id, **rows.staff_values(staff)}) > 0

    async def get(self, staff_id: StaffId) -> Staff | None:
        """One account, locked."""
        row = await self._one(_GET, {"who": staff_id})
        return None if row is None else rows.staff(row)

    async def by_name(self, work_name: str) -> Staff | None:
        """The account with this work name."""
        row = await self._one(_BY_NAME, {"named": work_name})
        return None if row is None else rows.staff(row)

    async def save(self, staff: Staff) -> None:
        """Write a changed account back."""
        await self._do(_SAVE, {"who": staff.id, **rows.staff_values(staff)})

    async def active_with(self, role: Role) -> int:
        """How many active accounts hold a role."""
        return sum(role in row[0] for row in await self._all(_ACTIVE, {}))

    async def invite(self, invitation: Invitation) -> None:
        """Store a one-time link; an earlier one for the same account is gone."""
        await self._do(_UNINVITE, {"who": invitation.staff_id})
        await self._do(_INVITE, rows.invitation_values(invitation))

    async def invitation(self, token: Tag) -> Invitation | None:
        """The link's row, locked, so that it is spent once."""
        row = await self._one(_INVITATION, {"which": token})
        return None if row is None else rows.invitation(row)

    async def spend(self, token: Tag) -> None:
        """The link was used."""
        await self._do(_SPEND, {"which": token})

    async def open_session(
        self, token: Tag, staff_id: StaffId, now: datetime, expires_at: datetime
    ) -> None:
        """Store a session."""
        values = {"token": token, "staff_id": staff_id, "opened_at": now, "expires_at": expires_at}
        await self._do(_OPEN_SESSION, values)

    async def close_session(self, token: Tag) -> None:
        """End one session."""
        await self._do(_CLOSE_SESSION, {"which": token})

    async def close_sessions_of(self, staff_id: StaffId) -> None:
        """End every session of an account."""
        await self._do(_CLOSE_SESSIONS, {"who": staff_id})

    async def start_duty(self, staff_id: StaffId, now: datetime) -> None:
        """Present from now on."""
        await self._put(_START_DUTY, {"staff_id": staff_id, "since": now, "seen_at": now})

    async def touch_duty(self, staff_id: StaffId, now: datetime) -> None:
        """Still there."""
        await self._do(_TOUCH_DUTY, {"who": staff_id, "seen_at": now})

    async def stop_duty(self, staff_id: StaffId) -> None:
        """No longer present."""
        await self._do(_STOP_DUTY, {"who": staff_id})

    async def forget_stale(self, now: datetime) -> int:
        """Forget what has expired; how many rows went."""
        gone = [await self._do(statement, {"now": now}) for statement in _FORGET]
        return sum(gone) + await self._do(_FORGET_DUTY, {"now": now - DUTY_ENDS})
