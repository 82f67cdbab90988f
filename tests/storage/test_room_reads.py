"""What a person sees of their own room, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model.commands import (
    AcknowledgeConcern,
    CloseTalk,
    Depart,
    EraseRecord,
    Join,
    Lean,
    LeaveRoom,
    ReplyToVisitor,
    ResolveConcern,
    SetPassphrase,
    TakeBack,
    TakeNext,
    WantBellOnly,
)
from bot.core.model.duty import JAPAN, parse_hours
from bot.core.model.errors import NotFound
from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound, Sender
from bot.core.model.people import Leanings, Pace, PersonState, Role, Wish
from bot.core.model.safety import Resolution
from bot.core.ports.reads import AboutMe, StandingState
from bot.storage.console_reads import ConsoleReadsSql
from bot.storage.duty_view import rounded_wait
from bot.storage.room_reads import RoomReadsSql
from tests.storage.conftest import HOUR, House

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rooms(house: House) -> RoomReadsSql:
    hours = parse_hours("thu 20:00-24:00")
    return RoomReadsSql(house.engine, vault=house.vault, hours=hours, clock=house.clock)


async def test_an_address_opens_its_room_until_it_ends(house: House, rooms: RoomReadsSql) -> None:
    assert await rooms.whose("webchat", "room") is None
    receipt = await house.hear("calm", event="1")
    visit = await rooms.whose("webchat", "room")
    assert visit is not None
    assert (visit.person_id, visit.state) == (receipt.person_id, PersonState.PRESENT)
    assert visit.expires_at == house.clock.now() + HOUR
    assert await rooms.whose("line", "room") is None
    house.clock.pass_by(HOUR)
    assert await rooms.whose("webchat", "room") is None


async def test_an_address_that_was_left_or_erased_opens_nothing(
    house: House, rooms: RoomReadsSql
) -> None:
    await house.hear("calm", event="1")
    await house.bus.run(LeaveRoom("webchat", "room"))
    assert await rooms.whose("webchat", "room") is None
    receipt = await house.hear("calm", event="2", at="other")
    await house.bus.run(EraseRecord(receipt.person_id))
    assert await rooms.whose("webchat", "other") is None


async def test_lines_come_oldest_first_and_in_pages(house: House, rooms: RoomReadsSql) -> None:
    said = [await house.hear(f"words {number}", event=str(number)) for number in range(1, 8)]
    person_id = said[0].person_id

    async def words(after: int, limit: int) -> list[str | None]:
        lines = await rooms.lines(person_id, after=after, limit=limit)
        return [line.words for line in lines]

    assert await words(0, 3) == ["words 5", "words 6", "words 7"]
    assert await words(2, 3) == ["words 3", "words 4", "words 5"]
    assert await words(7, 3) == []
    assert [line.seq for line in await rooms.lines(person_id)] == list(range(1, 8))


async def test_templates_come_as_keys_and_answers_with_a_name(
    house: House, rooms: RoomReadsSql
) -> None:
    receipt = await house.hear("active: words", event="1")
    akari = await house.hire("あかり", Role.COUNSELLOR)
    await house.bus.run(TakeNext(akari.staff_id))
    await house.bus.run(ReplyToVisitor(akari.staff_id, receipt.talk_id, "k", "here we are"))
    mine, card, answer = await rooms.lines(receipt.person_id)
    assert (mine.sender, mine.words, mine.by) == (Sender.VISITOR, "active: words", None)
    assert (card.sender, card.words, card.text_key) == (Sender.SERVICE, None, "safety.card")
    assert (answer.sender, answer.words, answer.by) == (Sender.STAFF, "here we are", "あかり")


async def test_words_that_cannot_be_opened_are_none(house: House, rooms: RoomReadsSql) -> None:
    receipt = await house.hear("calm", event="1")
    await house.units.run(lambda unit: unit.people.shred(receipt.person_id))
    lines = await rooms.lines(receipt.person_id)
    assert [(line.seq, line.words) for line in lines] == [(1, None)]


async def test_what_was_taken_back_is_told_without_words(house: House, rooms: RoomReadsSql) -> None:
    receipt = await house.receive(Inbound("line", "phone", "1", "one", ref="r"))
    await house.receive(Inbound("line", "phone", "2", "two"))
    await house.bus.run(TakeBack("line", "r"))
    lines = await rooms.lines(receipt.person_id)
    assert [(line.words, line.taken_back) for line in lines] == [(None, True), ("two", False)]


async def test_what_somebody_said_of_themselves(house: House, rooms: RoomReadsSql) -> None:
    receipt = await house.hear("calm", event="1")
    assert await rooms.about_me(receipt.person_id) == AboutMe(Leanings(), (), bell_only=False)
    await house.bus.run(Lean(receipt.person_id, wish=Wish.PEER, pace=Pace.LETTER))
    about_me = await rooms.about_me(receipt.person_id)
    assert about_me.leanings == Leanings(wish=Wish.PEER, pace=Pace.LETTER)
    await house.bus.run(EraseRecord(receipt.person_id))
    with pytest.raises(NotFound):
        await rooms.about_me(receipt.person_id)


async def test_messengers_are_named_once_and_not_when_left(
    house: House, rooms: RoomReadsSql
) -> None:
    receipt = await house.hear("calm", event="1", at="a", channel="line")
    person_id = receipt.person_id
    passphrase = house.vault.tag("passphrase", "x")
    await house.bus.run(SetPassphrase(person_id, passphrase))
    for channel, at in (("line", "b"), ("discord", "c")):
        newer = await house.hear("calm", event=at, at=at, channel=channel)
        await house.bus.run(Join(newer.person_id, passphrase))
    assert (await rooms.about_me(person_id)).messengers == ("discord", "line")
    await house.bus.run(WantBellOnly(person_id, bell_only=True, channel="line"))
    visits = [await rooms.whose("line", "b"), await rooms.whose("discord", "c")]
    assert [visit and visit.bell_only for visit in visits] == [True, False]
    assert not (await rooms.about_me(person_id)).bell_only
    await house.bus.run(Depart("discord", "c"))
    about_me = await rooms.about_me(person_id)
    assert (about_me.messengers, about_me.bell_only) == (("line",), True)


async def test_standing_follows_the_talk(house: House, rooms: RoomReadsSql) -> None:
    receipt = await house.hear("calm", event="1")
    akari = await house.hire("あかり", Role.COUNSELLOR)

    async def state() -> StandingState:
        return (await rooms.standing(receipt.person_id, house.clock.now())).state

    assert await state() is StandingState.WAITING
    await house.bus.run(TakeNext(akari.staff_id))
    assert await state() is StandingState.WITH_SOMEBODY
    await house.bus.run(ReplyToVisitor(akari.staff_id, receipt.talk_id, "k", "hello"))
    assert await state() is StandingState.ANSWERED
    await house.bus.run(CloseTalk(akari.staff_id, receipt.talk_id))
    assert await state() is StandingState.RESTING
    await house.hear("calm", event="2")
    assert await state() is StandingState.WAITING
    await house.bus.run(EraseRecord(receipt.person_id))
    assert await state() is StandingState.ERASED


async def test_a_waiting_erasure_is_told_with_its_latest_moment(
    house: House, rooms: RoomReadsSql
) -> None:
    receipt = await house.hear("imminent: words", event="1")
    await house.bus.run(EraseRecord(receipt.person_id))
    standing = await rooms.standing(receipt.person_id, house.clock.now())
    assert standing.state is StandingState.LEAVING
    assert standing.erase_due_at == house.clock.now() + 72 * HOUR
    akari = await house.hire("あかり", Role.COUNSELLOR)
    reads = ConsoleReadsSql(house.engine, vault=house.vault, mask=lambda words: (words, False))
    (alarm,) = await reads.alarms(akari)
    await house.bus.run(AcknowledgeConcern(akari.staff_id, alarm.concern_id))
    await house.bus.run(ResolveConcern(akari.staff_id, alarm.concern_id, Resolution.TALKED))
    standing = await rooms.standing(receipt.person_id, house.clock.now())
    assert (standing.state, standing.erase_due_at) == (StandingState.ERASED, None)


async def test_a_passphrase_is_told(house: House, rooms: RoomReadsSql) -> None:
    receipt = await house.hear("calm", event="1")
    assert not (await rooms.standing(receipt.person_id, house.clock.now())).has_passphrase
    await house.bus.run(SetPassphrase(receipt.person_id, house.vault.tag("passphrase", "x")))
    assert (await rooms.standing(receipt.person_id, house.clock.now())).has_passphrase


async def test_nobody_stands_nowhere(rooms: RoomReadsSql, house: House) -> None:
    nobody = PersonId("nobody".ljust(26, "-"))
    assert await rooms.lines(nobody) == []
    with pytest.raises(NotFound):
        await rooms.standing(nobody, house.clock.now())


async def test_duty_counts_those_who_were_heard_of_lately(
    house: House, rooms: RoomReadsSql
) -> None:
    await house.hear("calm", event="1")
    akari = await house.hire("あかり", Role.COUNSELLOR)
    await house.bus.run(TakeNext(akari.staff_id))
    duty = await rooms.duty(house.clock.now())
    assert (duty.on_duty, duty.wait_minutes) == (1, None)
    assert duty.next_opening is not None
    assert duty.next_opening.tzinfo is JAPAN
    house.clock.pass_by(5 * MINUTE)
    assert (await rooms.duty(house.clock.now())).on_duty == 0


async def test_the_wait_is_told_from_the_last_answers(house: House, rooms: RoomReadsSql) -> None:
    akari = await house.hire("あかり", Role.SUPERVISOR)
    for number, minutes in enumerate([2, 11, 40]):
        receipt = await house.hear("calm", event=f"{number}", at=f"room {number}")
        house.clock.pass_by(minutes * MINUTE)
        await house.bus.run(TakeNext(akari.staff_id))
        await house.bus.run(ReplyToVisitor(akari.staff_id, receipt.talk_id, "k", "hello"))
        await house.bus.run(CloseTalk(akari.staff_id, receipt.talk_id))
    assert (await rooms.duty(house.clock.now())).wait_minutes == 15
    assert (await rooms.duty(house.clock.now() + timedelta(days=8))).wait_minutes is None


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [([], None), ([60, 60], None), ([0, 0, 0], 5), ([300] * 3, 5), ([301] * 3, 10)],
)
def test_waits_are_rounded_up(seconds: list[int], minutes: int | None) -> None:
    assert rounded_wait(seconds) == minutes
