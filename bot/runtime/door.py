"""The visitor's door: what channels may do, bound to the bus and to slow, careful functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core.bus import Bus
from bot.core.model.commands import (
    EraseRecord,
    Erasure,
    LeaveRoom,
    NoteSeen,
    Receipt,
    ReceiveMessage,
    Reopen,
    SetPassphrase,
)
from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound
from bot.core.model.safety import shows_card
from bot.core.model.sealed import Tag
from bot.core.ports.tools import Clock, Screen

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class VisitorDoor:
    """Implements ``bot.core.ports.channel.Door``."""

    bus: Bus
    clock: Clock
    screen: Screen
    make_passphrase: Callable[[], str]
    verifier: Callable[[str], Tag]  # slow on purpose; run off the loop, one at a time
    gate: asyncio.Semaphore
    words: Say

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        """Store a message durably."""
        return await self.bus.run(ReceiveMessage(inbound, expires_at))

    async def new_passphrase(self, person_id: PersonId) -> str:
        """Make a passphrase, keep its verifier, and return the words to show once."""
        words = self.make_passphrase()
        await self.bus.run(SetPassphrase(person_id, await self._verify(words)))
        return words

    async def come_back(
        self, typed: str, *, channel: str, address: str, expires_at: datetime | None
    ) -> PersonId:
        """Open a room with a typed passphrase."""
        verifier = await self._verify(typed)
        return await self.bus.run(Reopen(verifier, channel, address, expires_at))

    async def leave(self, channel: str, address: str) -> None:
        """Forget this address."""
        await self.bus.run(LeaveRoom(channel, address))

    async def erase(self, person_id: PersonId) -> Erasure:
        """Erase the person's record."""
        return await self.bus.run(EraseRecord(person_id))

    async def seen(self, person_id: PersonId, upto: int) -> None:
        """The person's page has everything up to message number ``upto``."""
        await self.bus.run(NoteSeen(person_id, upto))

    def is_grave(self, words: str) -> bool:
        """Whether the rules see level 3 or more."""
        return shows_card(self.screen(words).level)

    def now(self) -> datetime:
        """Now, aware UTC."""
        return self.clock.now()

    def say(self, key: str, locale: str, **values: int | str) -> str:
        """The words of a text key."""
        return self.words(key, locale, **values)

    async def _verify(self, typed: str) -> Tag:
        async with self.gate:  # guessing must not eat both cores
            return await asyncio.to_thread(self.verifier, typed)
