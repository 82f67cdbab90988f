"""The visitor's door: what channels may do, bound to the bus and to slow, careful functions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core.bus import Bus
from bot.core.model.commands import (
    Depart,
    EraseRecord,
    Erasure,
    Join,
    Lean,
    LeaveRoom,
    NoteAlive,
    NoteSeen,
    OpenLink,
    Receipt,
    ReceiveMessage,
    Reopen,
    RewriteMessage,
    SetPassphrase,
    TakeBack,
    WantBellOnly,
)
from bot.core.model.errors import BadInput, UnknownPassphrase
from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound
from bot.core.model.people import AgeBand, Leanings, Pace, SpeaksAs, Wish
from bot.core.model.safety import shows_card
from bot.core.model.sealed import Tag
from bot.core.ports.door import JOIN, Answer
from bot.core.ports.reads import RoomReads
from bot.core.ports.relay_reads import RelayReads
from bot.core.ports.tools import Clock, Screen
from bot.runtime.counter import Counter

Say = Callable[..., str]
WEB = "webchat"
"""Links lead into the web room; its channel keeps no addresses of its own."""
_CALLED = "合言葉"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Passphrases: made, recognised, and turned into a verifier (slow on purpose)."""

    make: Callable[[], str]
    could_be: Callable[[str], bool]
    verifier: Callable[[str], Tag]
    gate: asyncio.Semaphore  # guessing must not eat both cores

    async def verify(self, typed: str) -> Tag:
        """The verifier of typed words, off the loop and few at a time."""
        async with self.gate:
            return await asyncio.to_thread(self.verifier, typed)


@dataclass(frozen=True, slots=True)
class VisitorDoor:
    """Implements ``bot.core.ports.door.Door``."""

    bus: Bus
    clock: Clock
    screen: Screen
    phrases: Phrases
    counter: Counter
    rooms: RoomReads
    reads: RelayReads
    words: Say
    link_tag: Callable[[str], Tag]
    may_try: Callable[[str], bool]  # a messenger's tries at passphrases, by address

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        """Store a message durably."""
        return await self.bus.run(ReceiveMessage(inbound, expires_at))

    async def rewrite(self, inbound: Inbound) -> Receipt:
        """The person edited a message on their platform."""
        return await self.bus.run(RewriteMessage(inbound))

    async def take_back(self, channel: str, ref: str) -> None:
        """The person took a message back on their platform."""
        await self.bus.run(TakeBack(channel, ref))

    async def new_passphrase(self, person_id: PersonId) -> str:
        """Make a passphrase, keep its verifier, and return the words to show once."""
        words = self.phrases.make()
        await self.bus.run(SetPassphrase(person_id, await self.phrases.verify(words)))
        return words

    async def come_back(
        self, typed: str, *, channel: str, address: str, expires_at: datetime | None
    ) -> PersonId:
        """Open a room with a typed passphrase."""
        verifier = await self.phrases.verify(typed)
        return await self.bus.run(Reopen(verifier, channel, address, expires_at))

    async def join(self, typed: str, channel: str, address: str, locale: str) -> Answer:
        """Join a messenger with the room that a passphrase opens, by the person's own act."""
        if not self.may_try(address):
            return await self.counter.joined(channel, address, locale, "later")
        verifier = await self.phrases.verify(_phrase_in(typed))
        visit = await self.rooms.whose(channel, address)
        try:
            if visit is None:
                await self.bus.run(Reopen(verifier, channel, address))
            else:
                await self.bus.run(Join(visit.person_id, verifier))
        except UnknownPassphrase:
            return await self.counter.joined(channel, address, locale, "unknown")
        return await self.counter.joined(channel, address, locale, "joined")

    async def leave(self, channel: str, address: str) -> None:
        """Forget this address."""
        await self.bus.run(LeaveRoom(channel, address))

    async def arrive(self, channel: str, address: str, locale: str) -> Answer:
        """Somebody added the account."""
        return await self.counter.arrive(channel, address, locale)

    async def depart(self, channel: str, address: str) -> None:
        """Somebody blocked or left the account."""
        await self.bus.run(Depart(channel, address))

    async def choose(self, channel: str, address: str, choice: str, locale: str) -> Answer:
        """Somebody tapped something."""
        return await self.counter.choose(channel, address, choice, locale)

    def choice_in(self, words: str) -> str | None:
        """What a button says, or a passphrase."""
        choice = self.counter.choice_in(words)
        if choice is None and self.phrases.could_be(_phrase_in(words)):
            return JOIN
        return choice

    async def open_link(self, token: str, address: str, expires_at: datetime) -> PersonId:
        """Open a room with a single-use link."""
        return await self.bus.run(OpenLink(self.link_tag(token), WEB, address, expires_at))

    async def lean(self, person_id: PersonId, **choices: str) -> Leanings:
        """Say something about oneself."""
        return await self.bus.run(_lean(person_id, choices))

    async def want_bell_only(self, person_id: PersonId, *, bell_only: bool) -> None:
        """Only a bell, or the talk again."""
        await self.bus.run(WantBellOnly(person_id, bell_only))

    async def erase(self, person_id: PersonId) -> Erasure:
        """Erase the person's record."""
        return await self.bus.run(EraseRecord(person_id))

    async def seen(self, person_id: PersonId, upto: int) -> None:
        """The person's page has everything up to message number ``upto``."""
        await self.bus.run(NoteSeen(person_id, upto))

    async def note_alive(self, channel: str) -> None:
        """The channel hears its platform now."""
        await self.bus.run(NoteAlive(channel))

    async def alive_at(self, channel: str) -> datetime | None:
        """When the channel last heard its platform."""
        return await self.reads.alive_at(channel)

    def known_addresses(self, channel: str) -> AsyncIterator[str]:
        """Every address of the channel that is still in use."""
        return self.reads.known_addresses(channel)

    def is_grave(self, words: str) -> bool:
        """Whether the rules see level 3 or more."""
        return shows_card(self.screen(words).level)

    def now(self) -> datetime:
        """Now, aware UTC."""
        return self.clock.now()

    def say(self, key: str, locale: str, **values: int | str) -> str:
        """The words of a text key."""
        return self.words(key, locale, **values)


def _phrase_in(words: str) -> str:
    """A passphrase without the word for it, which many write in front."""
    return words.strip().removeprefix(_CALLED).lstrip(" 　:：")


def _lean(person_id: PersonId, choices: dict[str, str]) -> Lean:
    """The command for choices by name. Raises ``BadInput`` for one that there is not."""
    try:
        return Lean(
            person_id,
            speaks_as=SpeaksAs(choices["speaks_as"]) if choices.get("speaks_as") else None,
            age_band=AgeBand(choices["age_band"]) if choices.get("age_band") else None,
            wish=Wish(choices["wish"]) if choices.get("wish") else None,
            pace=Pace(choices["pace"]) if choices.get("pace") else None,
            forget=bool(choices.get("forget")),
        )
    except ValueError:
        raise BadInput from None
