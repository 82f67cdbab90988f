"""How the channel is, from memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.ports.channel import Condition, Health
from channels.discord.troubles import BadSetup, BadToken, Busy

_SLOWED_FOR = timedelta(seconds=60)


@dataclass(slots=True)
class State:
    """Kept by the gateway and by whoever sends."""

    now: Callable[[], datetime]
    _health: Health = field(default_factory=lambda: Health(Condition.STARTING))
    _slowed_until: datetime | None = None
    listening: bool = False

    def well(self) -> None:
        """The gateway talks to us."""
        self.listening = True
        self._set(Condition.OK, "")

    def lost(self, why: str) -> None:
        """It does not; ``why`` is the end of a text key."""
        self.listening = False
        self._set(Condition.TROUBLE, why)

    def noticed(self, trouble: BaseException) -> None:
        """A call failed."""
        if isinstance(trouble, BadToken):
            self._set(Condition.TROUBLE, "token")
        elif isinstance(trouble, BadSetup):
            self._set(Condition.TROUBLE, "setup")
        elif isinstance(trouble, Busy):
            wait = timedelta(seconds=trouble.wait_s) if trouble.wait_s else _SLOWED_FOR
            self._slowed_until = self.now() + wait

    def worked(self) -> None:
        """A call went through."""
        self._slowed_until = None
        if self.listening:
            self._set(Condition.OK, "")

    def health(self) -> Health:
        """For ``Channel.health``."""
        slowed = self._slowed_until is not None and self.now() < self._slowed_until
        if slowed and self._health.condition is Condition.OK:
            return Health(Condition.SLOWED, "rate", self._health.since)
        return self._health

    def _set(self, condition: Condition, why: str) -> None:
        if (self._health.condition, self._health.why) != (condition, why):
            self._health = Health(condition, why, self.now())
