"""What the relay opens, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.pool import QueuePool

from bot.core.model.commands import (
    Depart,
    EraseRecord,
    LeaveRoom,
    NoteAlive,
    Receipt,
    RecordVerdict,
    ReplyToVisitor,
    TakeBack,
    TakeNext,
    UseTicket,
    WantBellOnly,
)
from bot.core.model.ids import ErrandId, MessageId, PersonId
from bot.core.model.mail import TRIAGE, Address
from bot.core.model.messages import Delivery, Inbound, Ticket
from bot.core.model.people import Role
from bot.core.model.sealed import Tag
from bot.core.ports.relay_reads import Envelope, Parcel
from bot.core.ports.store import UnitOfWork
from bot.storage.relay_reads import RelayReadsSql
from tests.storage.conftest import House
from triage.course import Earlier
from triage.verdict import CALM, Level

MINUTE = timedelta(minutes=1)
ERRAND = ErrandId("errand".ljust(26, "-"))
OTHER = ErrandId("other".ljust(26, "-"))
UNKNOWN = MessageId("unknown".ljust(26, "-"))


@pytest.fixture
def reads(house: House) -> RelayReadsSql:
    return RelayReadsSql(house.engine, vault=house.vault)


async def answered(house: House, channel: str) -> MessageId:
    """Somebody wrote from an address of a channel, and was answered."""
    receipt = await house.hear("calm", event="1", at="first", channel=channel)
    return await answer(house, receipt)


async def answer(house: House, receipt: Receipt) -> MessageId:
    akari = await house.hire("あかり", Role.PEER)
    await house.bus.run(TakeNext(akari.staff_id))
    return await house.bus.run(ReplyToVisitor(akari.staff_id, receipt.talk_id, "k", "hello"))


async def settle(house: House, person_id: PersonId, channel: str, at: str) -> None:
    """The person can be reached by one more address."""
    tag = house.vault.tag("address", f"{channel}\n{at}")

    async def work(unit: UnitOfWork) -> None:
        key = await unit.people.key(person_id)
        assert key is not None
        sealed = house.vault.seal(key, at, bound_to=Address.bound_to(channel, tag))
        await unit.people.settle_at(Address(channel, tag, person_id, sealed, None))

    await house.units.run(work)


async def carried(house: House, reads: RelayReadsSql, message_id: MessageId) -> Parcel | None:
    return await reads.parcel(message_id, ERRAND, house.clock.now())


def whereto(parcel: Parcel | None) -> tuple[str, str | None]:
    assert parcel is not None
    return parcel.envelope.channel, parcel.envelope.address


async def test_a_messenger_gets_words_and_address(house: House, reads: RelayReadsSql) -> None:
    parcel = await carried(house, reads, await answered(house, "line"))
    assert whereto(parcel) == ("line", "first")
    assert parcel is not None
    assert (parcel.words, parcel.text_key, parcel.automatic) == ("hello", None, False)
    assert (parcel.envelope.locale, parcel.envelope.free) == ("ja", None)
    assert (parcel.envelope.left, parcel.envelope.bell_only) == (False, False)


async def test_a_browser_has_no_address(house: House, reads: RelayReadsSql) -> None:
    parcel = await carried(house, reads, await answered(house, "webchat"))
    assert whereto(parcel) == ("webchat", None)


async def test_a_room_stays_open_to_whoever_a_bell_reaches(
    house: House, reads: RelayReadsSql
) -> None:
    receipt = await house.hear("calm", event="1")
    message_id = await answer(house, receipt)
    await house.bus.run(LeaveRoom("webchat", "room"))
    assert await carried(house, reads, message_id) is None
    await settle(house, receipt.person_id, "line", "phone")
    assert whereto(await carried(house, reads, message_id)) == ("webchat", None)


async def test_a_template_comes_as_a_key_and_is_marked(house: House, reads: RelayReadsSql) -> None:
    await house.hear("active: words", event="1")
    (card,) = [
        parcel
        for carrier in ("webchat", TRIAGE)
        for message_id in await due(house, carrier)
        if (parcel := await carried(house, reads, message_id)) is not None
    ]
    assert (card.words, card.text_key, card.automatic) == (None, "safety.card", True)


async def due(house: House, carrier: str) -> list[MessageId]:
    now = house.clock.now()
    errands, _ = await house.units.run(
        lambda unit: unit.mail.claim(now, lease_until=now, limit=9, carrier=carrier)
    )
    return [errand.message_id for errand in errands]


async def test_nothing_is_carried_to_nowhere(house: House, reads: RelayReadsSql) -> None:
    message_id = await answered(house, "line")
    await house.bus.run(LeaveRoom("line", "first"))
    assert await carried(house, reads, message_id) is None
    assert await carried(house, reads, UNKNOWN) is None


async def test_the_latest_address_that_was_not_left_is_used(
    house: House, reads: RelayReadsSql
) -> None:
    receipt = await house.hear("calm", event="1", at="first", channel="line")
    message_id = await answer(house, receipt)
    await settle(house, receipt.person_id, "line", "second")
    assert whereto(await carried(house, reads, message_id)) == ("line", "second")
    await house.bus.run(Depart("line", "second"))
    assert whereto(await carried(house, reads, message_id)) == ("line", "first")
    await house.bus.run(Depart("line", "first"))
    parcel = await carried(house, reads, message_id)
    assert parcel is not None
    assert parcel.envelope.left


async def test_the_wish_for_a_bell_travels_with_the_words(
    house: House, reads: RelayReadsSql
) -> None:
    receipt = await house.hear("calm", event="1", at="first", channel="line")
    message_id = await answer(house, receipt)
    await house.bus.run(WantBellOnly(receipt.person_id, bell_only=True))
    parcel = await carried(house, reads, message_id)
    assert parcel is not None
    assert parcel.envelope.bell_only


async def test_nothing_is_carried_or_looked_at_after_an_erasure(
    house: House, reads: RelayReadsSql
) -> None:
    message_id = await answered(house, "line")
    receipt = await with_gifts(house, "2")
    await house.bus.run(EraseRecord(receipt.person_id))
    now = house.clock.now()
    assert await carried(house, reads, message_id) is None
    assert await reads.envelope(receipt.message_id, ERRAND, now) is None
    assert await reads.bell(message_id, ERRAND, now) is None
    assert await reads.specimen(receipt.message_id) is None
    assert await reads.picture(receipt.message_id) is None
    assert await reads.read_mark(receipt.message_id) is None
    assert [each async for each in reads.known_addresses("line")] == []


async def with_gifts(house: House, event: str, *, lasts: timedelta = MINUTE) -> Receipt:
    """A message with a free answer, a 'read' mark and a picture."""
    inbound = Inbound("line", "first", event, f"calm {event}", ref=f"ref {event}")
    ticket = Ticket(f"token {event}", house.clock.now() + lasts)
    return await house.receive(
        replace(inbound, ticket=ticket, read_mark=f"mark {event}", picture=f"picture {event}")
    )


async def test_a_receipt_goes_where_the_words_came_from(house: House, reads: RelayReadsSql) -> None:
    receipt = await house.hear("calm", event="1", at="first", channel="line")
    await settle(house, receipt.person_id, "discord", "other")
    now = house.clock.now()
    envelope = await reads.envelope(receipt.message_id, ERRAND, now)
    assert envelope is not None
    assert (envelope.channel, envelope.address) == ("line", "first")
    assert (envelope.person_id, envelope.talk_id) == (receipt.person_id, receipt.talk_id)
    page = await house.hear("calm", event="2", at="page")
    assert await reads.envelope(page.message_id, ERRAND, now) is None
    assert await reads.envelope(await answer(house, receipt), ERRAND, now) is None
    await house.bus.run(Depart("line", "first"))
    envelope = await reads.envelope(receipt.message_id, ERRAND, now)
    assert envelope is not None
    assert envelope.left


async def test_the_newest_free_answer_is_offered_until_it_ends(
    house: House, reads: RelayReadsSql
) -> None:
    await with_gifts(house, "1", lasts=MINUTE)
    receipt = await with_gifts(house, "2", lasts=2 * MINUTE)

    async def free(errand_id: ErrandId) -> tuple[str, bool] | None:
        found = await reads.envelope(receipt.message_id, errand_id, house.clock.now())
        assert isinstance(found, Envelope)
        return None if found.free is None else (found.free.token, found.free.begun)

    assert await free(ERRAND) == ("token 2", False)
    assert await house.bus.run(UseTicket(ERRAND, tag_of(house, "token 2")))
    assert await free(ERRAND) == ("token 2", True)
    assert await free(OTHER) == ("token 1", False)
    assert not await house.bus.run(UseTicket(OTHER, tag_of(house, "token 2")))
    house.clock.pass_by(MINUTE)
    assert await free(OTHER) is None
    house.clock.pass_by(10 * MINUTE)
    assert await free(ERRAND) == ("token 2", True)
    house.clock.pass_by(MINUTE)
    assert await free(ERRAND) is None


def tag_of(house: House, token: str) -> Tag:
    return house.vault.tag("ticket", f"line\nanswer\n{token}")


async def test_a_read_mark_and_a_picture_are_opened(house: House, reads: RelayReadsSql) -> None:
    receipt = await with_gifts(house, "1")
    assert await reads.read_mark(receipt.message_id) == ("line", "mark 1")
    assert await reads.picture(receipt.message_id) == ("line", "picture 1")
    await house.hear("calm", event="2", at="page")
    assert await reads.picture(receipt.message_id) == ("line", "picture 1")
    assert await house.bus.run(TakeBack("line", "ref 1"))
    assert await reads.picture(receipt.message_id) is None
    assert (await reads.read_mark(UNKNOWN), await reads.picture(UNKNOWN)) == (None, None)


async def test_a_bell_rings_on_the_latest_messenger(house: House, reads: RelayReadsSql) -> None:
    receipt = await house.hear("calm", event="1")
    message_id = await answer(house, receipt)

    async def rings() -> tuple[str, str | None, bool] | None:
        found = await reads.bell(message_id, ERRAND, house.clock.now())
        return None if found is None else (found[0].channel, found[0].address, found[1])

    assert await rings() is None
    await settle(house, receipt.person_id, "line", "phone")
    await settle(house, receipt.person_id, "discord", "desk")
    assert await rings() == ("discord", "desk", False)
    await house.bus.run(Depart("discord", "desk"))
    assert await rings() == ("line", "phone", False)
    await house.bus.run(Depart("line", "phone"))
    assert await rings() is None


async def test_a_bell_does_not_ring_twice_nor_for_what_was_seen(
    house: House, reads: RelayReadsSql
) -> None:
    receipt = await house.hear("calm", event="1")
    message_id = await answer(house, receipt)
    await settle(house, receipt.person_id, "line", "phone")
    now = house.clock.now()
    await rung(house, receipt)
    assert await reads.bell(message_id, ERRAND, now) is None
    assert await reads.bell(message_id, ERRAND, now + 30 * MINUTE) is not None
    assert await reads.bell(receipt.message_id, ERRAND, now + 30 * MINUTE) is None
    for delivery in (Delivery.DELIVERED, Delivery.GONE):
        await come_to(house, message_id, delivery)
        assert await reads.bell(message_id, ERRAND, now + 30 * MINUTE) is None


async def rung(house: House, receipt: Receipt) -> None:
    async def work(unit: UnitOfWork) -> None:
        talk = await unit.talks.get(receipt.talk_id)
        assert talk is not None
        talk.bell_at = house.clock.now()
        await unit.talks.save(talk)

    await house.units.run(work)


async def come_to(house: House, message_id: MessageId, delivery: Delivery) -> None:
    async def work(unit: UnitOfWork) -> None:
        message = await unit.messages.get(message_id)
        assert message is not None
        message.delivery = delivery
        await unit.messages.save_delivery(message)

    await house.units.run(work)


async def test_a_card_always_rings(house: House, reads: RelayReadsSql) -> None:
    receipt = await house.hear("active: words", event="1")
    await settle(house, receipt.person_id, "line", "phone")
    await rung(house, receipt)
    (card,) = await due(house, "webchat")
    found = await reads.bell(card, ERRAND, house.clock.now())
    assert found is not None
    assert (found[0].address, found[1]) == ("phone", True)


async def test_a_specimen_brings_the_words_of_two_own_messages_before_it(
    house: House, reads: RelayReadsSql
) -> None:
    for number in range(4):
        await house.receive(
            Inbound("line", "room", f"{number}", f"words {number}", ref=f"{number}")
        )
    receipt = await house.hear("distress: last", event="4", channel="line")
    specimen = await reads.specimen(receipt.message_id)
    assert specimen is not None
    assert specimen.words == "distress: last"
    assert [each.text for each in specimen.before] == ["", "", "words 2", "words 3"]
    assert specimen.floor.level is Level.DISTRESS
    await house.bus.run(TakeBack("line", "2"))
    specimen = await reads.specimen(receipt.message_id)
    assert specimen is not None
    assert [each.text for each in specimen.before] == ["", "words 1", "", "words 3"]
    await house.bus.run(RecordVerdict(ERRAND, receipt.message_id, CALM))
    assert await reads.specimen(receipt.message_id) is None


async def test_a_specimen_knows_the_course_of_a_week(house: House, reads: RelayReadsSql) -> None:
    for number in range(19):
        words = "active: long ago" if number == 8 else f"calm {number}"
        await house.hear(words, event=f"{number}", channel="line")
        house.clock.pass_by(timedelta(hours=10))
    await answer(house, await house.hear("calm 19", event="19", channel="line"))
    house.clock.pass_by(timedelta(hours=10))
    receipt = await house.hear("calm last", event="last", channel="line")
    specimen = await reads.specimen(receipt.message_id)
    assert specimen is not None
    assert [each.minutes for each in specimen.before] == [60 * 10 * n for n in range(12, 0, -1)]
    assert [each.level for each in specimen.before] == [Level.ACTIVE, *[Level.NONE] * 11]
    assert [each.text for each in specimen.before] == [*[""] * 10, "calm 18", "calm 19"]
    house.clock.pass_by(timedelta(days=6, hours=12))
    receipt = await house.hear("calm again", event="again", channel="line")
    specimen = await reads.specimen(receipt.message_id)
    assert specimen is not None
    assert [each.text for each in specimen.before] == ["calm 19", "calm last"]


async def test_what_was_taken_back_counts_by_its_level(house: House, reads: RelayReadsSql) -> None:
    await house.receive(Inbound("line", "room", "1", "active: words", ref="1"))
    await house.bus.run(TakeBack("line", "1"))
    receipt = await house.hear("calm", event="2", channel="line")
    specimen = await reads.specimen(receipt.message_id)
    assert specimen is not None
    assert specimen.before == (Earlier("", Level.ACTIVE, 0),)


async def test_nobody_looks_at_what_was_taken_back(house: House, reads: RelayReadsSql) -> None:
    receipt = await with_gifts(house, "1")
    assert await reads.specimen(receipt.message_id) is not None
    await house.bus.run(TakeBack("line", "ref 1"))
    assert await reads.specimen(receipt.message_id) is None


async def test_a_channel_is_known_to_have_been_alive(house: House, reads: RelayReadsSql) -> None:
    assert await reads.alive_at("discord") is None
    await house.bus.run(NoteAlive("discord"))
    house.clock.pass_by(MINUTE)
    await house.bus.run(NoteAlive("discord"))
    assert await reads.alive_at("discord") == house.clock.now()
    assert await reads.alive_at("line") is None


@pytest.mark.parametrize("batch", [1, 2, 3, 200])
async def test_every_address_that_was_not_left_is_known(house: House, batch: int) -> None:
    reads = RelayReadsSql(house.engine, vault=house.vault, batch=batch)
    for number in range(5):
        await house.hear("calm", event=f"{number}", at=f"a{number}", channel="line")
    await house.hear("calm", event="6", at="elsewhere", channel="discord")
    await house.hear("calm", event="7", at="page")
    await house.bus.run(Depart("line", "a3"))
    found, pool = [], house.engine.pool
    assert isinstance(pool, QueuePool)
    async for address in reads.known_addresses("line"):
        found.append(address)
        assert pool.checkedout() == 0  # nobody waits for whoever walks through them
    assert sorted(found) == ["a0", "a1", "a2", "a4"]
    assert [each async for each in reads.known_addresses("webchat")] == []
