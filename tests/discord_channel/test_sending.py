"""Answers on their way out: whatever goes wrong, each arrives once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model.messages import Form
from bot.core.ports.channel import Condition, Outcome
from channels.discord.channel import DiscordChannel
from channels.discord.settings import DiscordSettings
from tests.discord_channel.stage import ANN, BEN, QUICK, out, say, staged
from tests.fakes.discord.faults import Fault
from tests.fakes.door import handed_by


async def test_a_bell_has_neutral_words_and_one_button() -> None:
    async with staged(mode="room") as stage:
        assert stage.channel.bell_only
        sent = await stage.channel.send(str(ANN), out("おしらせ", Form.BELL), key="k1")
        assert sent.outcome is Outcome.DELIVERED
        (message,) = stage.discord.seen(ANN)
        assert message["content"] == "おしらせ"
        (row,) = message["components"]
        assert [(b["label"], b["custom_id"]) for b in row["components"]] == [("ひらく", "m:room")]


async def test_what_a_machine_says_is_marked() -> None:
    async with staged() as stage:
        await stage.channel.send(str(ANN), out("届きました", Form.NOTICE, automatic=True), key="k")
        assert stage.discord.texts(ANN) == [f"{say('messenger.automatic')}\n届きました"]


async def test_long_words_come_whole_and_in_order() -> None:
    async with staged() as stage:
        words = "".join(f"{n}番目の文です。" for n in range(900))
        await stage.channel.send(str(ANN), out(words), key="k1")
        await stage.channel.send(str(ANN), out(words), key="k1")  # a crash, then again
        texts = stage.discord.texts(ANN)
        assert "".join(texts) == words
        assert all(text.endswith("。") and len(text) <= 2000 for text in texts)


@pytest.mark.parametrize("fault", ["429", "429 global", "502", "lost"])
async def test_a_fault_doubles_nothing(fault: Fault) -> None:
    async with staged() as stage:
        stage.discord.faults.plan(fault)
        outcomes = [(await stage.channel.send(str(ANN), out("ひとつ"), key="k1")).outcome]
        if outcomes[-1] is Outcome.LATER:
            outcomes.append((await stage.channel.send(str(ANN), out("ひとつ"), key="k1")).outcome)
        assert outcomes[-1] is Outcome.DELIVERED
        assert stage.discord.texts(ANN) == ["ひとつ"]


async def test_a_doubt_that_is_too_old_for_a_nonce_is_looked_up() -> None:
    async with staged() as stage:
        await stage.channel.send(str(ANN), out("おなじ"), key="k0")
        stage.house.now_at += timedelta(minutes=1)
        stage.discord.faults.plan("lost")
        assert (
            await stage.channel.send(str(ANN), out("おなじ"), key="k1")
        ).outcome is Outcome.LATER
        stage.house.now_at += timedelta(minutes=10)
        again = await stage.channel.send(str(ANN), out("おなじ"), key="k1")
        assert again.outcome is Outcome.DELIVERED
        assert stage.discord.texts(ANN) == ["おなじ", "おなじ"]


async def test_a_wait_that_we_gave_up_stops_nothing_that_follows() -> None:
    async with staged(pauses=replace(QUICK, sending_s=0.2)) as stage:
        stage.discord.front.retry_after = 0.6
        stage.discord.faults.plan("429 global")
        outcomes = []
        while Outcome.DELIVERED not in outcomes:
            sent = await stage.channel.send(str(ANN), out("ひとつ"), key="k1")
            outcomes.append(sent.outcome)
        assert outcomes[0] is Outcome.LATER
        assert stage.discord.texts(ANN) == ["ひとつ"]


async def test_a_message_that_never_arrived_is_sent_after_all() -> None:
    async with staged() as stage:
        await stage.channel.send(str(ANN), out("おなじ"), key="k0")
        stage.house.now_at += timedelta(minutes=1)
        token, stage.discord.front.token = stage.discord.front.token, None
        first = await stage.channel.send(str(ANN), out("おなじ"), key="k1")
        assert first.outcome is Outcome.LATER
        stage.discord.front.token = token
        stage.house.now_at += timedelta(minutes=10)
        again = await stage.channel.send(str(ANN), out("おなじ"), key="k1")
        assert again.outcome is Outcome.DELIVERED
        assert stage.discord.texts(ANN) == ["おなじ", "おなじ"]


async def test_closed_messages_are_gone_and_open_again_when_they_write() -> None:
    async with staged() as stage:
        stage.discord.close_dms(ANN)
        sent = await stage.channel.send(str(ANN), out("あ"), key="k1")
        assert sent.outcome is Outcome.GONE
        assert stage.house.departed == [("discord", str(ANN))]
        stage.discord.open_dms(ANN)
        await stage.discord.write(ANN, "もどりました")
        await stage.storing(1)
        sent = await stage.channel.send(str(ANN), out("い"), key="k2")
        assert sent.outcome is Outcome.DELIVERED


async def test_what_never_works_is_rejected() -> None:
    async with staged() as stage:
        for address in (None, "nobody", "１２"):
            sent = await stage.channel.send(address, out("あ"), key="k1")
            assert sent.outcome is Outcome.REJECTED
        assert (await stage.channel.send("123", out("あ"), key="k2")).outcome is Outcome.GONE


async def test_a_bad_token_waits_for_the_operator() -> None:
    async with staged() as stage:
        stage.discord.front.token = None
        assert (await stage.channel.send(str(ANN), out("あ"), key="k1")).outcome is Outcome.LATER
        assert stage.channel.health().why == "token"
        stage.discord.front.token = stage.discord.token
        assert (
            await stage.channel.send(str(ANN), out("あ"), key="k1")
        ).outcome is Outcome.DELIVERED
        assert stage.channel.health().condition is Condition.OK


async def test_typing_is_shown_and_harms_nothing() -> None:
    async with staged() as stage:
        stage.discord.close_dms(BEN, findable=False)
        await stage.channel.show_typing(str(BEN))
        await stage.channel.show_typing(str(ANN))
        assert stage.discord.desk.typed == [stage.discord.memory.person(ANN).channel_id]


async def test_before_it_is_started_everything_waits() -> None:
    async with staged() as stage:
        own = DiscordSettings.model_validate({"token": "a.b.c"})
        channel = DiscordChannel(replace(handed_by(stage.house), own=own), QUICK)
        assert channel.health().condition is Condition.STARTING
        assert (await channel.send(str(ANN), out("あ"), key="k1")).outcome is Outcome.LATER
        assert list(channel.routes()) == []
        await channel.stop()
