"""Flags in human hands: raised by a worry, acknowledged by a name, resolved with a reason."""

from __future__ import annotations

from bot.core.model.commands import AcknowledgeConcern, RaiseConcern, ResolveConcern
from bot.core.model.errors import NotAllowed, NotFound
from bot.core.model.events import (
    ConcernAcknowledged,
    ConcernResolved,
)
from bot.core.model.ids import ConcernId, StaffId, TalkId
from bot.core.model.people import Permission, PersonState, sees_talk
from bot.core.model.safety import Concern, holds_erasure
from bot.core.model.talk import Talk, TalkState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import answering_staff, flag, shred, talk_of
from triage.verdict import Level, Verdict


async def raise_concern(command: RaiseConcern, uow: UnitOfWork, tools: Tools) -> ConcernId:
    """'I am worried' raises the same flow as a flag of level 3 (R-081)."""
    staff = await answering_staff(uow, command.staff_id)
    talk = await talk_of(uow, command.talk_id)
    concern = await uow.concerns.open_of(talk.id)
    if not sees_talk(staff.viewer, holder=talk.holder, flagged=concern is not None):
        raise NotFound
    message_id = None if concern is None else concern.message_id
    verdict = Verdict(Level.ACTIVE)
    concern_id = await flag(uow, tools, talk=talk, message_id=message_id, verdict=verdict)
    talk.worsen(verdict.level, now=tools.clock.now())
    await uow.talks.save(talk)
    return concern_id


async def acknowledge_concern(command: AcknowledgeConcern, uow: UnitOfWork, tools: Tools) -> TalkId:
    """A named person takes the flag, and the talk with it where nobody holds that yet.

    Whoever takes a talk is on duty from then on: its person must not read that nobody is there.
    Raises ``AlreadyAnswered`` where somebody was faster.
    """
    concern, talk = await _concern_for(
        uow, command.staff_id, command.concern_id, Permission.CONCERN_ACKNOWLEDGE
    )
    concern.acknowledge(command.staff_id, now=tools.clock.now())
    await uow.concerns.save(concern)
    if talk.state is TalkState.WAITING:
        talk.hold(command.staff_id)
        await uow.talks.save(talk)
        await uow.staff.start_duty(command.staff_id, tools.clock.now())
    uow.publish(ConcernAcknowledged(talk.id, talk.person_id))
    return talk.id


async def resolve_concern(command: ResolveConcern, uow: UnitOfWork, tools: Tools) -> None:
    """The flag is dealt with. The talk's place in the queue falls back to an ordinary one.

    An erasure that waited for this flag is carried out now (decision 12).
    """
    concern, talk = await _concern_for(
        uow, command.staff_id, command.concern_id, Permission.CONCERN_RESOLVE
    )
    concern.resolve(command.staff_id, resolution=command.resolution, now=tools.clock.now())
    await uow.concerns.save(concern)
    talk.danger = min(talk.danger, Level.DISTRESS)
    await uow.talks.save(talk)
    uow.publish(ConcernResolved(talk.id, talk.person_id))
    if holds_erasure(concern.level):
        await _erase_if_asked(uow, talk)


async def _concern_for(
    uow: UnitOfWork, staff_id: StaffId, concern_id: ConcernId, permission: Permission
) -> tuple[Concern, Talk]:
    staff = await answering_staff(uow, staff_id)
    if not staff.viewer.may(permission):
        raise NotAllowed
    concern = await uow.concerns.get(concern_id)
    if concern is None:
        raise NotFound
    return concern, await talk_of(uow, concern.talk_id)


async def _erase_if_asked(uow: UnitOfWork, talk: Talk) -> None:
    person = await uow.people.get(talk.person_id)
    if person is not None and person.state is PersonState.LEAVING:
        await shred(uow, person, talk)
