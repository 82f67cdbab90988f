"""All channels together: each stands alone, and one that fails takes no other with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from bot.core.model.messages import Capabilities, Outbound
from bot.core.ports.channel import (
    Channel,
    ChannelSpec,
    Condition,
    Handed,
    Health,
    Outcome,
    Pass,
    Sent,
)
from bot.core.ports.console import ChannelStatus
from bot.runtime.tasks import Tasks

log = structlog.get_logger()

FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 300.0


class Absent:
    """Stands where a channel could not be made, so that its messages wait instead of failing."""

    capabilities = Capabilities(max_length=1, keeps_history=True)
    bell_only = True

    def __init__(self, name: str, now: datetime) -> None:
        self.name = name
        self._health = Health(Condition.TROUBLE, "started", now)

    async def send(
        self, address: str | None, outbound: Outbound, *, key: str, free: Pass | None = None
    ) -> Sent:
        """Nothing can be carried now."""
        del address, outbound, key, free
        return Sent(Outcome.LATER, wait_s=LONGEST_PAUSE_S)

    def health(self) -> Health:
        """It could not be made."""
        return self._health

    def routes(self) -> Sequence[Any]:
        """None."""
        return ()

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""


class Fleet:
    """The channels of a running service."""

    def __init__(self, channels: Mapping[str, Channel], *, now: Callable[[], datetime]) -> None:
        self.channels = channels
        self._now = now
        self._failed: dict[str, Health] = {}

    async def start(self, tasks: Tasks) -> None:
        """Start every channel. One that fails is tried again; the others do not wait for it."""
        for name, channel in self.channels.items():
            if not await self._started(name, channel):
                tasks.spawn(self._try_again(name, channel), name=f"start-{name}")

    async def stop(self) -> None:
        """Stop every channel, whatever one of them says."""
        await asyncio.gather(
            *(channel.stop() for channel in self.channels.values()), return_exceptions=True
        )

    def bell_only(self, name: str) -> bool:
        """Whether a channel runs in room mode; one we do not know says nothing aloud."""
        channel = self.channels.get(name)
        return channel is None or channel.bell_only

    def statuses(self) -> tuple[ChannelStatus, ...]:
        """How each channel is, by name."""
        return tuple(
            ChannelStatus(name, self._failed.get(name) or channel.health(), channel.bell_only)
            for name, channel in sorted(self.channels.items())
        )

    async def _started(self, name: str, channel: Channel) -> bool:
        try:
            await channel.start()
        except Exception as error:  # an edge: a channel's trouble is its own
            log.error("channel_failed", channel=name, error=type(error).__name__)
            self._failed[name] = Health(Condition.TROUBLE, "started", self._now())
            return False
        self._failed.pop(name, None)
        return True

    async def _try_again(self, name: str, channel: Channel) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            await asyncio.sleep(pause_s)
            if await self._started(name, channel):
                return
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def make_channel(spec: ChannelSpec, handed: Handed, now: datetime) -> Channel:
    """The channel, or what stands for it where it cannot be made (its SDK is not installed)."""
    try:
        return spec.make(handed)
    except Exception as error:  # an edge: a channel's trouble is its own
        log.error("channel_failed", channel=spec.name, error=type(error).__name__)
        return Absent(spec.name, now)
