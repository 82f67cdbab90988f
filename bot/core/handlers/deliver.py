"""How far an outgoing message came."""

from __future__ import annotations

from bot.core.model.commands import NoteSeen, RecordDelivery
from bot.core.model.events import AnswerTravelled
from bot.core.model.messages import Delivery
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def record_delivery(command: RecordDelivery, uow: UnitOfWork, tools: Tools) -> None:
    """Note what the relay learned. DELIVERED is never taken back by a later, lesser word."""
    await uow.mail.settle(command.errand_id)
    message = await uow.messages.get(command.message_id)
    if message is None or message.delivery in {None, Delivery.DELIVERED}:
        return
    message.delivery = command.delivery
    await uow.messages.save_delivery(message)
    talk = await uow.talks.get(message.talk_id)
    if talk is not None:
        uow.publish(AnswerTravelled(talk.id, talk.person_id))


async def note_seen(command: NoteSeen, uow: UnitOfWork, tools: Tools) -> int:
    """The person's page has everything up to a number. Safe to repeat."""
    talk = await uow.talks.of_person(command.person_id)
    if talk is None:
        return 0
    changed = await uow.messages.mark_seen(talk.id, command.upto)
    if changed:
        uow.publish(AnswerTravelled(talk.id, talk.person_id))
    return changed
