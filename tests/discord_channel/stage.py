"""A running channel between the fake Discord and the fake house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bot.core.model.ids import MessageId
from bot.core.model.messages import Form, Outbound
from bot.core.ports.channel import Condition
from bot.setting_kinds import Secret
from bot.texts import Texts
from channels import discord as package
from channels.discord.channel import DiscordChannel
from channels.discord.lanes import Pauses
from channels.discord.settings import DiscordSettings
from tests.fakes.discord.aim import aimed
from tests.fakes.discord.platform import TOKEN, FakeDiscord
from tests.fakes.door import FakeHouse, handed_by

ANN: Final = 712345678901234567
BEN: Final = 812345678901234567
SERVER: Final = 912345678901234567
ALL_TEXTS: Final = Texts.load(more=[Path(package.__path__[0]) / "locale"])
QUICK: Final = Pauses(
    first_s=0.01,
    longest_s=0.05,
    setup_s=0.05,
    alive_s=0.02,
    patience_s=10.0,
    identify_s=0.0,
    between_s=0.0,
    sending_s=15.0,
)


def say(key: str, **values: int | str) -> str:
    """A Japanese text."""
    return ALL_TEXTS.say(key, "ja", **values)


@dataclass
class Stage:
    """What a test plays with."""

    discord: FakeDiscord
    house: FakeHouse
    channel: DiscordChannel

    @property
    def stored(self) -> list[str]:
        """The words of everything that was stored, in order."""
        return [inbound.words for inbound in self.house.inbounds]

    async def storing(self, count: int) -> list[str]:
        """The same, once there are so many."""
        await until(lambda: len(self.house.inbounds) >= count)
        return self.stored

    async def ok(self) -> None:
        """Once it listens and has noted that nothing is missing."""
        await until(lambda: self.channel.health().condition is Condition.OK)
        await until(lambda: "discord" in self.house.alive)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # what holds is anywhere in the house
            await asyncio.sleep(0.005)


def new_house() -> FakeHouse:
    """A house that knows every channel's words."""
    return FakeHouse(texts=ALL_TEXTS)


def out(words: str, form: Form = Form.WORDS, *, automatic: bool = False) -> Outbound:
    """Something to carry."""
    return Outbound(MessageId("message"), words, automatic, "ja", form)


@asynccontextmanager
async def running(
    discord: FakeDiscord,
    house: FakeHouse,
    *,
    mode: str = "relay",
    pauses: Pauses = QUICK,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """The channel, started; at its end everything that it began is over."""
    own = DiscordSettings.model_validate(
        {"token": Secret(TOKEN), "mode": mode, "api_host": discord.api_base}
        | {"gateway": str(discord.gateway_url)}
    )
    if mode == "room":
        house.room_mode.add("discord")
    handed = replace(handed_by(house, **settings), own=own)
    with aimed(discord):
        channel = DiscordChannel(handed, pauses)
        try:
            await channel.start()
            yield Stage(discord, house, channel)
        finally:
            await channel.stop()
            await house.close()


@asynccontextmanager
async def staged(**more: Any) -> AsyncIterator[Stage]:
    """The same, on a Discord and a house of its own; nothing may be wrong at the end."""
    house = new_house()
    async with FakeDiscord(clock=lambda: house.now().timestamp()) as discord:
        discord.memory.person(ANN)
        discord.memory.person(BEN)
        async with running(discord, house, **more) as stage:
            await stage.ok()
            yield stage
        assert discord.violations == [], discord.violations
