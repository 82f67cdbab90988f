"""Answers on their way out: whatever goes wrong, each arrives once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from bot.core.model.messages import Form
from bot.core.ports.channel import Condition, Meter, Outcome, PictureAway, Sent
from channels.line.channel import LineChannel
from tests.fakes.door import FakeHouse, handed_by
from tests.fakes.line import webhook
from tests.fakes.line.faults import Chance, Fault, Script
from tests.fakes.line.platform import FakeLine
from tests.line.conftest import MakeStage
from tests.line.stage import USER, Stage, out, own_settings, say, until

REPLY: Final = "/v2/bot/message/reply"
PUSH: Final = "/v2/bot/message/push"
FREE: Final = Sent(Outcome.DELIVERED, free=1, pass_spent=True)
PAID: Final = Sent(Outcome.DELIVERED, paid=1)


async def test_an_answer_in_time_is_free_and_the_next_is_pushed(stage: Stage) -> None:
    await stage.tell(webhook.text("こんばんは"))
    assert await stage.send("います", free=stage.a_pass()) == FREE
    assert await stage.send("まだいます", "other") == PAID
    assert (stage.texts, stage.asked) == (["います", "まだいます"], [REPLY, PUSH])
    assert stage.line.used == 1


async def test_a_pass_that_is_too_old_or_used_costs_a_push(stage: Stage) -> None:
    await stage.tell(webhook.text("a", number=1), webhook.text("b", number=2))
    await stage.send("一", "k1", free=stage.a_pass(1))
    pushed = replace(PAID, pass_spent=True)
    assert await stage.send("二", "k2", free=stage.a_pass(1)) == pushed
    stage.house.now_at += timedelta(seconds=70)
    assert await stage.send("三", "k3", free=stage.a_pass(2)) == pushed
    assert stage.texts == ["一", "二", "三"]


async def test_a_begun_pass_that_is_refused_in_time_was_used(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    await stage.send("一", free=stage.a_pass())  # and the house fell before it noted this
    assert await stage.send("一", free=stage.a_pass(begun=True)) == FREE
    assert stage.texts == ["一"]


async def test_a_begun_pass_that_was_never_used_is_used_now(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    assert await stage.send("一", free=stage.a_pass(begun=True)) == FREE
    assert stage.texts == ["一"]


async def test_a_begun_pass_that_is_too_old_tells_nothing(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    stage.house.now_at += timedelta(seconds=70)
    sent = await stage.send("一", free=stage.a_pass(begun=True))
    assert sent == replace(PAID, pass_spent=True)
    assert stage.texts == ["一"]


async def test_a_lost_answer_to_a_reply_doubles_nothing(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    stage.line.faults = Script("lost")
    assert (await stage.send("一", free=stage.a_pass())) == Sent(Outcome.LATER)
    assert await stage.send("一", free=stage.a_pass(begun=True)) == FREE
    assert stage.texts == ["一"]


@pytest.mark.parametrize("fault", ["lost", "error", "cut", "rate"])
async def test_a_fault_of_a_push_doubles_and_loses_nothing(stage: Stage, fault: Fault) -> None:
    stage.line.faults = Script(fault)
    assert await stage.outcome("一") is Outcome.LATER
    assert await stage.send("一") == PAID
    assert stage.texts == ["一"]
    assert stage.channel.health().why != "network"


async def test_what_line_knows_already_is_delivered(stage: Stage) -> None:
    assert [await stage.send("一"), await stage.send("一")] == [PAID, PAID]
    assert (stage.texts, stage.line.used) == (["一"], 1)


async def test_rate_and_network_troubles_of_a_reply_keep_the_pass(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    stage.line.faults = Script("rate", "error", "cut")
    for begun in (False, True, True):
        sent = await stage.send("一", free=stage.a_pass(begun=begun))
        assert (sent.outcome, sent.pass_spent) == (Outcome.LATER, False)
    assert await stage.send("一", free=stage.a_pass(begun=True)) == FREE
    assert stage.texts == ["一"]


async def test_too_fast_shows_and_passes(stage: Stage) -> None:
    stage.line.faults = Script("rate")
    assert await stage.outcome("一") is Outcome.LATER
    assert (stage.channel.health().condition, stage.channel.health().why) == (
        Condition.SLOWED,
        "rate",
    )
    stage.house.now_at += timedelta(minutes=1)
    assert stage.channel.health().condition is Condition.OK


async def test_a_month_that_is_used_up_holds_pushes_alone(make_stage: MakeStage) -> None:
    stage = await make_stage(start=True)
    stage.line.quota = 1
    await until(lambda: stage.channel.health().meter is not None)
    await stage.tell(webhook.text("a"))
    assert await stage.outcome("一", "k1") is Outcome.DELIVERED
    assert await stage.send("二", "k2") == Sent(Outcome.HELD)
    assert await stage.send("三", "k3", free=stage.a_pass()) == FREE
    assert stage.texts == ["一", "三"]
    stage.line.quota = 5
    assert await stage.outcome("二", "k2") is Outcome.DELIVERED


async def test_health_shows_that_the_month_is_used_up(make_stage: MakeStage) -> None:
    stage = await make_stage()
    stage.line.quota = stage.line.used = 3
    await stage.channel.start()
    await until(lambda: stage.channel.health().meter is not None)
    health = stage.channel.health()
    assert (health.condition, health.why, health.meter) == (
        Condition.SLOWED,
        "quota",
        Meter(3, 3),
    )


async def test_a_bad_token_waits_for_the_operator_and_heals(stage: Stage) -> None:
    await stage.channel.start()
    await until(lambda: stage.channel.health().condition is Condition.OK)
    stage.line.revoke()
    assert await stage.outcome("一") is Outcome.LATER
    health = stage.channel.health()
    assert (health.condition, health.why) == (Condition.TROUBLE, "token")
    asked = stage.asked.count(PUSH)
    sent = await stage.send("一")
    assert (sent.outcome, stage.asked.count(PUSH)) == (Outcome.LATER, asked)
    assert sent.wait_s is not None
    await stage.channel.show_typing(USER)
    await stage.channel.mark_read("read1")
    assert (stage.line.loading, stage.line.read) == ([], [])
    stage.line.grant()
    await until(lambda: stage.channel.health().condition is Condition.OK)
    assert await stage.send("一") == PAID
    assert stage.texts == ["一"]


async def test_a_token_that_is_bad_from_the_start_heals(stage: Stage) -> None:
    stage.line.revoke()
    await stage.channel.start()
    await until(lambda: stage.channel.health().why == "token")
    assert await stage.tell(webhook.text("a")) == 200  # whatever comes in is stored all the same
    stage.line.grant()
    await until(lambda: stage.channel.health().meter is not None)
    assert stage.channel.health().condition is Condition.OK


async def test_a_person_who_blocked_the_account_hears_nothing(stage: Stage) -> None:
    stage.line.block(USER)
    assert await stage.send("一") == PAID  # LINE tells of a block by an event alone
    assert (stage.texts, len(stage.line.to_blocked)) == ([], 1)


async def test_long_words_come_whole_in_order_and_once(stage: Stage) -> None:
    words = "".join(f"{number}番目の、とても長い文です。" for number in range(4_000))
    await stage.tell(webhook.text("a"))
    stage.line.faults = Script(None, "error", None, "lost")
    outcomes: list[Outcome] = []
    while Outcome.DELIVERED not in outcomes:
        free = stage.a_pass(begun=bool(outcomes))
        outcomes.append((await stage.send(words, free=free)).outcome)
        stage.house.now_at += timedelta(seconds=70)  # and no pass tells anything any more
    assert outcomes == [Outcome.LATER, Outcome.LATER, Outcome.DELIVERED]
    assert "".join(stage.texts) == words
    assert len(stage.texts) > 5
    assert stage.texts[0].endswith("。")


async def test_chance_loses_and_doubles_nothing(stage: Stage) -> None:
    chance = Chance(0.4, seed=7)
    stage.line.faults = chance
    for number in range(1, 41):
        await stage.tell(webhook.text(str(number), number=number))
        begun, outcome = False, Outcome.LATER
        while outcome is Outcome.LATER:
            free = stage.a_pass(number, begun=begun) if number % 2 else None
            outcome = (await stage.send(f"{number}へ", f"k{number}", free=free)).outcome
            begun = True
        assert outcome is Outcome.DELIVERED
    assert stage.texts == [f"{number}へ" for number in range(1, 41)]
    assert set(chance.counts) == {"rate", "error", "cut", "lost"}


async def test_what_can_never_work_is_rejected(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    channel = stage.channel
    rejected = Sent(Outcome.REJECTED)
    assert await channel.send(None, out("一"), key="k1") == rejected
    assert await channel.send(USER, out(" \n"), key="k2", free=stage.a_pass()) == rejected
    assert stage.asked == []


async def test_a_bell_has_neutral_words_and_one_button(make_stage: MakeStage) -> None:
    stage = await make_stage(mode="room")
    words = say("messenger.bell.words", link="https://room.example/r/x")
    await stage.channel.send(USER, out(words, Form.BELL), key="k1")
    (message,) = stage.line.received(USER)
    assert (message["type"], message["text"]) == ("text", words)
    (item,) = message["quickReply"]["items"]
    action = {"type": "postback", "label": say("messenger.bell.open"), "data": "room"}
    assert item["action"] == action
    assert set(message) == {"type", "text", "quickReply"}


async def test_what_a_machine_says_is_marked_and_what_a_human_says_is_not(stage: Stage) -> None:
    await stage.channel.send(USER, out("届きました", Form.NOTICE, automatic=True), key="k1")
    await stage.channel.send(USER, out("読みました"), key="k2")
    assert stage.texts == [f"{say('messenger.automatic')}\n届きました", "読みました"]
    assert all("quickReply" not in message for message in stage.line.received(USER))


async def test_typing_and_read_are_shown(stage: Stage) -> None:
    await stage.channel.show_typing(USER)
    await stage.channel.mark_read("read1")
    assert (stage.line.loading, stage.line.read) == ([USER], ["read1"])


async def test_a_picture_is_fetched_whole_or_not_at_all(stage: Stage) -> None:
    stage.line.keep_file("400001", b"\xff\xd8\xff" * 100)
    stage.line.keep_file("400002", b"")
    fetch = stage.channel.fetch
    assert await fetch("400001", most=300) == b"\xff\xd8\xff" * 100
    assert await fetch("400001", most=299) is None
    assert [await fetch(name, most=9) for name in ("400002", "400009")] == [None, None]
    stage.line.revoke()
    with pytest.raises(PictureAway):
        await fetch("400001", most=300)
    stage.line.grant()
    await stage.line.stop()
    with pytest.raises(PictureAway):
        await fetch("400001", most=300)


async def test_without_a_network_all_waits_and_says_so(stage: Stage) -> None:
    await stage.tell(webhook.text("a"))
    await stage.line.stop()
    began = time.monotonic()
    assert await stage.outcome("一") is Outcome.LATER
    assert await stage.send("一", free=stage.a_pass()) == Sent(Outcome.LATER)
    assert stage.channel.health().why != "network"  # it may have been a hiccup
    assert await stage.outcome("一") is Outcome.LATER
    assert (stage.channel.health().condition, stage.channel.health().why) == (
        Condition.TROUBLE,
        "network",
    )
    assert time.monotonic() - began < 10
    await stage.channel.show_typing(USER)
    await stage.channel.mark_read("read1")


async def test_it_stops_while_line_says_nothing(stage: Stage) -> None:
    stage.line.faults = Script("hang")
    sending = asyncio.create_task(stage.send("一"))
    await until(lambda: len(stage.line.sent) == 1)
    async with asyncio.timeout(2):
        await stage.channel.stop()
        assert (await sending).outcome is Outcome.LATER
    assert await stage.outcome("二") is Outcome.LATER


async def test_before_it_has_looked_it_is_starting() -> None:
    async with FakeLine() as line:
        house = FakeHouse()
        channel = LineChannel(handed_by(house, own=own_settings(line)))
        assert channel.health().condition is Condition.STARTING
        await channel.stop()
        assert line.requests == []
