"""What the operator is told, and how cheap the package is until it is used."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from bot.setting_kinds import Secret
from channels.discord import SPEC
from channels.discord.settings import DiscordSettings
from tests.fakes.discord import shapes
from tests.fakes.discord.platform import TOKEN, FakeDiscord
from tests.fakes.discord.rest import Call
from tests.fakes.discord.shapes import Json


def own(discord: FakeDiscord, token: str | None = TOKEN) -> DiscordSettings:
    return DiscordSettings(token=Secret(token) if token else None, api_host=discord.api_base)


async def found(settings: DiscordSettings) -> list[tuple[str, str]]:
    findings = await SPEC.chores["check"].run(settings, None)
    return [(finding.mark, finding.sentence) for finding in findings]


async def test_a_good_bot_and_its_invitation() -> None:
    async with FakeDiscord() as discord:
        (ok, invite) = await found(own(discord))
        assert ok[0] == "ok"
        assert f"client_id={shapes.APPLICATION_ID}&" in invite[1]
        assert invite[1].endswith("scope=bot+applications.commands&permissions=0")
        assert SPEC.examine is not None
        assert len(await SPEC.examine(own(discord), None)) == 1
        assert discord.violations == []


async def test_what_must_be_mended() -> None:
    async with FakeDiscord() as discord:
        assert [mark for mark, _ in await found(own(discord, "wrong"))] == ["mend"]
        assert [mark for mark, _ in await found(own(discord, None))] == ["mend"]
        away = DiscordSettings(token=Secret(TOKEN), api_host="http://127.0.0.1:1/api/v10")
        assert [mark for mark, _ in await found(away)] == ["mend"]


async def test_what_is_set_up_and_should_not_be() -> None:
    async with FakeDiscord() as discord:

        async def application(_: Call) -> Json:
            odd: dict[str, Any] = {
                "flags": 1 << 18,
                "interactions_endpoint_url": "https://a.example",
            }
            return shapes.application() | odd

        discord.front.answer("GET", "/applications/@me", application)
        marks = [mark for mark, _ in await found(own(discord))]
        assert marks == ["ok", "mend", "note", "note"]


def test_it_runs_where_there_is_a_token() -> None:
    assert SPEC.configured(DiscordSettings(token=Secret("a.b.c")))
    assert not SPEC.configured(DiscordSettings(token=Secret(" ")))
    assert not SPEC.configured(DiscordSettings())


def test_the_package_is_cheap_until_it_is_used() -> None:
    code = "import sys, channels.discord; sys.exit('discord' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
