"""Who is with whom, and what they write to each other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model.commands import (
    CloseTalk,
    GoOffDuty,
    GoOnDuty,
    HandBack,
    NoteSeen,
    RecordDelivery,
    RecordVerdict,
    ReplyToVisitor,
    StayOnDuty,
    TakeNext,
    WriteNote,
)
from bot.core.model.errors import (
    ConcernOpen,
    HandsFull,
    KeyReused,
    NotAllowed,
    NotAssigned,
    NotFound,
    NothingWaiting,
)
from bot.core.model.ids import ErrandId, StaffId, TalkId
from bot.core.model.messages import Delivery
from bot.core.model.people import Role
from bot.core.model.talk import TalkState
from tests.core.conftest import World
from triage.verdict import Level, Reason, Verdict


@pytest.fixture
async def peer(world: World) -> StaffId:
    return await world.hire("ひなた", Role.PEER)


async def test_danger_first_then_first_timers_then_waiting_time(
    world: World, peer: StaffId
) -> None:
    supervisor = await world.hire("あかり", Role.SUPERVISOR)
    known = await world.hear("calm", address="known")
    await world.bus.run(TakeNext(supervisor))
    await world.bus.run(ReplyToVisitor(supervisor, known.talk_id, "k", "こんばんは"))
    await world.bus.run(CloseTalk(supervisor, known.talk_id))
    await world.hear("calm: again", address="known")
    world.clock.pass_by(timedelta(minutes=5))
    new = await world.hear("calm", address="new")
    passive = await world.hear("passive", address="passive")
    imminent = await world.hear("imminent", address="imminent")
    taken = []
    for _ in range(4):
        taken.append(await world.bus.run(TakeNext(peer)))
        await _let_go(world, peer, taken)
    expected = [imminent.talk_id, passive.talk_id, new.talk_id, known.talk_id]
    assert taken == expected


async def _let_go(world: World, staff_id: StaffId, taken: list[TalkId]) -> None:
    """Free the hands of a peer without putting the talk back into the queue."""
    talk = world.rows.talks[taken[-1]]
    talk.holder = StaffId("somebody else".ljust(26))


async def test_whoever_waits_long_enough_is_next(world: World, peer: StaffId) -> None:
    quiet = await world.hear("calm", address="quiet")
    world.clock.pass_by(timedelta(minutes=11))
    await world.hear("distress", address="later")
    assert await world.bus.run(TakeNext(peer)) == quiet.talk_id


async def test_nobody_waits(world: World, peer: StaffId) -> None:
    with pytest.raises(NothingWaiting):
        await world.bus.run(TakeNext(peer))


async def test_a_peer_holds_one_talk(world: World, peer: StaffId) -> None:
    await world.hear("1", address="a")
    await world.hear("2", address="b")
    await world.bus.run(TakeNext(peer))
    with pytest.raises(HandsFull):
        await world.bus.run(TakeNext(peer))


async def test_an_administrator_alone_takes_nobody(world: World) -> None:
    admin = await world.hire("運営", Role.ADMIN)
    await world.hear("こんばんは")
    with pytest.raises(NotAllowed):
        await world.bus.run(TakeNext(admin))


async def test_whoever_takes_a_talk_is_on_duty(world: World, peer: StaffId) -> None:
    await world.hear("こんばんは")
    await world.bus.run(TakeNext(peer))
    assert peer in world.rows.duty
    await world.bus.run(GoOffDuty(peer))
    await world.bus.run(StayOnDuty(peer))
    assert peer not in world.rows.duty
    await world.bus.run(GoOnDuty(peer))
    assert peer in world.rows.duty


async def test_an_answer_goes_out_once_whatever_is_repeated(world: World, peer: StaffId) -> None:
    receipt = await world.hear("こんばんは")
    await world.bus.run(TakeNext(peer))
    world.clock.pass_by(timedelta(minutes=4))
    first = await world.bus.run(ReplyToVisitor(peer, receipt.talk_id, "k", "はい"))
    assert await world.bus.run(ReplyToVisitor(peer, receipt.talk_id, "k", "はい")) == first
    with pytest.raises(KeyReused):
        await world.bus.run(ReplyToVisitor(peer, receipt.talk_id, "k", "いいえ"))
    talk = world.talk(receipt.talk_id)
    assert (talk.first_wait_s, talk.waiting_since) == (240, None)
    assert [world.words(m) for m in world.messages(talk.id)] == ["こんばんは", "はい"]


async def test_only_the_holder_answers(world: World, peer: StaffId) -> None:
    other = await world.hire("こだま", Role.COUNSELLOR)
    receipt = await world.hear("こんばんは")
    for staff_id in (peer, other):
        with pytest.raises(NotAssigned):
            await world.bus.run(ReplyToVisitor(staff_id, receipt.talk_id, "k", "はい"))
    await world.bus.run(TakeNext(peer))
    with pytest.raises(NotAssigned):
        await world.bus.run(ReplyToVisitor(other, receipt.talk_id, "k", "はい"))
    assert len(world.rows.messages) == 1


async def test_handing_back_keeps_the_waiting_time(world: World, peer: StaffId) -> None:
    receipt = await world.hear("こんばんは")
    began = world.clock.now()
    await world.bus.run(TakeNext(peer))
    world.clock.pass_by(timedelta(minutes=3))
    await world.bus.run(HandBack(peer, receipt.talk_id))
    talk = world.talk(receipt.talk_id)
    assert (talk.state, talk.holder, talk.waiting_since) == (TalkState.WAITING, None, began)


async def test_a_flagged_talk_cannot_be_closed(world: World, peer: StaffId) -> None:
    receipt = await world.hear("passive")
    await world.bus.run(TakeNext(peer))
    with pytest.raises(ConcernOpen):
        await world.bus.run(CloseTalk(peer, receipt.talk_id))


async def test_writing_again_opens_a_resting_talk(world: World, peer: StaffId) -> None:
    receipt = await world.hear("こんばんは")
    await world.bus.run(TakeNext(peer))
    await world.bus.run(CloseTalk(peer, receipt.talk_id))
    assert world.talk(receipt.talk_id).state is TalkState.CLOSED
    again = await world.hear("また来ました")
    assert again.talk_id == receipt.talk_id
    assert world.talk(receipt.talk_id).state is TalkState.WAITING


async def test_a_late_verdict_wakes_a_resting_talk_only_for_danger(
    world: World, peer: StaffId
) -> None:
    receipt = await world.hear("こんばんは")
    await world.bus.run(TakeNext(peer))
    await world.bus.run(CloseTalk(peer, receipt.talk_id))
    other = await world.hear("calm", address="b")
    await world.bus.run(TakeNext(peer))
    await world.bus.run(CloseTalk(peer, other.talk_id))
    errand = ErrandId("1")
    await world.bus.run(RecordVerdict(errand, other.message_id, Verdict(Level.UNDECIDED)))
    await world.bus.run(RecordVerdict(errand, receipt.message_id, Verdict(Level.ACTIVE)))
    assert world.talk(other.talk_id).state is TalkState.CLOSED
    assert world.talk(receipt.talk_id).state is TalkState.WAITING
    assert len(world.concerns()) == 1


async def test_a_verdict_is_recorded_once_and_never_lowers(world: World) -> None:
    receipt = await world.hear("active")
    message = world.rows.messages[receipt.message_id]
    await world.bus.run(RecordVerdict(ErrandId("1"), message.id, Verdict(Level.NONE)))
    await world.bus.run(RecordVerdict(ErrandId("1"), message.id, Verdict(Level.IMMINENT)))
    kept = world.rows.messages[receipt.message_id]
    assert (kept.verdict.level, kept.assessed) == (Level.ACTIVE, True)


async def test_a_reason_that_both_speeds_give_is_kept_once(world: World) -> None:
    receipt = await world.hear("active")
    message = world.rows.messages[receipt.message_id]
    first, second = (
        Reason("a.b", Level.ACTIVE, 0, 6),
        Reason("linear", Level.ACTIVE, 0, 6, "linear"),
    )
    message.verdict = Verdict(Level.ACTIVE, reasons=(first,))
    joined = Verdict(Level.ACTIVE, reasons=(first, second))
    await world.bus.run(RecordVerdict(ErrandId("1"), message.id, joined))
    assert world.rows.messages[message.id].verdict.reasons == (first, second)


async def test_delivery_is_never_taken_back(world: World, peer: StaffId) -> None:
    receipt = await world.hear("こんばんは")
    await world.bus.run(TakeNext(peer))
    answer = await world.bus.run(ReplyToVisitor(peer, receipt.talk_id, "k", "はい"))
    await world.bus.run(RecordDelivery(ErrandId("1"), answer, Delivery.IN_ROOM))
    assert await world.bus.run(NoteSeen(receipt.person_id, 1)) == 0
    assert await world.bus.run(NoteSeen(receipt.person_id, 2)) == 1
    assert await world.bus.run(NoteSeen(receipt.person_id, 2)) == 0
    await world.bus.run(RecordDelivery(ErrandId("1"), answer, Delivery.IN_ROOM))
    assert world.rows.messages[answer].delivery is Delivery.DELIVERED


async def test_notes_are_for_those_who_see_the_talk(world: World, peer: StaffId) -> None:
    receipt = await world.hear("こんばんは")
    with pytest.raises(NotFound):
        await world.bus.run(WriteNote(peer, receipt.talk_id, "n", "静かな人"))
    await world.bus.run(TakeNext(peer))
    first = await world.bus.run(WriteNote(peer, receipt.talk_id, "n", "静かな人"))
    assert await world.bus.run(WriteNote(peer, receipt.talk_id, "n", "静かな人")) == first
    assert len(world.rows.notes) == 1
