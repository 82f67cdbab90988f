"""Web chat: one page, with or without a script, that leaves as little behind as it can."""

from __future__ import annotations

from bot.core.ports.channel import ChannelSpec
from channels.webchat.channel import NAME, WebChat

SPEC = ChannelSpec(name=NAME, make=WebChat, configured=lambda _settings: True)
