"""How far an outgoing message came."""

from __future__ import annotations

from datetime import timedelta

from bot.core.model.commands import (
    Carried,
    NoteAlive,
    NoteSeen,
    RecordDelivery,
    RecordNotice,
    UseTicket,
)
from bot.core.model.duty import JAPAN
from bot.core.model.events import AnswerTravelled
from bot.core.model.ids import ErrandId
from bot.core.model.mail import Action
from bot.core.model.messages import Delivery, Message
from bot.core.model.talk import Talk
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import post

HELD_PAUSE = timedelta(hours=1)
"""What a platform takes no more this month is tried again so often; refused tries cost nothing."""
GLANCE = timedelta(seconds=3)
"""A page that is open shows an answer sooner than a bell could ring."""
LOOKING = timedelta(seconds=60)
"""Whoever wrote from the web room last is given this long to see an answer there."""


async def record_delivery(command: RecordDelivery, uow: UnitOfWork, tools: Tools) -> None:
    """Note what the relay learned. DELIVERED is never taken back by a later, lesser word."""
    message = await uow.messages.get(command.message_id)
    talk = await uow.talks.get(message.talk_id) if message is not None else None
    await _settle(command.errand_id, command.delivery, uow, tools)
    await _account(command.carried, uow, tools)
    if message is None or message.delivery in {None, Delivery.DELIVERED}:
        return
    message.delivery = command.delivery
    await uow.messages.save_delivery(message)
    if talk is None:
        return
    if command.delivery is Delivery.IN_ROOM:
        await _ring(message, talk, uow, tools)
    uow.publish(AnswerTravelled(talk.id, talk.person_id))


async def record_notice(command: RecordNotice, uow: UnitOfWork, tools: Tools) -> None:
    """A receipt or a bell went out; a bell that could not is no news of the message itself."""
    message = await uow.messages.get(command.message_id)
    talk = await uow.talks.get(message.talk_id) if message is not None else None
    held = command.outcome if command.bell else Delivery.FAILED  # a receipt does not wait
    await _settle(command.errand_id, held, uow, tools)
    await _account(command.carried, uow, tools)
    if talk is not None and command.bell and command.outcome is Delivery.DELIVERED:
        talk.bell_at = tools.clock.now()
        await uow.talks.save(talk)


async def note_seen(command: NoteSeen, uow: UnitOfWork, tools: Tools) -> int:
    """The person's page has everything up to a number. Safe to repeat."""
    talk = await uow.talks.of_person(command.person_id)
    if talk is None:
        return 0
    changed = await uow.messages.mark_seen(talk.id, command.upto)
    if talk.rung_unseen:  # only bells ask when somebody last looked
        talk.seen_at = tools.clock.now()
        await uow.talks.save(talk)
    if changed:
        uow.publish(AnswerTravelled(talk.id, talk.person_id))
    return changed


async def use_ticket(command: UseTicket, uow: UnitOfWork, tools: Tools) -> bool:
    """Noted before the token is used, so that a try after a crash knows of it."""
    return await uow.platforms.begin_ticket(command.tag, command.errand_id)


async def note_alive(command: NoteAlive, uow: UnitOfWork, tools: Tools) -> None:
    """Nothing from before this moment is missing on this channel."""
    await uow.platforms.note_alive(command.channel, tools.clock.now())


async def _settle(errand_id: ErrandId, delivery: Delivery, uow: UnitOfWork, tools: Tools) -> None:
    if delivery is Delivery.HELD:
        await uow.mail.postpone(errand_id, tools.clock.now() + HELD_PAUSE)
    else:
        await uow.mail.settle(errand_id)


async def _account(carried: Carried, uow: UnitOfWork, tools: Tools) -> None:
    if carried.ticket is not None:
        await uow.platforms.spend_ticket(carried.ticket)
    if carried.free or carried.paid:
        month = f"{tools.clock.now().astimezone(JAPAN):%Y-%m}"
        await uow.platforms.count_sending(
            carried.channel, month, free=carried.free, paid=carried.paid
        )


async def _ring(message: Message, talk: Talk, uow: UnitOfWork, tools: Tools) -> None:
    """Where a messenger of theirs can carry a bell, let it ring, unless they look by then."""
    if not tools.policy.messengers:
        return
    reached = [
        address.channel
        for address in await uow.people.addresses(talk.person_id)
        if address.sealed is not None and address.left_at is None
    ]
    if not reached:
        return
    here = talk.channel not in tools.policy.messengers  # they wrote from the page last
    await post(
        uow,
        tools,
        action=Action.RING,
        message_id=message.id,
        lane=f"ring:{message.id}",
        carrier=reached[-1],
        after=LOOKING if here else GLANCE,
    )
