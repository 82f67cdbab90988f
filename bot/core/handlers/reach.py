"""Coming to a messenger's account and leaving it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.doorstep import At, come_back_to, talk_at
from bot.core.model.commands import Arrive, Depart, Enter, WantBellOnly
from bot.core.model.events import AnswerTravelled, ReachChanged
from bot.core.model.ids import PersonId
from bot.core.model.messages import Delivery
from bot.core.model.talk import TalkState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def enter(command: Enter, uow: UnitOfWork, tools: Tools) -> PersonId:
    """Whoever uses the menu is somebody; their talk rests until they write."""
    at = At(command.channel, command.address, command.locale)
    talk = await talk_at(at, uow, tools, new=TalkState.CLOSED)
    return talk.person_id


async def arrive(command: Arrive, uow: UnitOfWork, tools: Tools) -> bool:
    """Somebody known carries on as before; a stranger leaves no trace."""
    tag = At(command.channel, command.address).tag(tools)
    known = await uow.people.at(command.channel, tag)
    if known is None:
        return False
    talk = await uow.talks.of_person(known.person_id)
    if talk is not None:
        await come_back_to(known, talk, uow)
    return True


async def depart(command: Depart, uow: UnitOfWork, tools: Tools) -> None:
    """Nothing more is sent there, and staff see what will not arrive (R-114)."""
    tag = At(command.channel, command.address).tag(tools)
    known = await uow.people.at(command.channel, tag)
    if known is None or known.left_at is not None:
        return
    await uow.people.settle_at(replace(known, left_at=tools.clock.now()))
    talk = await uow.talks.of_person(known.person_id)
    if talk is None:
        return
    for message_id in await uow.mail.cancel(talk.id, command.channel):
        message = await uow.messages.get(message_id)
        if message is not None and message.delivery is not Delivery.DELIVERED:
            message.delivery = Delivery.GONE
            await uow.messages.save_delivery(message)
            uow.publish(AnswerTravelled(talk.id, talk.person_id))
    uow.publish(ReachChanged(talk.id, talk.person_id))


async def want_bell_only(command: WantBellOnly, uow: UnitOfWork, tools: Tools) -> None:
    """From now on the messenger carries a bell, or the talk; answers in hand follow it too."""
    talk = await uow.talks.of_person(command.person_id)
    for address in await uow.people.addresses(command.person_id):
        chosen = command.channel in {None, address.channel} and address.sealed is not None
        if chosen and address.bell_only != command.bell_only:
            await uow.people.settle_at(replace(address, bell_only=command.bell_only))
    if talk is not None:
        uow.publish(ReachChanged(talk.id, talk.person_id))
