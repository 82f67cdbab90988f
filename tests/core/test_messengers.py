"""What a messenger asks of the core: once, in order, taken back, left, come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.handlers.deliver import GLANCE, LOOKING
from bot.core.model.commands import (
    Arrive,
    Carried,
    CutLink,
    Depart,
    Enter,
    EraseRecord,
    Join,
    Lean,
    NoteRead,
    NoteSeen,
    NoteTyping,
    OpenLink,
    RecordDelivery,
    RecordNotice,
    ReplyToVisitor,
    RewriteMessage,
    SetPassphrase,
    TakeBack,
    TakeNext,
    WantBellOnly,
)
from bot.core.model.errors import KeyReused, LinkSpent, RecordErased, TakenBack, UnknownPassphrase
from bot.core.model.ids import StaffId, TalkId
from bot.core.model.mail import TRIAGE, Action, PictureState
from bot.core.model.messages import Delivery, Inbound, Sender, Ticket
from bot.core.model.people import AgeBand, Leanings, Pace, Role, SpeaksAs, Wish
from bot.core.model.safety import ConcernState
from bot.core.model.talk import BELL_PAUSE, RECEIPT_PAUSE, TalkState
from bot.core.ports.store import Errand
from tests.core.conftest import HOUR, World
from triage.verdict import Level

MINUTE = timedelta(minutes=1)


async def held(world: World) -> tuple[StaffId, TalkId]:
    """Somebody at LINE, held by a supporter; nothing is due any more."""
    receipt = await world.hear_line("こんばんは", ref="m1")
    staff_id = await world.hire("あかり", Role.COUNSELLOR)
    await world.bus.run(TakeNext(staff_id))
    world.rows.errands.clear()
    return staff_id, receipt.talk_id


async def answer(world: World, staff_id: StaffId, talk_id: TalkId, key: str = "k" * 16) -> Errand:
    """An answer; its delivery."""
    await world.bus.run(ReplyToVisitor(staff_id, talk_id, key, "読んでいます"))
    return world.errands(Action.DELIVER)[-1]


# --- once --------------------------------------------------------------------------------


async def test_the_same_platform_message_by_two_events_is_stored_once(world: World) -> None:
    first = await world.hear_line("こんばんは", event_id="e1", ref="m1")
    again = await world.hear_line("こんばんは", event_id="e2", ref="m1")
    assert again == replace(first, repeated=True)
    with pytest.raises(KeyReused):
        await world.hear_line("おはよう", event_id="e3", ref="m1")


async def test_what_a_platform_took_in_is_not_refused_for_its_length(world: World) -> None:
    receipt = await world.hear_line("あ" * 3000, limit=5000)
    assert len(world.words(world.messages(receipt.talk_id)[0])) == 3000


async def test_a_messenger_address_is_sealed_and_work_is_carried_by_its_channel(
    world: World,
) -> None:
    await world.hear_line("こんばんは")
    assert world.address("line", "U1").sealed is not None
    assert world.errands(Action.ASSESS)[0].carrier == TRIAGE
    assert world.errands(Action.RECEIPT)[0].carrier == "line"


# --- receipts ----------------------------------------------------------------------------


async def test_a_receipt_comes_once_in_a_while_until_somebody_holds_the_talk(
    world: World,
) -> None:
    for _ in range(3):
        await world.hear_line("ねむれない")
    assert len(world.errands(Action.RECEIPT)) == 1
    world.clock.pass_by(RECEIPT_PAUSE)
    await world.hear_line("まだここにいます")
    assert len(world.errands(Action.RECEIPT)) == 2
    staff_id = await world.hire("あかり", Role.PEER)
    await world.bus.run(TakeNext(staff_id))
    world.clock.pass_by(RECEIPT_PAUSE)
    await world.hear_line("ありがとう")
    assert len(world.errands(Action.RECEIPT)) == 2


async def test_a_card_says_all_that_a_receipt_would(world: World) -> None:
    await world.hear_line("active: もうだめだ")
    assert world.errands(Action.RECEIPT) == []
    assert world.errands(Action.DELIVER)[0].carrier == "line"


async def test_a_browser_gets_no_receipt(world: World) -> None:
    await world.hear("こんばんは")
    assert world.errands(Action.RECEIPT) == []


# --- taken back and written anew ---------------------------------------------------------


async def test_what_is_taken_back_has_no_words_left_anywhere(world: World) -> None:
    receipt = await world.hear_line("active: 内緒", ref="m1", picture="p1")
    assert await world.bus.run(TakeBack("line", "m1"))
    message = world.messages(receipt.talk_id)[0]
    assert (message.sealed, message.taken_back, message.verdict.reasons) == (None, True, ())
    assert message.verdict.level is Level.ACTIVE
    assert world.concerns()[0].level is Level.ACTIVE
    picture = world.rows.pictures[message.id]
    assert (picture.state, picture.sealed) == (PictureState.FORGOTTEN, None)
    digests = [seen.digest for seen in world.rows.seen.values() if seen.row_id == message.id]
    assert digests == [None, None]
    assert await world.bus.run(TakeBack("line", "m1"))
    with pytest.raises(TakenBack):
        await world.hear_line("active: 内緒", ref="m1")


async def test_what_was_taken_back_before_it_arrived_is_not_taken_in(world: World) -> None:
    assert not await world.bus.run(TakeBack("line", "m1"))
    with pytest.raises(TakenBack):
        await world.hear_line("内緒", ref="m1")
    assert world.rows.messages == {}
    assert world.rows.persons == {}


async def test_a_message_written_anew_replaces_its_words_and_is_judged_anew(world: World) -> None:
    receipt = await world.hear_line("まちがい", ref="m1")
    edit = Inbound("line", "U1", "edit 1", "passive: 消えたい", ref="m1")
    new = await world.bus.run(RewriteMessage(edit))
    old, fresh = [m for m in world.messages(receipt.talk_id) if m.sender is Sender.VISITOR]
    assert (old.taken_back, world.words(fresh)) == (True, "passive: 消えたい")
    assert world.concerns()[0].level is Level.PASSIVE
    assert await world.bus.run(RewriteMessage(edit)) == replace(new, repeated=True)
    await world.bus.run(RewriteMessage(replace(edit, event_id="edit 2", words="もういちど")))
    await world.bus.run(TakeBack("line", "m1"))
    assert all(m.taken_back for m in world.messages(receipt.talk_id))


# --- leaving and coming back -------------------------------------------------------------


async def test_blocking_cancels_what_is_due_and_staff_see_it(world: World) -> None:
    staff_id, talk_id = await held(world)
    errand = await answer(world, staff_id, talk_id)
    await world.bus.run(Depart("line", "U1"))
    assert world.errands(Action.DELIVER) == []
    assert world.rows.messages[errand.message_id].delivery is Delivery.GONE
    assert world.address("line", "U1").left_at == world.clock.now()


async def test_whoever_comes_back_is_known_and_carries_on(world: World) -> None:
    receipt = await world.hear_line("こんばんは")
    await world.bus.run(Depart("line", "U1"))
    assert await world.bus.run(Arrive("line", "U1"))
    assert world.address("line", "U1").left_at is None
    await world.bus.run(Depart("line", "U1"))
    assert (await world.hear_line("ただいま")).person_id == receipt.person_id
    assert world.address("line", "U1").left_at is None


async def test_a_stranger_who_adds_the_account_leaves_no_trace(world: World) -> None:
    assert not await world.bus.run(Arrive("line", "U1"))
    await world.bus.run(Depart("line", "U1"))
    assert (world.rows.persons, world.rows.addresses) == ({}, {})


async def test_after_an_erasure_they_are_a_stranger_again(world: World) -> None:
    receipt = await world.hear_line("こんばんは")
    await world.bus.run(EraseRecord(receipt.person_id))
    assert not await world.bus.run(Arrive("line", "U1"))
    assert (await world.hear_line("はじめまして")).person_id != receipt.person_id


# --- menu --------------------------------------------------------------------------------


async def test_the_menu_makes_somebody_of_a_stranger_whose_talk_rests(world: World) -> None:
    person_id = await world.bus.run(Enter("line", "U1", "ja"))
    assert await world.bus.run(Enter("line", "U1", "ja")) == person_id
    talk = next(iter(world.rows.talks.values()))
    assert (talk.state, talk.place) == (TalkState.CLOSED, None)
    receipt = await world.hear_line("こんばんは")
    assert (receipt.person_id, world.talk(talk.id).state) == (person_id, TalkState.WAITING)


async def test_only_what_is_said_changes_and_all_can_be_unsaid(world: World) -> None:
    person_id = await world.bus.run(Enter("line", "U1", "ja"))
    await world.bus.run(Lean(person_id, speaks_as=SpeaksAs.FAMILY))
    said = await world.bus.run(Lean(person_id, wish=Wish.PEER, age_band=AgeBand.FORTIES))
    assert said == Leanings(SpeaksAs.FAMILY, AgeBand.FORTIES, Wish.PEER, Pace.LIVE)
    assert await world.bus.run(Lean(person_id, forget=True)) == Leanings()
    await world.bus.run(EraseRecord(person_id))
    with pytest.raises(RecordErased):
        await world.bus.run(Lean(person_id, pace=Pace.LETTER))


# --- bells and links ---------------------------------------------------------------------


async def test_an_answer_in_the_room_rings_once_until_they_look(world: World) -> None:
    staff_id, talk_id = await held(world)
    person_id = world.talk(talk_id).person_id
    await world.bus.run(WantBellOnly(person_id, bell_only=True))
    assert world.address("line", "U1").bell_only
    errand = await answer(world, staff_id, talk_id)
    await world.bus.run(RecordDelivery(errand.id, errand.message_id, Delivery.IN_ROOM))
    ring = world.errands(Action.RING)[0]
    assert (ring.carrier, ring.due_at) == ("line", world.clock.now() + GLANCE)
    await world.bus.run(
        RecordNotice(ring.id, ring.message_id, Delivery.DELIVERED, bell=True, carried=Carried())
    )
    talk = world.talk(talk_id)
    assert not talk.bell_due(world.clock.now() + MINUTE)
    assert talk.bell_due(world.clock.now() + BELL_PAUSE)
    world.clock.pass_by(MINUTE)
    await world.bus.run(NoteSeen(person_id, talk.last_seq))
    assert world.talk(talk_id).bell_due(world.clock.now())


async def test_whoever_writes_from_the_page_is_given_a_minute_to_look(world: World) -> None:
    receipt = await world.hear_line("こんばんは")
    tag = world.vault.tag("room-link", "token")
    await world.bus.run(CutLink(receipt.person_id, tag, world.clock.now() + HOUR))
    await world.bus.run(OpenLink(tag, "webchat", "session", world.clock.now() + HOUR))
    assert (await world.hear("ここから", address="session")).person_id == receipt.person_id
    staff_id = await world.hire("あかり", Role.PEER)
    await world.bus.run(TakeNext(staff_id))
    errand = await answer(world, staff_id, receipt.talk_id)
    assert errand.carrier == "webchat"
    await world.bus.run(RecordDelivery(errand.id, errand.message_id, Delivery.IN_ROOM))
    assert world.errands(Action.RING)[0].due_at == world.clock.now() + LOOKING


async def test_a_link_opens_once_and_not_for_ever(world: World) -> None:
    receipt = await world.hear_line("こんばんは")
    tag, later = world.vault.tag("room-link", "a"), world.clock.now() + HOUR
    await world.bus.run(CutLink(receipt.person_id, tag, later))
    await world.bus.run(OpenLink(tag, "webchat", "s", later))
    with pytest.raises(LinkSpent):
        await world.bus.run(OpenLink(tag, "webchat", "t", later))
    await world.bus.run(CutLink(receipt.person_id, tag, later))  # a bell that is tried again
    with pytest.raises(LinkSpent):
        await world.bus.run(OpenLink(tag, "webchat", "t", later))
    late = world.vault.tag("room-link", "b")
    await world.bus.run(CutLink(receipt.person_id, late, later))
    world.clock.pass_by(HOUR)
    with pytest.raises(LinkSpent):
        await world.bus.run(OpenLink(late, "webchat", "t", later + HOUR))


# --- tokens, costs, attention ------------------------------------------------------------


async def test_what_was_held_for_money_goes_when_they_write(world: World) -> None:
    staff_id, talk_id = await held(world)
    errand = await answer(world, staff_id, talk_id)
    await world.bus.run(RecordDelivery(errand.id, errand.message_id, Delivery.HELD))
    assert world.rows.errands[errand.id].due_at > world.clock.now()
    assert world.rows.messages[errand.message_id].delivery is Delivery.HELD
    world.clock.pass_by(MINUTE)
    ticket = Ticket("reply token", world.clock.now() + MINUTE)
    await world.hear_line("まだいます", ticket=ticket)
    assert world.rows.errands[errand.id].due_at <= world.clock.now()


async def test_what_a_sending_cost_is_counted_by_month_of_japan(world: World) -> None:
    staff_id, talk_id = await held(world)
    for number, carried in enumerate((Carried("line", free=1), Carried("line", paid=2))):
        errand = await answer(world, staff_id, talk_id, f"key {number}".ljust(16, "-"))
        await world.bus.run(
            RecordDelivery(errand.id, errand.message_id, Delivery.DELIVERED, carried)
        )
    assert world.rows.sendings["line", "2026-11"] == (1, 2)


async def test_read_is_said_only_for_the_holder_and_only_forward(world: World) -> None:
    staff_id, talk_id = await held(world)
    other = await world.hire("すみれ", Role.SUPERVISOR)
    run, talk = world.bus.run, world.talk(talk_id)
    await run(NoteRead(other, talk.id, 1))
    assert world.errands(Action.MARK_READ) == []
    await run(NoteRead(staff_id, talk.id, 99))
    await run(NoteRead(staff_id, talk.id, 1))
    assert len(world.errands(Action.MARK_READ)) == 1
    assert world.talk(talk_id).read_upto == world.talk(talk_id).last_seq


async def test_writing_is_shown_only_for_the_holder(world: World) -> None:
    staff_id, talk_id = await held(world)
    other = await world.hire("すみれ", Role.SUPERVISOR)
    talk = world.talk(talk_id)
    await world.bus.run(NoteTyping(other, talk.id))
    assert world.errands(Action.SHOW_TYPING) == []
    await world.bus.run(NoteTyping(staff_id, talk.id))
    assert world.errands(Action.SHOW_TYPING)[0].carrier == "line"


# --- joining -----------------------------------------------------------------------------


async def test_joining_brings_everything_into_the_older_room(world: World) -> None:
    old = await world.hear("まえの話")
    verifier = world.vault.tag("phrase", "あさがお")
    await world.bus.run(SetPassphrase(old.person_id, verifier))
    new = await world.hear_line("passive: ここから", ref="m1", event_id="e1")
    assert await world.bus.run(Join(new.person_id, verifier)) == old.person_id
    said = [m for m in world.messages(old.talk_id) if m.sender is Sender.VISITOR]
    assert [world.words(m) for m in said] == ["まえの話", "passive: ここから"]
    assert world.concerns()[0].talk_id == old.talk_id
    assert world.talk(old.talk_id).danger is Level.PASSIVE
    assert world.talk(new.talk_id).state is TalkState.ERASED
    assert new.person_id not in world.rows.keys
    again = await world.hear_line("passive: ここから", ref="m1", event_id="e1")
    assert (again.person_id, again.repeated) == (old.person_id, True)
    assert (await world.hear_line("つづき")).talk_id == old.talk_id


async def test_two_flags_become_one_and_no_human_is_passed_over(world: World) -> None:
    old = await world.hear("passive: まえ")
    verifier = world.vault.tag("phrase", "あさがお")
    await world.bus.run(SetPassphrase(old.person_id, verifier))
    new = await world.hear_line("imminent: いま")
    await world.bus.run(Join(new.person_id, verifier))
    open_ = [c for c in world.concerns() if c.state is not ConcernState.RESOLVED]
    assert [(c.talk_id, c.level) for c in open_] == [(old.talk_id, Level.IMMINENT)]


async def test_whoever_held_the_newer_room_comes_along(world: World) -> None:
    staff_id, talk_id = await held(world)
    await answer(world, staff_id, talk_id)
    old = await world.hear("まえの話")
    verifier = world.vault.tag("phrase", "あさがお")
    await world.bus.run(SetPassphrase(old.person_id, verifier))
    await world.bus.run(Join(world.talk(talk_id).person_id, verifier))
    assert world.talk(old.talk_id).holder == staff_id
    assert len(world.errands(Action.DELIVER)) == 1


async def test_a_wrong_passphrase_joins_nothing(world: World) -> None:
    new = await world.hear_line("ここから")
    with pytest.raises(UnknownPassphrase):
        await world.bus.run(Join(new.person_id, world.vault.tag("phrase", "ちがう")))
    assert world.person(new.person_id).handle is not None
