"""What was written while nobody listened: read from the history, once for each new session.

A session that goes on (RESUME) brings what it missed. A new one (a start, or a session that
Discord forgot) brings nothing: then everybody known is looked at, and a stranger when they write.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from channels.discord.inbound import Wrote
from channels.discord.mail import CLOCKS_APART, Mail, snowflake
from channels.discord.troubles import Closed, Refused


@dataclass(frozen=True, slots=True)
class Look:
    """Stands in a lane: nothing new happened, but look at the history."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A message out of the history. ``answered``: we said something after it."""

    wrote: Wrote
    answered: bool


@dataclass(slots=True)
class CatchUp:
    """Which channels have been looked at since when."""

    mail: Mail
    _session: int = 0
    _since: datetime | None = None
    _oldest: datetime | None = None  # for whoever has not been looked at in this process
    _known: asyncio.Event = field(default_factory=asyncio.Event)
    _looked: dict[int, int] = field(default_factory=dict)  # channel -> session

    def begin(self) -> int:
        """A new session: nothing may be stored before ``know`` says what it has to bring."""
        self._known.clear()
        self._session += 1
        return self._session

    def know(self, session: int, since: datetime | None) -> None:
        """Everything up to ``since`` is stored; None where there never was anything."""
        if session == self._session:
            self._since = since
            self._oldest = self._oldest or since
            self._known.set()

    async def missed(self, channel_id: int, before: int | None) -> list[Missed]:
        """What is still to be taken in from a channel's history, oldest first.

        ``before`` is the message that is being heard itself. Raises ``Trouble`` kinds that pass.
        """
        await self._known.wait()
        looked = self._looked.get(channel_id)
        since = self._since if looked is not None else self._oldest
        if looked == self._session or since is None:
            return []
        try:
            found = await self.mail.history(channel_id, snowflake(since - CLOCKS_APART))
        except (Closed, Refused):
            return []  # nothing of it can be seen any more
        newest = max((wrote.message_id for wrote in found if wrote.ours), default=0)
        return [
            Missed(wrote, answered=wrote.message_id < newest)
            for wrote in found
            if not wrote.ours and (before is None or wrote.message_id < before)
        ]

    @property
    def session(self) -> int:
        """The number of the session."""
        return self._session

    def looked_at(self, channel_id: int, session: int) -> None:
        """Everything from a channel's history, as a session began, is stored."""
        self._looked[channel_id] = session
