"""Who is with whom: take the next, give back, let rest."""

from __future__ import annotations

from bot.core.model.commands import CloseTalk, HandBack, TakeNext
from bot.core.model.errors import ConcernOpen, HandsFull, NothingWaiting
from bot.core.model.events import TalkClosed, TalkHandedBack, TalkTaken
from bot.core.model.ids import TalkId
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import answering_staff, talk_of


async def take_next(command: TakeNext, uow: UnitOfWork, tools: Tools) -> TalkId:
    """Give the member of staff whoever is next; they cannot pick (decision 5).

    Whoever takes a talk is on duty from then on: visitors are told of everybody who answers.
    Raises ``HandsFull`` at the role's cap (R-050) and ``NothingWaiting``.
    """
    staff = await answering_staff(uow, command.staff_id)
    cap = tools.policy.cap(staff.roles)
    if len(await uow.talks.held_by(staff.id)) >= cap:
        raise HandsFull(cap=cap)
    talk = await uow.talks.next_waiting()
    if talk is None:
        raise NothingWaiting
    talk.hold(staff.id)
    await uow.talks.save(talk)
    await uow.staff.start_duty(staff.id, tools.clock.now())
    uow.publish(TalkTaken(talk.id, talk.person_id))
    return talk.id


async def hand_back(command: HandBack, uow: UnitOfWork, tools: Tools) -> None:
    """Put the talk back into the queue; no reason is asked (R-053)."""
    talk = await talk_of(uow, command.talk_id)
    talk.hand_back(command.staff_id, now=tools.clock.now())
    await uow.talks.save(talk)
    uow.publish(TalkHandedBack(talk.id, talk.person_id))


async def close_talk(command: CloseTalk, uow: UnitOfWork, tools: Tools) -> None:
    """Let the talk rest. Raises ``ConcernOpen`` while a flag is open (R-079)."""
    talk = await talk_of(uow, command.talk_id)
    if await uow.concerns.open_of(talk.id) is not None:
        raise ConcernOpen
    talk.close(command.staff_id)
    await uow.talks.save(talk)
    uow.publish(TalkClosed(talk.id, talk.person_id))
