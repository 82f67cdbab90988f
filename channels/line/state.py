"""How the channel is, from memory; and the pause after LINE refused our token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.ports.channel import Condition, Health, Meter
from channels.line.calls import Did, Status

SLOWED_FOR: Final = timedelta(seconds=30)
_AWAY_AFTER: Final = 3
"""So many calls in a row without an answer are a trouble; one alone is nothing."""


@dataclass(slots=True)
class State:
    """Kept by everything that calls LINE."""

    now: Callable[[], datetime]
    bot_id: str | None = None
    meter: Meter | None = None
    menus: dict[str, str] = field(default_factory=dict)  # name -> id
    _health: Health = field(default_factory=lambda: Health(Condition.STARTING))
    _slowed_until: datetime | None = None
    _away: int = 0
    _trouble: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def token_lost(self) -> bool:
        """Whether sending is pointless until the token works again."""
        return self._health.why == "token"

    def learned(self, did: Did) -> None:
        """A call ended; what that says of the channel."""
        if did.status is Status.TOKEN:
            self._set(Condition.TROUBLE, "token")
        elif did.status is Status.AWAY:
            self._away += 1
            if self._away >= _AWAY_AFTER:
                self._set(Condition.TROUBLE, "network")
        else:
            self._heard(did)

    def learned_aside(self, did: Did) -> None:
        """A call that carries no words ended.

        LINE may refuse such a thing to an account whose token is good (403); only what carries
        words, and the look around, say that sending is pointless.
        """
        if did.status is not Status.TOKEN:
            self.learned(did)

    def health(self) -> Health:
        """For ``Channel.health``."""
        health = replace(self._health, meter=self.meter)
        if health.condition is not Condition.OK:
            return health
        if self._slowed_until is not None and self.now() < self._slowed_until:
            return replace(health, condition=Condition.SLOWED, why="rate")
        if self._full:
            return replace(health, condition=Condition.SLOWED, why="quota")
        return health

    async def until_trouble(self, most_s: float) -> None:
        """Wait until something is wrong, ``most_s`` seconds at most."""
        try:
            async with asyncio.timeout(most_s):
                await self._trouble.wait()
        except TimeoutError:
            return

    @property
    def _full(self) -> bool:
        meter = self.meter
        return meter is not None and meter.limit is not None and meter.used >= meter.limit

    def _heard(self, did: Did) -> None:
        self._away = 0
        if did.status is Status.RATE:
            wait = timedelta(seconds=did.wait_s) if did.wait_s else SLOWED_FOR
            self._slowed_until = self.now() + wait
        if did.status is Status.QUOTA and self.meter is not None and self.meter.limit is not None:
            self.meter = replace(self.meter, used=max(self.meter.used, self.meter.limit))
        self._set(Condition.OK, "")

    def _set(self, condition: Condition, why: str) -> None:
        if (self._health.condition, self._health.why) != (condition, why):
            self._health = Health(condition, why, self.now())
        if condition is Condition.TROUBLE:
            self._trouble.set()
        else:
            self._trouble.clear()
