"""The staff's side: what the console may do besides reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.core.bus import Bus
from bot.core.model.commands import Command
from bot.core.model.errors import WeakPassword
from bot.core.model.sealed import Tag
from bot.core.ports.tools import Clock

Result = TypeVar("Result")

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


@dataclass(frozen=True, slots=True)
class Passwords:
    """Slow password functions (argon2id), handed in by wiring."""

    hash: Callable[[str], str]
    matches: Callable[[str, str], bool]
    needs_rehash: Callable[[str], bool]
    decoy: str  # a hash of nothing known: unknown names must take as long as known ones


@dataclass(frozen=True, slots=True)
class StaffBackroom:
    """Implements ``bot.core.ports.console.Backroom``."""

    bus: Bus
    clock: Clock
    passwords: Passwords
    token: Callable[[], str]
    tag: Callable[[str, str], Tag]  # purpose, value
    gate: asyncio.Semaphore
    words: Callable[..., str]

    async def run(self, command: Command[Result]) -> Result:
        """Run a command."""
        return await self.bus.run(command)

    def session_tag(self, token: str) -> Tag:
        """How a session's or a one-time link's token is known to the store."""
        return self.tag("staff-token", token)

    def new_token(self) -> str:
        """A new random token."""
        return self.token()

    def form_seal(self, session_token: str) -> str:
        """The value that every form of a session must carry."""
        return self.tag("form-seal", session_token).hex()[:32]

    async def hash_password(self, password: str) -> str:
        """Hash a staff password. Raises ``WeakPassword``."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise WeakPassword(minimum=SHORTEST_PASSWORD)
        async with self.gate:
            return await asyncio.to_thread(self.passwords.hash, password)

    async def check_password(self, stored: str | None, password: str) -> tuple[bool, bool]:
        """Whether it matches, and whether the hash should be renewed."""
        known = stored or self.passwords.decoy
        async with self.gate:
            matches = await asyncio.to_thread(self.passwords.matches, known, password)
        if stored is None or not matches:
            return False, False
        return True, self.passwords.needs_rehash(stored)

    def now(self) -> datetime:
        """Now, aware UTC."""
        return self.clock.now()

    def say(self, key: str, locale: str, **values: int | str) -> str:
        """The words of a text key."""
        return self.words(key, locale, **values)
