"""Connections that break, sessions that end, restarts: nothing is lost and nothing doubled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.ports.channel import Condition
from tests.discord_channel.stage import (
    ANN,
    BEN,
    QUICK,
    new_house,
    running,
    staged,
    until,
)
from tests.fakes.discord.platform import FakeDiscord


async def test_a_broken_session_goes_on_and_brings_what_was_missed() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, "いち")
        await stage.storing(1)
        stage.discord.hold()
        await stage.discord.disconnect()
        await until(lambda: stage.channel.health().condition is Condition.TROUBLE)
        await stage.discord.write(ANN, "に")
        message_id = await stage.discord.write(BEN, "さん")
        await stage.discord.delete(message_id)
        stage.discord.release()
        assert await stage.storing(3) == ["いち", "に", "さん"]
        await until(lambda: ("discord", message_id) in stage.house.gone)
        assert stage.discord.gateway.happened["resumed"] == 1
        assert stage.channel.health().condition is Condition.OK


async def test_a_forgotten_session_is_made_up_for_by_the_history() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, "いち")
        await stage.storing(1)
        stage.discord.hold()
        await stage.discord.invalidate()
        await until(lambda: stage.channel.health().condition is Condition.TROUBLE)
        second = await stage.discord.write(ANN, "に")
        await stage.discord.edit(second, "に、なおした")
        await stage.discord.write(BEN, "はじめまして")  # a stranger: heard when they write again
        stage.discord.release()
        await stage.storing(2)
        await stage.discord.write(BEN, "きこえますか")
        await stage.discord.write(ANN, "さん")
        await stage.storing(5)
        by = {
            who: [i.words for i in stage.house.inbounds if i.address == str(who)]
            for who in (ANN, BEN)
        }
        assert by == {ANN: ["いち", "に、なおした", "さん"], BEN: ["はじめまして", "きこえますか"]}


async def test_a_restart_makes_up_for_what_was_missed_once() -> None:
    house = new_house()
    async with FakeDiscord(clock=lambda: house.now().timestamp()) as discord:
        async with running(discord, house) as stage:
            await stage.ok()
            await discord.write(ANN, "いち")
            await discord.write(ANN, "メニュー")
            await discord.seeing(ANN, 1)
        house.now_at += timedelta(seconds=30)
        await discord.write(ANN, "に")
        await discord.write(ANN, "メニュー")
        house.now_at += timedelta(hours=1)
        async with running(discord, house) as stage:
            assert await stage.storing(2) == ["いち", "に"]
            assert len(await discord.seeing(ANN, 2)) == 2
            await stage.ok()
        assert discord.violations == []


async def test_the_first_start_reads_no_history() -> None:
    house = new_house()
    async with FakeDiscord(clock=lambda: house.now().timestamp()) as discord:
        await discord.write(ANN, "ずっとまえ")
        async with running(discord, house) as stage:
            await stage.ok()
            await discord.write(ANN, "いま")
            assert await stage.storing(1) == ["いま"]
        assert all(call.method != "GET" or "messages" not in call.path for call in discord.calls)


async def test_nothing_is_noted_as_complete_while_something_waits() -> None:
    async with staged() as stage:
        accept, tries = stage.house.accept, 0

        async def failing(*args: object, **more: object) -> object:
            nonlocal tries
            tries += 1
            if tries < 4:
                raise RuntimeError
            return await accept(*args, **more)  # type: ignore[arg-type]  # as they came

        stage.house.accept = failing  # type: ignore[assignment,method-assign]  # a store in trouble
        await stage.discord.write(ANN, "いち")
        await until(lambda: tries > 0)
        noted = stage.house.alive.pop("discord")
        await until(lambda: tries > 2)
        assert "discord" not in stage.house.alive
        await stage.storing(1)
        await until(lambda: "discord" in stage.house.alive)
        assert stage.house.alive["discord"] == noted


async def test_a_refused_handshake_and_frames_that_nobody_reads() -> None:
    house = new_house()
    async with FakeDiscord(clock=lambda: house.now().timestamp()) as discord:
        discord.gateway.refusals = 2
        async with running(discord, house) as stage:
            await stage.ok()
            for frame in ("no json", "[]", '{"op": 0, "s": 9, "t": "MESSAGE_CREATE", "d": {}}'):
                await discord.gateway.raw(frame)
                await asyncio.sleep(0.02)
                await until(lambda: stage.channel.health().condition is Condition.OK)
            await until(lambda: bool(discord.gateway.live()))
            await discord.write(ANN, "まだいます")
            assert await stage.storing(1) == ["まだいます"]


async def test_a_revoked_token_is_said_and_tried_again() -> None:
    async with staged() as stage:
        token = stage.discord.token
        await stage.discord.revoke()
        await until(lambda: stage.channel.health().why == "token")
        stage.discord.front.token = stage.discord.gateway.token = token
        await until(lambda: stage.channel.health().condition is Condition.OK)


async def test_an_intent_that_is_not_allowed_is_said() -> None:
    async with staged() as stage:
        await stage.discord.disconnect(4014)
        await until(lambda: stage.channel.health().why == "setup")


async def test_a_long_silence_begins_anew() -> None:
    house = new_house()
    async with FakeDiscord(clock=lambda: house.now().timestamp()) as discord:
        pauses = replace(QUICK, patience_s=0.3)
        async with running(discord, house, pauses=pauses) as stage:
            await stage.ok()
            discord.hold()
            await discord.disconnect()
            await until(lambda: discord.gateway.happened["connected"] >= 3)
            discord.release()
            await until(lambda: stage.channel.health().condition is Condition.OK)


async def test_no_name_and_no_id_stands_in_any_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    async with staged() as stage:
        await stage.discord.write(ANN, "ひみつ")
        await stage.storing(1)
        await stage.discord.write(ANN, "\u200b")
        await stage.discord.slash(ANN, "メニュー")
        stage.discord.close_dms(BEN)
        await stage.channel.show_typing(str(BEN))
        await until(lambda: bool(stage.house.chosen))
    seen = caplog.text + "".join(capsys.readouterr())
    channel = stage.discord.memory.person(ANN).channel_id
    for secret in (str(ANN), channel, "ひみつ", "person1", "interaction-"):
        assert secret not in seen
