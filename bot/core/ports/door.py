"""The door: everything that a channel may do with what came in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.model.commands import Erasure, Receipt
from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound
from bot.core.model.people import Leanings


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap. ``choice`` comes back to ``Door.choose``; label at most 20 characters."""

    label: str
    choice: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says by itself to somebody at a messenger's menu; always automatic.

    At most 13 buttons. The channel shows it to this person alone and keeps nothing of it.
    ``bell_only`` is set where a choice changed how this messenger is used from now on.
    """

    words: str
    buttons: tuple[Button, ...] = ()
    bell_only: bool | None = None

    @property
    def neutral(self) -> bool:
        """Whether it is the one answer of room mode: a channel puts no word of ours beside it.

        Every other one carries the mark of machines, ``messenger.automatic`` (R-049).
        """
        return {button.choice for button in self.buttons} == {"room"}


MENU = (
    "write",  # just write; nothing is asked
    "pace",  # live, or letters
    "wish",  # whom I would like to talk with
    "about",  # who writes, how old: all may be left out
    "bell",  # notices only
    "phrase",  # the passphrase, shown in the web room
    "kept",  # how long things are kept
    "erase",  # erase the record
    "lines",  # telephone and text lines open now
)
"""What a messenger's menu offers; labels are ``messenger.menu.<choice>``.

In room mode, and for whoever wants the bell alone, there is only ``room``, and every choice is
answered by its link.
"""


JOIN = "join"
"""What ``Door.choice_in`` says of a passphrase: such words go to ``Door.join``."""


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

    async def rewrite(self, inbound: Inbound) -> Receipt:
        """The person edited message ``inbound.ref`` on their platform. Raises as ``accept``."""
        ...

    async def take_back(self, channel: str, ref: str) -> None:
        """The person took a message back on their platform. Safe to repeat, in any order."""
        ...

    async def arrive(self, channel: str, address: str, locale: str) -> Answer:
        """Somebody added the account: the short notice, or a quiet word for somebody known."""
        ...

    async def depart(self, channel: str, address: str) -> None:
        """Somebody blocked or left the account. Safe to repeat."""
        ...

    async def choose(self, channel: str, address: str, choice: str, locale: str) -> Answer:
        """Somebody tapped something; ``choice`` is from outside and may be anything."""
        ...

    async def join(self, typed: str, channel: str, address: str, locale: str) -> Answer:
        """Somebody typed their passphrase in a messenger: both rooms are one from now on."""
        ...

    def choice_in(self, words: str) -> str | None:
        """The choice that ``words`` stand for, where somebody typed what a button says.

        ``join`` where they are a passphrase: such words go to ``join`` and are not stored.
        """
        ...

    async def open_link(self, token: str, address: str, expires_at: datetime) -> PersonId:
        """Open a room with a single-use link; ``address`` is the page's new session.

        Raises ``LinkSpent``.
        """
        ...

    async def lean(self, person_id: PersonId, **choices: str) -> Leanings:
        """Say something about oneself: fields of ``Lean`` by name. Raises ``BadInput``."""
        ...

    async def want_bell_only(self, person_id: PersonId, *, bell_only: bool) -> None:
        """Only a bell, or the talk again, on all messengers of this person."""
        ...

    async def note_alive(self, channel: str) -> None:
        """The channel hears its platform now."""
        ...

    async def alive_at(self, channel: str) -> datetime | None:
        """When the channel last heard its platform, also before a restart."""
        ...

    def known_addresses(self, channel: str) -> AsyncIterator[str]:
        """Every address of the channel that is still in use; for what was missed meanwhile."""
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
