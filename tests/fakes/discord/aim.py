"""Points the real client library at a fake, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord.platform import FakeDiscord


@contextmanager
def aimed(fake: FakeDiscord) -> Iterator[None]:
    """Within it, every discord.py client talks to ``fake`` and to nobody else."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = fake.api_base, fake.gateway_url
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
