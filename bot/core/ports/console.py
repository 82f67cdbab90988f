"""What wiring hands to the console: commands, reads, and nothing that could open an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.core.model.commands import Command
from bot.core.model.sealed import Tag
from bot.core.ports.channel import Health
from bot.core.ports.live import LiveFeed
from bot.core.ports.reads import ConsoleReads

Result = TypeVar("Result")


class Backroom(Protocol):
    """Everything the console may do besides reading."""

    async def run(self, command: Command[Result]) -> Result:
        """Run a command; see its docstring for what it returns and raises."""
        ...

    def session_tag(self, token: str) -> Tag:
        """How a session's or a one-time link's token is known to the store."""
        ...

    def new_token(self) -> str:
        """A new random token (256 bits, URL-safe)."""
        ...

    def form_seal(self, session_token: str) -> str:
        """The value that every form of a session must carry (against forged requests)."""
        ...

    async def hash_password(self, password: str) -> str:
        """Hash a staff password (argon2id), off the loop. Raises ``WeakPassword``."""
        ...

    async def check_password(self, stored: str | None, password: str) -> tuple[bool, bool]:
        """Whether it matches, and whether the hash should be renewed. Off the loop.

        Takes as long for an account that does not exist (``stored`` is None).
        """
        ...

    def now(self) -> datetime:
        """Now, aware UTC."""
        ...

    def say(self, key: str, locale: str, **values: int | str) -> str:
        """The words of a text key."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A channel as staff see it; its words are ``channel.<name>.*``."""

    name: str
    health: Health
    bell_only: bool  # room mode


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """Everything that the console is made from."""

    backroom: Backroom
    reads: ConsoleReads
    live: LiveFeed
    settings: Any  # bot.settings.Settings; the console reads only its own fields
    fiction: bool  # a demo: every page says so
    channels: Callable[[], Sequence[ChannelStatus]] = tuple
    degraded: bool = False  # a member of triage is missing or damaged: staff look more closely
