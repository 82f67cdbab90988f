"""The running channel: what wiring starts, and what the relay sends through."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.core.model.messages import Capabilities, Outbound
from bot.core.ports.channel import WELL, Handed, Health, Outcome, Pass, Sent
from channels.webchat.parts import NAME, Parts, make_parts
from channels.webchat.routes import make_routes

__all__ = ["NAME", "WebChat"]


class WebChat:
    """The web room. Nothing is pushed: what is stored is what the page fetches."""

    bell_only = False  # it is the room that bells lead to

    def __init__(self, handed: Handed) -> None:
        self.name = NAME
        self.capabilities = Capabilities(
            max_length=handed.settings.words_limit, keeps_history=False, addresses=False
        )
        self._parts: Parts = make_parts(handed)

    async def send(
        self, address: str | None, outbound: Outbound, *, key: str, free: Pass | None = None
    ) -> Sent:
        """Say that the message lies in the room; its page has been nudged by the commit."""
        del address, outbound, key, free
        return Sent(Outcome.IN_ROOM)

    def health(self) -> Health:
        """Well for as long as the service runs: there is nobody else to be reached."""
        return WELL

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The visitor's pages, at the root of the service."""
        return make_routes(self._parts)

    async def start(self) -> None:
        """Nothing to wait for."""

    async def stop(self) -> None:
        """End every open stream at once; the pages come back by themselves."""
        self._parts.streams.stop()
