"""What handlers are given besides the store: clock, ids, vault, first speed of triage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.model.messages import Capabilities
from bot.core.model.people import Role
from bot.core.ports.vault import Vault
from triage.verdict import Verdict


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


class Ids(Protocol):
    """A maker of identities."""

    def new(self) -> str:
        """A new identity of 26 characters, sortable by the moment of making."""
        ...


class Handles(Protocol):
    """A maker of gentle pseudonyms."""

    def make(self, attempt: int = 0) -> str:
        """A handle. Higher ``attempt`` (earlier ones were taken) may add a number."""
        ...


Screen = Callable[[str], Verdict]
"""The first speed of triage: rules over one text, in microseconds. Never raises."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers that the operator may set. Durations are timedeltas, lengths are characters."""

    words_limit: int = 2000
    live_caps: dict[Role, int] = field(
        default_factory=lambda: {Role.PEER: 1, Role.COUNSELLOR: 2, Role.SUPERVISOR: 2}
    )
    erasure_waits: timedelta = timedelta(hours=72)  # decision 12
    retention: timedelta = timedelta(days=365)  # after the last contact (decision 12)
    pictures: bool = False  # whether pictures are taken in at all
    pictures_last: timedelta = timedelta(days=30)  # decision 12
    messengers: Mapping[str, Capabilities] = field(default_factory=dict)
    """The configured channels that have addresses, by name, with what they can do."""

    def cap(self, roles: frozenset[Role]) -> int:
        """How many talks somebody with these roles may hold at a time (R-050)."""
        return max((self.live_caps.get(role, 0) for role in roles), default=0)


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything a handler may use besides its unit of work."""

    clock: Clock
    ids: Ids
    handles: Handles
    vault: Vault
    screen: Screen
    policy: Policy
