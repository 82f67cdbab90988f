"""The fixture ``world``: the bus on fakes, a frozen clock, and everything that was rung."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.core.bus import Bus
from bot.core.model.commands import (
    AcceptInvitation,
    InviteStaff,
    Receipt,
    ReceiveMessage,
)
from bot.core.model.ids import PersonId, StaffId, TalkId
from bot.core.model.mail import Action, Address, Errand
from bot.core.model.messages import Capabilities, Inbound, Message
from bot.core.model.people import Person, Role
from bot.core.model.safety import Concern
from bot.core.model.sealed import SealedWords
from bot.core.model.talk import Talk
from bot.core.ports.live import Ear
from bot.core.ports.tools import Policy, Tools
from bot.runtime.live_feed import InProcessFeed
from tests.fakes.store import FakeStore, Rows
from tests.fakes.tools import CountingIds, FewHandles, FrozenClock, OpenVault, screen

HOUR = timedelta(hours=1)


class Bells:
    """A live feed that remembers what was rung."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self._feed = InProcessFeed()

    def ring(self, topics: Iterable[str]) -> None:
        self.rung.extend(sorted(topics))

    def listen(self, *topics: str) -> Ear:
        return self._feed.listen(*topics)


@contextmanager
def _untallied(_: str) -> Iterator[None]:
    yield


class World:
    """Everything a test of the core may look at. Tests speak in commands."""

    def __init__(self) -> None:
        self.clock, self.vault, self.live = FrozenClock(), OpenVault(), Bells()
        self.store, self.woken = FakeStore(), 0
        self.tools = Tools(
            clock=self.clock,
            ids=CountingIds(),
            handles=FewHandles(),
            vault=self.vault,
            screen=screen,
            policy=Policy(
                words_limit=100,
                pictures=True,
                messengers={
                    "line": Capabilities(
                        max_length=5000, keeps_history=True, shows_typing=True, marks_read=True
                    )
                },
            ),
        )
        self.bus = Bus(
            units=self.store,
            tools=self.tools,
            live=self.live,
            wake_relay=self._wake,
            tally=_untallied,
        )
        self._written = 0

    @property
    def rows(self) -> Rows:
        return self.store.rows

    async def hear(
        self, words: str, *, address: str = "room", event_id: str | None = None
    ) -> Receipt:
        """Somebody writes from a browser session that lasts twelve hours."""
        self._written += 1
        inbound = Inbound("webchat", address, event_id or f"event {self._written}", words)
        return await self.bus.run(ReceiveMessage(inbound, self.clock.now() + 12 * HOUR))

    async def hire(self, name: str, *roles: Role) -> StaffId:
        """Somebody with an opened account."""
        token = self.vault.tag("staff-token", name)
        roles_held = frozenset(roles)
        await self.bus.run(InviteStaff(name, roles_held, token, self.clock.now() + HOUR))
        return await self.bus.run(AcceptInvitation(token, name, "hash"))

    def talk(self, talk_id: TalkId) -> Talk:
        return self.rows.talks[talk_id]

    def person(self, person_id: PersonId) -> Person:
        return self.rows.persons[person_id]

    def messages(self, talk_id: TalkId) -> list[Message]:
        said = [m for m in self.rows.messages.values() if m.talk_id == talk_id]
        return sorted(said, key=lambda message: message.seq)

    def words(self, message: Message) -> str:
        key = self.rows.keys[self.talk(message.talk_id).person_id]
        assert message.sealed is not None
        return self.vault.open(key, SealedWords(message.sealed), bound_to=message.bound_to)

    def concerns(self) -> list[Concern]:
        return list(self.rows.concerns.values())

    async def hear_line(self, words: str, **more: Any) -> Receipt:  # fields of Inbound
        """Somebody writes on a messenger."""
        self._written += 1
        given = {"address": "U1", "event_id": f"event {self._written}", "words": words}
        inbound = Inbound(channel="line", **(given | more))
        return await self.bus.run(ReceiveMessage(inbound))

    def errands(self, action: Action) -> list[Errand]:
        """What is due of one kind, oldest first."""
        return [each for each in self.rows.errands.values() if each.action is action]

    def address(self, channel: str, address: str) -> Address:
        """What is kept of an address."""
        tag = self.vault.tag("address", f"{channel}\n{address}")
        return self.rows.addresses[channel, tag]

    def _wake(self, carriers: Iterable[str]) -> None:
        self.woken += bool(list(carriers))


@pytest.fixture
def world() -> World:
    return World()
