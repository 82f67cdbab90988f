"""Discord: direct messages with a bot that knows nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.ports.channel import Channel, ChannelSpec, Chore, Finding, Handed
from channels.discord.settings import DiscordSettings


def _make(handed: Handed) -> Channel:
    from channels.discord.channel import DiscordChannel  # noqa: PLC0415  # its SDK is slow to load

    return DiscordChannel(handed)


async def _check(own: DiscordSettings, settings: Any) -> Sequence[Finding]:  # noqa: ANN401  # bot.settings.Settings
    from channels.discord.checking import check  # noqa: PLC0415  # only when it is asked for

    return await check(own, settings)


async def _examine(own: DiscordSettings, settings: Any) -> Sequence[Finding]:  # noqa: ANN401  # bot.settings.Settings
    from channels.discord.checking import examine  # noqa: PLC0415  # only when it is asked for

    return await examine(own, settings)


SPEC = ChannelSpec(
    name="discord",
    make=_make,
    configured=lambda own: isinstance(own, DiscordSettings) and own.configured,
    settings=DiscordSettings,
    examine=_examine,
    chores={
        "check": Chore("Ask Discord whether all is set up; print the link for inviting.", _check)
    },
)
