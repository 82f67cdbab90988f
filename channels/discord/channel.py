"""The running channel: what wiring starts, and what the relay sends through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from bot.core.model.messages import Capabilities, Outbound
from bot.core.ports.channel import Handed, Health, Outcome, Pass, Sent, own_settings
from bot.core.ports.telling import carried
from channels.discord.fetching import Fetcher
from channels.discord.gateway import Gateway
from channels.discord.inbound import number
from channels.discord.lanes import Pauses
from channels.discord.outbound import LONGEST
from channels.discord.settings import DiscordSettings
from channels.discord.stored import NAME
from channels.discord.troubles import Busy, Closed, Refused, Trouble

TYPING_S: Final = 4.0
STOPPING_S: Final = 2.0


class DiscordChannel:
    """Direct messages on Discord."""

    def __init__(self, handed: Handed, pauses: Pauses | None = None) -> None:
        self.name = NAME
        own = own_settings(handed, DiscordSettings)
        self.capabilities = Capabilities(
            max_length=LONGEST, keeps_history=True, shows_typing=True, fetches=True
        )
        self.bell_only = own.mode == "room"
        self._handed, self._pauses = handed, pauses or Pauses()
        self._gateway = Gateway(handed, own, self._pauses)
        self._fetcher = Fetcher(own.api_host)

    async def send(
        self, address: str | None, outbound: Outbound, *, key: str, free: Pass | None = None
    ) -> Sent:
        """Carry one message into somebody's direct messages."""
        del free  # nothing costs anything here
        if number(address) is None or address is None:
            return Sent(Outcome.REJECTED)
        try:
            async with asyncio.timeout(self._pauses.sending_s):
                await self._carry(address, outbound, key)
        except Closed:
            await self._handed.door.depart(NAME, address)
            return Sent(Outcome.GONE)
        except Refused:
            return Sent(Outcome.REJECTED)
        except Busy as busy:
            return Sent(Outcome.LATER, wait_s=busy.wait_s)
        except (Trouble, TimeoutError):
            return Sent(Outcome.LATER)
        return Sent(Outcome.DELIVERED)

    async def show_typing(self, address: str) -> None:
        """Show that somebody is writing."""
        try:
            async with asyncio.timeout(TYPING_S):
                await self._gateway.mail.type(await self._gateway.mail.channel_of(address))
        except (Trouble, TimeoutError):
            return

    async def fetch(self, picture: str, *, most: int) -> bytes | None:
        """The bytes of a picture that somebody sent."""
        return await self._fetcher.fetch(picture, most=most)

    def health(self) -> Health:
        """How it is, from memory."""
        return self._gateway.state.health()

    def routes(self) -> Sequence[Any]:
        """None: Discord is listened to by the gateway."""
        return ()

    async def start(self) -> None:
        """Begin to listen, in the background."""
        self._handed.spawn(self._gateway.live(), "discord-gateway")
        self._handed.spawn(self._gateway.stay_alive(), "discord-alive")

    async def stop(self) -> None:
        """Say goodbye to the gateway."""
        try:
            async with asyncio.timeout(STOPPING_S):
                await self._gateway.stop()
        except TimeoutError:
            return

    async def _carry(self, address: str, outbound: Outbound, key: str) -> None:
        words, buttons = carried(outbound, self._handed.door.say)
        channel_id = await self._gateway.mail.channel_of(address)
        await self._gateway.mail.deliver(channel_id, words, buttons, key=key)
