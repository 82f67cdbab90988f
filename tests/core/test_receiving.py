"""Somebody wrote: stored once, judged at once, and what that obliges is done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model.commands import EraseRecord, LeaveRoom, ReceiveMessage
from bot.core.model.errors import EmptyText, KeyReused, RecordErased, TextTooLong
from bot.core.model.messages import Inbound, Sender
from bot.core.model.safety import ConcernState
from bot.core.model.talk import TalkState
from bot.core.ports.store import Action
from tests.core.conftest import HOUR, World
from triage.verdict import Level


async def test_the_first_message_makes_a_person_a_talk_and_an_errand(world: World) -> None:
    receipt = await world.hear("こんばんは")
    talk = world.talk(receipt.talk_id)
    assert (receipt.seq, receipt.repeated) == (1, False)
    assert (talk.state, talk.waiting_since) == (TalkState.WAITING, world.clock.now())
    assert world.person(receipt.person_id).handle == "しずかなツグミ"
    assert [world.words(m) for m in world.messages(talk.id)] == ["こんばんは"]
    assert [e.action for e in world.rows.errands.values()] == [Action.ASSESS]
    assert world.woken == 1
    assert set(world.live.rung) == {
        "console", f"room:{receipt.person_id}", f"talk:{receipt.talk_id}",
    }  # fmt: skip


async def test_the_same_event_twice_is_stored_once(world: World) -> None:
    first = await world.hear("こんばんは", event_id="once")
    again = await world.hear("こんばんは", event_id="once")
    assert again == replace(first, repeated=True)
    assert len(world.rows.messages) == 1


async def test_the_same_event_with_other_words_is_refused(world: World) -> None:
    await world.hear("こんばんは", event_id="once")
    with pytest.raises(KeyReused):
        await world.hear("おはよう", event_id="once")
    assert len(world.rows.messages) == 1


async def test_two_people_may_use_the_same_event_id(world: World) -> None:
    first = await world.hear("こんばんは", address="a", event_id="one")
    other = await world.hear("おはよう", address="b", event_id="one")
    assert first.person_id != other.person_id


@pytest.mark.parametrize(("words", "error"), [(" \u200b ", EmptyText), ("あ" * 101, TextTooLong)])
async def test_unusable_words_change_nothing(
    world: World, words: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await world.hear(words)
    assert world.rows.persons == {}
    assert world.live.rung == []


async def test_handles_are_never_shared(world: World) -> None:
    people = [(await world.hear("はい", address=f"room {n}")).person_id for n in range(4)]
    handles = [world.person(person_id).handle for person_id in people]
    assert len(set(handles)) == len(handles)


async def test_messages_are_numbered_without_gaps(world: World) -> None:
    receipts = [await world.hear(f"{n}") for n in range(5)]
    assert [receipt.seq for receipt in receipts] == [1, 2, 3, 4, 5]


async def test_an_expired_session_never_reaches_the_old_talk(world: World) -> None:
    first = await world.hear("こんばんは")
    world.clock.pass_by(13 * HOUR)
    later = await world.hear("まだいます")
    assert later.person_id != first.person_id


async def test_a_session_lasts_from_the_latest_message(world: World) -> None:
    week = timedelta(days=7)
    inbound = Inbound("webchat", "room", "1", "こんばんは")
    first = await world.bus.run(ReceiveMessage(inbound, world.clock.now() + week))
    world.clock.pass_by(timedelta(days=6))
    inbound = Inbound("webchat", "room", "2", "まだいます")
    await world.bus.run(ReceiveMessage(inbound, world.clock.now() + week))
    world.clock.pass_by(timedelta(days=6))
    inbound = Inbound("webchat", "room", "3", "まだいます")
    later = await world.bus.run(ReceiveMessage(inbound, world.clock.now() + week))
    assert later.person_id == first.person_id


async def test_a_session_that_was_left_never_reaches_the_old_talk(world: World) -> None:
    first = await world.hear("こんばんは")
    await world.bus.run(LeaveRoom("webchat", "room"))
    await world.bus.run(LeaveRoom("webchat", "room"))
    assert (await world.hear("ただいま")).person_id != first.person_id


async def test_a_browser_session_is_never_sealed_and_a_messenger_address_is(world: World) -> None:
    await world.hear("こんばんは")
    await world.bus.run(ReceiveMessage(Inbound("line", "U123", "1", "こんばんは")))
    sealed = {a.channel: a.sealed is not None for a in world.rows.addresses.values()}
    assert sealed == {"webchat": False, "line": True}


@pytest.mark.parametrize(
    ("words", "flagged", "card"),
    [("calm", 0, 0), ("distress", 0, 0), ("passive", 1, 0), ("active", 1, 1), ("imminent", 1, 1)],
)
async def test_a_flag_is_raised_with_the_message(
    world: World, words: str, flagged: int, card: int
) -> None:
    receipt = await world.hear(words)
    assert len(world.concerns()) == flagged
    templates = [m for m in world.messages(receipt.talk_id) if m.sender is Sender.SERVICE]
    assert [m.text_key for m in templates] == ["safety.card"] * card
    delivered = [e for e in world.rows.errands.values() if e.action is Action.DELIVER]
    assert len(delivered) == card


async def test_the_card_comes_once_an_hour_at_most(world: World) -> None:
    receipt = await world.hear("active: 1")
    world.clock.pass_by(timedelta(minutes=59))
    await world.hear("active: 2")
    cards = [m for m in world.messages(receipt.talk_id) if m.text_key]
    assert len(cards) == 1
    world.clock.pass_by(timedelta(minutes=1))
    await world.hear("active: 3")
    assert len([m for m in world.messages(receipt.talk_id) if m.text_key]) == 2


async def test_one_open_concern_grows_and_pages_again_when_it_is_worse(world: World) -> None:
    receipt = await world.hear("passive")
    await world.hear("passive: again")
    (concern,) = world.concerns()
    assert concern.level is Level.PASSIVE
    await world.hear("imminent")
    (concern,) = world.concerns()
    assert (concern.level, concern.state) == (Level.IMMINENT, ConcernState.RAISED)
    assert world.talk(receipt.talk_id).danger is Level.IMMINENT


async def test_a_denial_never_lowers_the_danger(world: World) -> None:
    receipt = await world.hear("active")
    await world.hear("calm: もう大丈夫です")
    assert world.talk(receipt.talk_id).danger is Level.ACTIVE
    assert len(world.concerns()) == 1


async def test_a_replay_after_an_erasure_brings_nobody_back(world: World) -> None:
    receipt = await world.hear("こんばんは", event_id="once")
    await world.bus.run(EraseRecord(receipt.person_id))
    with pytest.raises(RecordErased):
        await world.hear("こんばんは", event_id="once")
    assert len(world.rows.persons) == 1
