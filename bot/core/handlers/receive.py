"""Somebody wrote: store it once, judge it, and do at once what the verdict obliges."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.model.commands import Receipt, ReceiveMessage
from bot.core.model.errors import KeyReused, RecordErased
from bot.core.model.events import MessageHeard
from bot.core.model.ids import MessageId, PersonId, TalkId
from bot.core.model.messages import Inbound, Message, Sender
from bot.core.model.people import Person, PersonState
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.model.talk import Talk, TalkState
from bot.core.model.words import clean
from bot.core.ports.store import Action, Address, SeenEvent, UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import heed, key_of, post
from triage.verdict import Verdict

RENEWAL_STEP = timedelta(days=1)


async def receive_message(command: ReceiveMessage, uow: UnitOfWork, tools: Tools) -> Receipt:
    """Take in one message. The same event a second time changes nothing and says so.

    Raises ``BadInput`` kinds for words that cannot be used, ``KeyReused`` where the event id
    came with other words before, ``RecordErased`` where its person has been erased since.
    """
    inbound = command.inbound
    words = clean(inbound.words, limit=tools.policy.words_limit)
    event_tag = tools.vault.tag(
        "event", f"{inbound.channel}\n{inbound.address}\n{inbound.event_id}"
    )
    digest = tools.vault.tag("words", words)
    earlier = await uow.mail.recall(inbound.channel, event_tag)
    if earlier is not None:
        return await _recognise(uow, earlier, digest)
    talk = await _talk_for(command, uow, tools)
    message, verdict = await _store(uow, tools, talk=talk, words=words)
    await uow.mail.remember(
        SeenEvent(
            source=inbound.channel,
            tag=event_tag,
            digest=digest,
            person_id=talk.person_id,
            row_id=message.id,
            at=message.at,
        )
    )
    talk.hear(channel=inbound.channel, level=verdict.level, now=message.at)
    await heed(uow, tools, talk=talk, message_id=message.id, verdict=verdict)
    await uow.talks.save(talk)
    await post(uow, tools, action=Action.ASSESS, message=message, lane=f"assess:{message.id}")
    uow.publish(MessageHeard(talk.id, talk.person_id))
    return Receipt(talk.person_id, talk.id, message.id, message.seq, repeated=False)


async def _recognise(uow: UnitOfWork, earlier: SeenEvent, digest: Tag) -> Receipt:
    message = await uow.messages.get(MessageId(earlier.row_id))
    if earlier.digest is None or earlier.person_id is None or message is None:
        raise RecordErased
    if earlier.digest != digest:
        raise KeyReused
    return Receipt(earlier.person_id, message.talk_id, message.id, message.seq, repeated=True)


async def _talk_for(command: ReceiveMessage, uow: UnitOfWork, tools: Tools) -> Talk:
    inbound, now = command.inbound, tools.clock.now()
    tag = tools.vault.tag("address", f"{inbound.channel}\n{inbound.address}")
    known = await uow.people.at(inbound.channel, tag)
    if known is None or (known.expires_at is not None and known.expires_at <= now):
        return await _welcome(command, uow, tools, tag)
    person = await uow.people.get(known.person_id)
    talk = await uow.talks.of_person(known.person_id)
    if person is None or talk is None or person.state is PersonState.ERASED:
        raise RecordErased
    person.last_contact_at = now
    await uow.people.save(person)
    await _renew(known, command.address_expires_at, uow)
    return talk


async def _renew(known: Address, expires_at: datetime | None, uow: UnitOfWork) -> None:
    """Let a session last from the latest message, written down once a day at most."""
    if expires_at is None or known.expires_at is None:
        return
    if expires_at - known.expires_at >= RENEWAL_STEP:
        await uow.people.settle_at(replace(known, expires_at=expires_at))


async def _welcome(command: ReceiveMessage, uow: UnitOfWork, tools: Tools, tag: Tag) -> Talk:
    inbound, now = command.inbound, tools.clock.now()
    person, key = await _new_person(inbound, uow, tools)
    await uow.people.settle_at(
        Address(
            channel=inbound.channel,
            tag=tag,
            person_id=person.id,
            sealed=_sealed_address(command, tools, tag, key),
            expires_at=command.address_expires_at,
        )
    )
    talk = Talk(
        id=TalkId(tools.ids.new()),
        person_id=person.id,
        channel=inbound.channel,
        state=TalkState.WAITING,
        opened_at=now,
    )
    await uow.talks.add(talk)
    return talk


def _sealed_address(
    command: ReceiveMessage, tools: Tools, tag: Tag, key: WrappedKey
) -> bytes | None:
    """An address that ends by itself (a browser's session) is no place to send anything to."""
    if command.address_expires_at is not None:
        return None
    bound_to = Address.bound_to(command.inbound.channel, tag)
    return tools.vault.seal(key, command.inbound.address, bound_to=bound_to)


async def _new_person(inbound: Inbound, uow: UnitOfWork, tools: Tools) -> tuple[Person, WrappedKey]:
    key, now, attempt = tools.vault.new_key(), tools.clock.now(), 0
    while True:  # ends: later attempts draw from an ever larger range of numbers
        person = Person(
            id=PersonId(tools.ids.new()),
            handle=tools.handles.make(attempt),
            locale=inbound.locale,
            state=PersonState.PRESENT,
            first_seen_at=now,
            last_contact_at=now,
        )
        if await uow.people.add(person, key):
            return person, key
        attempt += 1


async def _store(
    uow: UnitOfWork, tools: Tools, *, talk: Talk, words: str
) -> tuple[Message, Verdict]:
    key = await key_of(uow, talk)
    verdict = tools.screen(words)
    message = Message(
        id=MessageId(tools.ids.new()),
        talk_id=talk.id,
        seq=talk.next_seq(),
        sender=Sender.VISITOR,
        at=tools.clock.now(),
        verdict=verdict,
    )
    message.sealed = tools.vault.seal(key, words, bound_to=message.bound_to)
    await uow.messages.add(message)
    return message, verdict
