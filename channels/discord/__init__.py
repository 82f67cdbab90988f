"""Discord: direct messages with a bot that knows nobody's name."""

from __future__ import annotations

from bot.core.ports.channel import Channel, ChannelSpec, Handed
from channels.discord.settings import DiscordSettings


def _make(handed: Handed) -> Channel:
    from channels.discord.channel import DiscordChannel  # noqa: PLC0415  # its SDK is slow to load

    return DiscordChannel(handed)


SPEC = ChannelSpec(
    name="discord",
    make=_make,
    configured=lambda own: isinstance(own, DiscordSettings) and own.configured,
    settings=DiscordSettings,
)
