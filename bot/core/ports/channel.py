"""What a channel is, and what it is handed.

A channel translates and carries; it decides nothing and stores nothing. It is found by
scanning ``channels/*`` for ``SPEC``; no list is edited to add one (``channels/README.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.core.model.commands import Erasure, Receipt
from bot.core.model.ids import PersonId
from bot.core.model.messages import Capabilities, Inbound, Outbound
from bot.core.ports.live import LiveFeed
from bot.core.ports.reads import RoomReads


class Outcome(StrEnum):
    """What became of a sending; named by what to do next."""

    DELIVERED = "delivered"  # the platform or the page has it: nothing more to do
    IN_ROOM = "in_room"  # lies ready in the web room: the page will fetch it
    LATER = "later"  # a passing trouble: try again with the same key
    GONE = "gone"  # blocked or left: stop, tell staff
    REJECTED = "rejected"  # will never work as it is: stop, tell staff


class Channel(Protocol):
    """A running channel."""

    name: str
    capabilities: Capabilities

    async def send(self, address: str | None, outbound: Outbound, *, key: str) -> Outcome:
        """Carry ``outbound``. Called by the relay, outside any transaction, maybe repeatedly.

        ``key`` is the same for every try of the same message. ``address`` is None where the
        channel keeps none (web). Raises nothing for what a platform may answer.
        """
        ...

    def routes(self) -> Sequence[Any]:
        """Route definitions for aiohttp of this channel; empty where it has none."""
        ...

    async def start(self) -> None:
        """Called once before the service accepts requests. Must not wait for a network."""
        ...

    async def stop(self) -> None:
        """Called once at a graceful stop; ends streams within two seconds."""
        ...


class Door(Protocol):
    """What wiring hands to a channel: everything it may do with what came in."""

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        """Store a message durably. Safe to repeat with the same event id.

        Raises ``BadInput`` kinds, ``KeyReused`` and ``RecordErased``.
        """
        ...

    async def new_passphrase(self, person_id: PersonId) -> str:
        """Make a passphrase, show it once; an earlier one stops working."""
        ...

    async def come_back(
        self, typed: str, *, channel: str, address: str, expires_at: datetime | None
    ) -> PersonId:
        """Open a room with a typed passphrase. Slow on purpose. Raises ``UnknownPassphrase``."""
        ...

    async def leave(self, channel: str, address: str) -> None:
        """Forget this address. Safe to repeat."""
        ...

    async def erase(self, person_id: PersonId) -> Erasure:
        """Erase the person's record, at once unless a level-4 flag is open."""
        ...

    async def seen(self, person_id: PersonId, upto: int) -> None:
        """The person's page has everything up to message number ``upto``."""
        ...

    def is_grave(self, words: str) -> bool:
        """Whether the rules see level 3 or more: such words pass every limit (R-179)."""
        ...

    def now(self) -> datetime:
        """Now, aware UTC."""
        ...

    def say(self, key: str, locale: str, **values: int | str) -> str:
        """The words of a text key."""
        ...


@dataclass(frozen=True, slots=True)
class FormKeys:
    """How the web page's keys are made and checked (bound in wiring)."""

    issue: Callable[[datetime], str]
    genuine: Callable[[str, datetime], bool]
    room_token: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Hotline:
    """A line that may be named to people (``bot/safety/hotlines.json``)."""

    id: str
    name: str
    phone: str
    hours: str
    purpose: str
    charged: bool
    open_now: bool | None  # None where nobody can say for certain


@dataclass(frozen=True, slots=True)
class Handed:
    """Everything that a channel is made from."""

    door: Door
    rooms: RoomReads
    live: LiveFeed
    form_keys: FormKeys
    hotlines: Callable[[str, datetime], Sequence[Hotline]]  # locale, now
    settings: Any  # bot.settings.Settings; a channel reads only its own fields
    fiction: bool = False  # a demo: every page says so


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """How a channel introduces itself, as ``SPEC`` in its package."""

    name: str
    make: Callable[[Handed], Channel]
    configured: Callable[[Any], bool]  # settings -> whether to start it
