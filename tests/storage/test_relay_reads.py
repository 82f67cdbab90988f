"""What the relay opens, on both databases."""

from __future__ import annotations

import pytest

from bot.core.model.commands import EraseRecord, LeaveRoom, RecordVerdict, ReplyToVisitor, TakeNext
from bot.core.model.ids import ErrandId, MessageId
from bot.core.model.people import Role
from bot.core.ports.reads import Parcel
from bot.storage.relay_reads import RelayReadsSql
from tests.storage.conftest import House
from triage.verdict import CALM, Level


@pytest.fixture
def reads(house: House) -> RelayReadsSql:
    return RelayReadsSql(
        house.engine, vault=house.vault, say=lambda key, locale: f"{key} in {locale}"
    )


async def answered(house: House, channel: str) -> MessageId:
    """Somebody wrote from two addresses of a channel, and was answered."""
    receipt = await house.hear("calm", event="1", at="first", channel=channel)
    akari = await house.hire("あかり", Role.PEER)
    await house.bus.run(TakeNext(akari.staff_id))
    return await house.bus.run(ReplyToVisitor(akari.staff_id, receipt.talk_id, "k", "hello"))


async def test_a_messenger_gets_words_and_address(house: House, reads: RelayReadsSql) -> None:
    parcel = await reads.parcel(await answered(house, "line"))
    assert parcel is not None
    assert (parcel.channel, parcel.address) == ("line", "first")
    assert (parcel.outbound.words, parcel.outbound.automatic) == ("hello", False)


async def test_a_browser_has_no_address(house: House, reads: RelayReadsSql) -> None:
    parcel = await reads.parcel(await answered(house, "webchat"))
    assert parcel is not None
    assert (parcel.channel, parcel.address) == ("webchat", None)


async def test_a_template_is_said_and_marked(house: House, reads: RelayReadsSql) -> None:
    await house.hear("active: words", event="1")
    now = house.clock.now()
    errands, _ = await house.units.run(lambda unit: unit.mail.claim(now, lease_until=now, limit=9))
    parcels = [await reads.parcel(errand.message_id) for errand in errands]
    (card,) = [parcel for parcel in parcels if isinstance(parcel, Parcel)]
    assert (card.outbound.words, card.outbound.automatic) == ("safety.card in ja", True)


async def test_nothing_is_carried_to_nowhere(house: House, reads: RelayReadsSql) -> None:
    message_id = await answered(house, "line")
    await house.bus.run(LeaveRoom("line", "first"))
    assert await reads.parcel(message_id) is None
    assert await reads.parcel(MessageId("unknown".ljust(26, "-"))) is None


async def test_nothing_is_carried_or_looked_at_after_an_erasure(
    house: House, reads: RelayReadsSql
) -> None:
    message_id = await answered(house, "line")
    receipt = await house.hear("calm", event="2", at="first", channel="line")
    await house.bus.run(EraseRecord(receipt.person_id))
    assert await reads.parcel(message_id) is None
    assert await reads.specimen(receipt.message_id) is None


async def test_a_specimen_has_two_own_messages_before_it(
    house: House, reads: RelayReadsSql
) -> None:
    for number in range(4):
        await house.hear(f"words {number}", event=f"{number}")
    receipt = await house.hear("distress: last", event="4")
    specimen = await reads.specimen(receipt.message_id)
    assert specimen is not None
    assert (specimen.words, specimen.before) == ("distress: last", ("words 2", "words 3"))
    assert specimen.floor.level is Level.DISTRESS
    errand_id = ErrandId("none".ljust(26, "-"))
    await house.bus.run(RecordVerdict(errand_id, receipt.message_id, CALM))
    assert await reads.specimen(receipt.message_id) is None
