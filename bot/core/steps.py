"""What several use cases share. Steps work inside a caller's unit and never commit."""

from __future__ import annotations

from datetime import timedelta

from bot.core.model.errors import NotAllowed, NotFound, RecordErased
from bot.core.model.events import CardShown, ConcernRaised, ErrandPosted, RecordShredded
from bot.core.model.ids import ConcernId, ErrandId, MessageId, StaffId, TalkId
from bot.core.model.mail import TRIAGE
from bot.core.model.messages import Delivery, Message, Sender
from bot.core.model.people import Person, Role, Staff, StaffState
from bot.core.model.safety import Concern, ConcernState, raises_concern, shows_card
from bot.core.model.sealed import WrappedKey
from bot.core.model.talk import Talk
from bot.core.ports.store import Action, Errand, UnitOfWork
from bot.core.ports.tools import Tools
from triage.verdict import Verdict

CARD_KEY = "safety.card"


async def active_staff(uow: UnitOfWork, staff_id: StaffId) -> Staff:
    """The account, if it is active. Raises ``NotAllowed``."""
    staff = await uow.staff.get(staff_id)
    if staff is None or staff.state is not StaffState.ACTIVE:
        raise NotAllowed
    return staff


async def answering_staff(uow: UnitOfWork, staff_id: StaffId) -> Staff:
    """An active account that may answer people. Raises ``NotAllowed``."""
    staff = await active_staff(uow, staff_id)
    if not staff.roles - {Role.ADMIN}:
        raise NotAllowed
    return staff


async def talk_of(uow: UnitOfWork, talk_id: TalkId) -> Talk:
    """The talk, locked. Raises ``NotFound``."""
    talk = await uow.talks.get(talk_id)
    if talk is None:
        raise NotFound
    return talk


async def key_of(uow: UnitOfWork, talk: Talk) -> WrappedKey:
    """The wrapped key of the talk's person. Raises ``RecordErased``.

    The caller's lock on the talk is enough: an erasure takes it too before it destroys the key.
    """
    key = await uow.people.key(talk.person_id)
    if key is None:
        raise RecordErased
    return key


async def shred(uow: UnitOfWork, person: Person, talk: Talk | None) -> None:
    """Destroy everything that a person wrote, at once and for ever (rule 4)."""
    await uow.people.shred(person.id)
    person.erase()
    await uow.people.save(person)
    if talk is None:
        return
    talk.erase()
    await uow.talks.save(talk)
    uow.publish(RecordShredded(talk.id, person.id))


async def post(
    uow: UnitOfWork,
    tools: Tools,
    *,
    action: Action,
    message_id: MessageId,
    lane: str,
    carrier: str = TRIAGE,
    after: timedelta = timedelta(),
) -> None:
    """Make an errand due, now unless ``after`` says later."""
    await uow.mail.post(
        Errand(
            id=ErrandId(tools.ids.new()),
            lane=lane,
            action=action,
            message_id=message_id,
            due_at=tools.clock.now() + after,
            carrier=carrier,
        )
    )
    uow.publish(ErrandPosted(carrier))


async def deliver(uow: UnitOfWork, tools: Tools, *, talk: Talk, message: Message) -> None:
    """Make the delivery of an outgoing message due, after those before it."""
    await post(
        uow,
        tools,
        action=Action.DELIVER,
        message_id=message.id,
        lane=talk.id,
        carrier=talk.channel,
    )


async def heed(
    uow: UnitOfWork, tools: Tools, *, talk: Talk, message_id: MessageId, verdict: Verdict
) -> None:
    """Do what a verdict obliges: raise or grow the concern, show the card (R-071 to R-073)."""
    if raises_concern(verdict.level):
        await flag(uow, tools, talk=talk, message_id=message_id, verdict=verdict)
    if shows_card(verdict.level) and talk.card_due(tools.clock.now()):
        await _show_card(uow, tools, talk)


async def flag(
    uow: UnitOfWork, tools: Tools, *, talk: Talk, message_id: MessageId | None, verdict: Verdict
) -> ConcernId:
    """Raise the talk's one concern, or let the open one grow; ``message_id`` is what raised it."""
    concern = await uow.concerns.open_of(talk.id)
    if concern is not None:
        concern.grow(message_id=message_id, level=verdict.level, kinds=verdict.kinds)
        await uow.concerns.save(concern)
    else:
        concern = Concern(
            id=ConcernId(tools.ids.new()),
            talk_id=talk.id,
            message_id=message_id,
            level=verdict.level,
            kinds=verdict.kinds,
            state=ConcernState.RAISED,
            raised_at=tools.clock.now(),
        )
        await uow.concerns.add(concern)
    uow.publish(ConcernRaised(talk.id, talk.person_id))
    return concern.id


async def _show_card(uow: UnitOfWork, tools: Tools, talk: Talk) -> None:
    now = tools.clock.now()
    talk.card_shown_at = now
    card = Message(
        id=MessageId(tools.ids.new()),
        talk_id=talk.id,
        seq=talk.next_seq(),
        sender=Sender.SERVICE,
        at=now,
        text_key=CARD_KEY,
        delivery=Delivery.SENDING,
    )
    await uow.messages.add(card)
    await deliver(uow, tools, talk=talk, message=card)
    uow.publish(CardShown(talk.id, talk.person_id))
