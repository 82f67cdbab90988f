"""Somebody wrote: store it once, judge it, and do at once what the verdict obliges."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.core.doorstep import At, talk_at
from bot.core.model.commands import Receipt, ReceiveMessage, RewriteMessage, TakeBack
from bot.core.model.errors import KeyReused, RecordErased, TakenBack
from bot.core.model.events import MessageHeard, MessageTakenBack
from bot.core.model.ids import MessageId
from bot.core.model.mail import Picture, PictureState, StoredTicket, TicketUse
from bot.core.model.messages import Inbound, Message, Sender, Ticket
from bot.core.model.sealed import Tag
from bot.core.model.talk import Talk, TalkState
from bot.core.model.words import clean
from bot.core.ports.store import Action, SeenEvent, UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import heed, key_of, post

READ_MARK_LASTS = timedelta(days=3)
NOWHERE = ""
"""The row of a message that was taken back before it arrived."""


async def receive_message(command: ReceiveMessage, uow: UnitOfWork, tools: Tools) -> Receipt:
    """Take in one message. The same event a second time changes nothing and says so.

    Raises ``BadInput`` kinds for words that cannot be used, ``KeyReused`` where the event id
    came with other words before, ``RecordErased`` where its person has been erased since and
    ``TakenBack`` where its person took it back before it arrived.
    """
    inbound = command.inbound
    at = At(inbound.channel, inbound.address, inbound.locale, command.address_expires_at)
    words, digest = _cleaned(inbound, tools)
    earlier = await _earlier(inbound, uow, tools)
    if earlier is not None:
        return await _recognise(uow, earlier, digest)
    return await _take_in(inbound, at, words, digest, uow, tools)


async def rewrite_message(command: RewriteMessage, uow: UnitOfWork, tools: Tools) -> Receipt:
    """The old words go everywhere; the new ones are heard like any others."""
    inbound = command.inbound
    at = At(inbound.channel, inbound.address, inbound.locale)
    words, digest = _cleaned(inbound, tools)
    event = await uow.mail.recall(inbound.channel, _event_tag(inbound, tools))
    if event is not None:
        return await _recognise(uow, event, digest)
    async for seen in _versions(inbound.channel, inbound.ref or "", uow, tools):
        if seen.row_id == NOWHERE:
            raise TakenBack
        await _take_back(seen, uow)
    return await _take_in(inbound, at, words, digest, uow, tools)


async def take_back(command: TakeBack, uow: UnitOfWork, tools: Tools) -> bool:
    """The words go everywhere; what triage saw in them stays as a level. Safe to repeat."""
    found = False
    async for seen in _versions(command.channel, command.ref, uow, tools):
        found = await _take_back(seen, uow) or found
    if not found:
        tag = _version_tag(command.channel, command.ref, 1, tools)
        now = tools.clock.now()
        await uow.mail.remember(SeenEvent(command.channel, tag, None, None, NOWHERE, now))
    return found


def _cleaned(inbound: Inbound, tools: Tools) -> tuple[str, Tag]:
    """Words and their digest. What a platform took in is never refused for its length."""
    words = clean(inbound.words, limit=max(tools.policy.words_limit, inbound.limit or 0))
    return words, tools.vault.tag("words", words)


def _event_tag(inbound: Inbound, tools: Tools) -> Tag:
    return tools.vault.tag("event", f"{inbound.channel}\n{inbound.address}\n{inbound.event_id}")


def _version_tag(channel: str, ref: str, number: int, tools: Tools) -> Tag:
    """A platform's message; each time it is written anew counts as a version of its own."""
    return tools.vault.tag("message", f"{channel}\n{ref}\n{number}")


async def _versions(
    channel: str, ref: str, uow: UnitOfWork, tools: Tools
) -> AsyncIterator[SeenEvent]:
    number = 1
    while (seen := await _version(channel, ref, number, uow, tools)) is not None:
        yield seen
        number += 1


async def _version(
    channel: str, ref: str, number: int, uow: UnitOfWork, tools: Tools
) -> SeenEvent | None:
    return await uow.mail.recall(channel, _version_tag(channel, ref, number, tools))


async def _earlier(inbound: Inbound, uow: UnitOfWork, tools: Tools) -> SeenEvent | None:
    """The event, or the platform's message by another event. Raises ``TakenBack``."""
    event = await uow.mail.recall(inbound.channel, _event_tag(inbound, tools))
    if event is not None or inbound.ref is None:
        return event
    seen = await _version(inbound.channel, inbound.ref, 1, uow, tools)
    if seen is not None and seen.row_id == NOWHERE:
        raise TakenBack
    return seen


async def _recognise(uow: UnitOfWork, earlier: SeenEvent, digest: Tag) -> Receipt:
    message = await uow.messages.get(MessageId(earlier.row_id))
    if earlier.person_id is None or message is None:
        raise RecordErased
    if message.taken_back:
        raise TakenBack
    if earlier.digest is None:
        raise RecordErased
    if earlier.digest != digest:
        raise KeyReused
    return Receipt(earlier.person_id, message.talk_id, message.id, message.seq, repeated=True)


async def _take_back(seen: SeenEvent, uow: UnitOfWork) -> bool:
    message = await uow.messages.get(MessageId(seen.row_id)) if seen.row_id else None
    if message is None or message.taken_back:
        return message is not None
    talk = await uow.talks.get(message.talk_id)
    message.take_back()
    await uow.messages.save_taken_back(message)
    await uow.mail.forget_words(message.id)
    picture = await uow.platforms.picture(message.id)
    if picture is not None:
        gone = Picture(message.id, PictureState.FORGOTTEN, None, picture.at)
        await uow.platforms.save_picture(gone)
    if talk is not None:
        uow.publish(MessageTakenBack(talk.id, talk.person_id))
    return True


async def _take_in(
    inbound: Inbound, at: At, words: str, digest: Tag, uow: UnitOfWork, tools: Tools
) -> Receipt:
    talk = await talk_at(at, uow, tools, new=TalkState.WAITING)
    message = await _store(uow, tools, talk=talk, words=words)
    await _remember(inbound, talk, message, digest, uow, tools)
    talk.hear(channel=inbound.channel, level=message.verdict.level, now=message.at)
    shown_at = talk.card_shown_at
    await heed(uow, tools, talk=talk, message_id=message.id, verdict=message.verdict)
    if inbound.channel in tools.policy.messengers:
        await _keep_tokens(inbound, talk, message, uow, tools)
        if talk.card_shown_at == shown_at:  # a card says all that a receipt would
            await _acknowledge(talk, message, uow, tools)
    await uow.talks.save(talk)
    lane = f"assess:{message.id}"
    await post(uow, tools, action=Action.ASSESS, message_id=message.id, lane=lane)
    uow.publish(MessageHeard(talk.id, talk.person_id))
    return Receipt(talk.person_id, talk.id, message.id, message.seq, repeated=False)


async def _store(uow: UnitOfWork, tools: Tools, *, talk: Talk, words: str) -> Message:
    key = await key_of(uow, talk)
    message = Message(
        id=MessageId(tools.ids.new()),
        talk_id=talk.id,
        seq=talk.next_seq(),
        sender=Sender.VISITOR,
        at=tools.clock.now(),
        verdict=tools.screen(words),
    )
    message.sealed = tools.vault.seal(key, words, bound_to=message.bound_to)
    await uow.messages.add(message)
    return message


async def _remember(
    inbound: Inbound, talk: Talk, message: Message, digest: Tag, uow: UnitOfWork, tools: Tools
) -> None:
    tags = [_event_tag(inbound, tools)]
    if inbound.ref is not None:
        number = 1
        while await _version(inbound.channel, inbound.ref, number, uow, tools) is not None:
            number += 1
        tags.append(_version_tag(inbound.channel, inbound.ref, number, tools))
    for tag in tags:
        await uow.mail.remember(
            SeenEvent(inbound.channel, tag, digest, talk.person_id, message.id, message.at)
        )


async def _keep_tokens(
    inbound: Inbound, talk: Talk, message: Message, uow: UnitOfWork, tools: Tools
) -> None:
    """What the platform gave along: a free answer, a 'read' mark, a picture to fetch."""
    now = tools.clock.now()
    if inbound.ticket is not None:
        await _keep(inbound.ticket, TicketUse.ANSWER, inbound.channel, talk, message, uow, tools)
        await uow.mail.hasten(talk.id, inbound.channel, now)  # what waited for money goes now
    if inbound.read_mark is not None:
        mark = Ticket(inbound.read_mark, now + READ_MARK_LASTS)
        await _keep(mark, TicketUse.READ_MARK, inbound.channel, talk, message, uow, tools)
    if inbound.picture is not None and tools.policy.pictures:
        key, bound_to = await key_of(uow, talk), Picture.bound_to(message.id)
        sealed = tools.vault.seal(key, inbound.picture, bound_to=bound_to)
        await uow.platforms.add_picture(Picture(message.id, PictureState.DUE, sealed, now))
        lane, carrier = f"fetch:{message.id}", inbound.channel
        await post(
            uow, tools, action=Action.FETCH, message_id=message.id, lane=lane, carrier=carrier
        )


async def _keep(
    ticket: Ticket,
    use: TicketUse,
    channel: str,
    talk: Talk,
    message: Message,
    uow: UnitOfWork,
    tools: Tools,
) -> None:
    tag = tools.vault.tag("ticket", f"{channel}\n{use}\n{ticket.token}")
    sealed = tools.vault.seal(
        await key_of(uow, talk), ticket.token, bound_to=StoredTicket.bound_to(tag)
    )
    await uow.platforms.add_ticket(
        StoredTicket(tag, channel, talk.person_id, message.id, use, sealed, ticket.until)
    )


async def _acknowledge(talk: Talk, message: Message, uow: UnitOfWork, tools: Tools) -> None:
    """Say on the messenger that the words arrived and who is there (R-027), now and then."""
    if not talk.receipt_due(message.at):
        return
    talk.receipt_at = message.at
    await post(
        uow,
        tools,
        action=Action.RECEIPT,
        message_id=message.id,
        lane=talk.id,
        carrier=talk.channel,
    )
