"""Staff accounts: invited, opened with a one-time link, signed in, disabled."""

from __future__ import annotations

from bot.core.model.commands import (
    AcceptInvitation,
    CloseSession,
    DisableStaff,
    InviteStaff,
    OpenSession,
)
from bot.core.model.errors import (
    BadInput,
    InvitationSpent,
    LastAdmin,
    NameTaken,
    NoRole,
    NotAllowed,
    NotFound,
    WrongSignIn,
)
from bot.core.model.events import StaffChanged, TalkHandedBack
from bot.core.model.ids import StaffId
from bot.core.model.people import Permission, Role, Staff, StaffState
from bot.core.model.words import clean
from bot.core.ports.store import Invitation, UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import active_staff

NAME_LIMIT = 40


async def invite_staff(command: InviteStaff, uow: UnitOfWork, tools: Tools) -> StaffId:
    """Make an account that waits for its owner.

    An account that is still only invited gets a new link instead (the old one stops working).
    Raises ``NameTaken``, ``NoRole``, ``NotAllowed``.
    """
    if not command.roles:
        raise NoRole
    if command.invited_by is not None:
        await _must_manage(uow, command.invited_by)
    work_name = _name(command.work_name)
    staff = Staff(
        id=StaffId(tools.ids.new()),
        work_name=work_name,
        roles=command.roles,
        state=StaffState.INVITED,
        password_hash=None,
        made_at=tools.clock.now(),
    )
    if not await uow.staff.add(staff):
        known = await uow.staff.by_name(work_name)
        if known is None or known.state is not StaffState.INVITED:
            raise NameTaken
        staff = known
        staff.roles = command.roles
        await uow.staff.save(staff)
    first = (
        command.invited_by is None
        and Role.ADMIN in staff.roles
        and await uow.staff.active_with(Role.ADMIN) == 0
    )
    await uow.staff.invite(Invitation(command.token, staff.id, command.expires_at, first))
    uow.publish(StaffChanged(staff.id))
    return staff.id


async def accept_invitation(command: AcceptInvitation, uow: UnitOfWork, tools: Tools) -> StaffId:
    """Open an account with its one-time link. Raises ``InvitationSpent``, ``NameTaken``."""
    invitation = await uow.staff.invitation(command.token)
    if invitation is None or invitation.expires_at <= tools.clock.now():
        raise InvitationSpent
    staff = await uow.staff.get(invitation.staff_id)
    if staff is None or staff.state is not StaffState.INVITED:
        raise InvitationSpent
    work_name = _name(command.work_name)
    owner = await uow.staff.by_name(work_name)
    if owner is not None and owner.id != staff.id:
        raise NameTaken
    staff.work_name = work_name
    staff.roles |= command.also if invitation.first else frozenset()
    staff.password_hash = command.password_hash
    staff.state = StaffState.ACTIVE
    await uow.staff.save(staff)
    await uow.staff.spend(command.token)
    uow.publish(StaffChanged(staff.id))
    return staff.id


async def disable_staff(command: DisableStaff, uow: UnitOfWork, tools: Tools) -> None:
    """End an account at once. Talks it holds wait again; what it wrote stays.

    Raises ``LastAdmin``, ``NotAllowed``, ``NotFound``.
    """
    if command.by is not None:
        await _must_manage(uow, command.by)
    staff = await uow.staff.get(command.staff_id)
    if staff is None:
        raise NotFound
    active_admin = staff.state is StaffState.ACTIVE and Role.ADMIN in staff.roles
    if active_admin and await uow.staff.active_with(Role.ADMIN) <= 1:
        raise LastAdmin
    staff.state = StaffState.DISABLED
    staff.password_hash = None
    await uow.staff.save(staff)
    await uow.staff.close_sessions_of(staff.id)
    await uow.staff.stop_duty(staff.id)
    for talk in await uow.talks.held_by(staff.id):
        talk.hand_back(staff.id, now=tools.clock.now())
        await uow.talks.save(talk)
        uow.publish(TalkHandedBack(talk.id, talk.person_id))
    uow.publish(StaffChanged(staff.id))


async def open_session(command: OpenSession, uow: UnitOfWork, tools: Tools) -> None:
    """Sign somebody in whose password was verified. Raises ``WrongSignIn`` if not active."""
    staff = await uow.staff.get(command.staff_id)
    if staff is None or staff.state is not StaffState.ACTIVE:
        raise WrongSignIn
    if command.password_hash is not None:
        staff.password_hash = command.password_hash
        await uow.staff.save(staff)
    await uow.staff.open_session(command.token, staff.id, tools.clock.now(), command.expires_at)


async def close_session(command: CloseSession, uow: UnitOfWork, tools: Tools) -> None:
    """Sign out."""
    await uow.staff.close_session(command.token)


async def _must_manage(uow: UnitOfWork, staff_id: StaffId) -> None:
    staff = await active_staff(uow, staff_id)
    if not staff.viewer.may(Permission.STAFF_MANAGE):
        raise NotAllowed


def _name(work_name: str) -> str:
    name = " ".join(clean(work_name, limit=NAME_LIMIT).split())
    if not name:
        raise BadInput
    return name
