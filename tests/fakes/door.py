"""A house with no walls: a door and rooms kept in memory, for tests of channels alone."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.model.commands import Erasure, Receipt
from bot.core.model.errors import (
    KeyReused,
    LinkSpent,
    RecordErased,
    TakenBack,
    UnknownPassphrase,
)
from bot.core.model.ids import MessageId, PersonId, TalkId
from bot.core.model.messages import Inbound, Sender
from bot.core.model.people import PersonState
from bot.core.model.words import clean
from bot.core.ports.channel import FormKeys, Handed
from bot.core.ports.door import Door
from bot.core.ports.live import room_topic
from bot.core.ports.reads import RoomReads, StandingState
from bot.safety.hotlines import Hotlines
from bot.settings import Settings
from bot.texts import Texts
from tests.fakes.menu import PHRASE, Menu
from tests.fakes.rooms import NIGHT, TEXTS, Room

__all__ = ["GRAVE", "NIGHT", "PHRASE", "TEXTS", "FakeHouse", "Room", "handed_by"]

GRAVE = "死にたい"
Stored = tuple[PersonId, str, int]  # whose, the words, the line's number


class FakeHouse(Menu):
    """Door and RoomReads in one.

    ``inbounds`` is what was stored, in order; with ``broken`` the store is away. ``tasks`` are
    what a channel spawned: await them, or end them with ``close``.
    """

    def __init__(self, *, words_limit: int = 2000, texts: Texts = TEXTS) -> None:
        super().__init__()
        self.events: dict[tuple[str, str], Stored] = {}
        self.inbounds: list[Inbound] = []
        self.refs: dict[tuple[str, str], list[Stored]] = {}  # versions, oldest first
        self.gone: set[tuple[str, str]] = set()  # taken back, some before they arrived
        self.alive: dict[str, datetime] = {}
        self.erasure_waits = False
        self.tasks: list[asyncio.Task[None]] = []
        self._limit, self._texts = words_limit, texts

    # --- what comes in ------------------------------------------------------------------

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        self._must_work()
        words = clean(inbound.words, limit=max(self._limit, inbound.limit or 0))
        earlier = self._earlier(inbound)
        if earlier is not None:
            return self._recognise(earlier, words)
        return self._take_in(inbound, words, expires_at)

    async def rewrite(self, inbound: Inbound) -> Receipt:
        self._must_work()
        words = clean(inbound.words, limit=max(self._limit, inbound.limit or 0))
        event = self.events.get((inbound.address, inbound.event_id))
        if event is not None:
            return self._recognise(event, words)
        place = (inbound.channel, inbound.ref or "")
        if place in self.gone:
            raise TakenBack
        for person_id, _, seq in self.refs.get(place, ()):
            self._blank(person_id, seq)
        return self._take_in(inbound, words, None)

    async def take_back(self, channel: str, ref: str) -> None:
        self._must_work()
        self.gone.add((channel, ref))
        for person_id, _, seq in self.refs.get((channel, ref), ()):
            self._blank(person_id, seq)

    # --- coming, going, coming back -----------------------------------------------------

    async def new_passphrase(self, person_id: PersonId) -> str:
        phrase = f"{PHRASE}{len(self.phrases) or ''}"
        kept = {typed: owner for typed, owner in self.phrases.items() if owner != person_id}
        self.phrases = kept | {"".join(phrase.split()): person_id}
        self.rooms[person_id].has_passphrase = True
        return phrase

    async def come_back(
        self, typed: str, *, channel: str, address: str, expires_at: datetime | None
    ) -> PersonId:
        person_id = self.phrases.get("".join(typed.split()))
        if person_id is None:
            raise UnknownPassphrase
        self._settle_at(channel, address, person_id, expires_at)
        return person_id

    async def open_link(self, token: str, address: str, expires_at: datetime) -> PersonId:
        self._must_work()
        person_id = self.links.pop(token, None)
        if person_id is None:
            raise LinkSpent
        self._settle_at("webchat", address, person_id, expires_at)
        return person_id

    async def leave(self, channel: str, address: str) -> None:
        self.addresses.pop(address, None)

    async def erase(self, person_id: PersonId) -> Erasure:
        room = self.rooms[person_id]
        if self.erasure_waits:
            room.state, room.standing = PersonState.LEAVING, StandingState.LEAVING
            room.erase_due_at = self.now_at + timedelta(hours=72)
            return Erasure(due_at=room.erase_due_at)
        room.state, room.standing = PersonState.ERASED, StandingState.ERASED
        room.lines.clear()
        self.live.ring([room_topic(person_id)])
        return Erasure(due_at=None)

    async def seen(self, person_id: PersonId, upto: int) -> None:
        room = self.rooms[person_id]
        room.seen_upto = max(room.seen_upto, upto)

    # --- what a channel asks ------------------------------------------------------------

    async def note_alive(self, channel: str) -> None:
        self._must_work()
        self.alive[channel] = self.now_at

    async def alive_at(self, channel: str) -> datetime | None:
        self._must_work()
        return self.alive.get(channel)

    async def known_addresses(self, channel: str) -> AsyncIterator[str]:
        for address in list(self.addresses):
            if self.channel_of[address] == channel and (channel, address) not in self.departed:
                yield address

    def is_grave(self, words: str) -> bool:
        return GRAVE in words

    def now(self) -> datetime:
        return self.now_at

    def say(self, key: str, locale: str, **values: int | str) -> str:
        return self._texts.say(key, locale, **values)

    # --- for tests ----------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run work of a channel as the service would; a test awaits or ends it."""
        task = asyncio.create_task(work, name=name)
        self.tasks.append(task)
        return task

    async def close(self) -> None:
        """End what a channel spawned. Raises what one of them failed with."""
        for task in self.tasks:
            task.cancel()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def _earlier(self, inbound: Inbound) -> Stored | None:
        event = self.events.get((inbound.address, inbound.event_id))
        place = (inbound.channel, inbound.ref or "")
        if place in self.gone:
            raise TakenBack
        return event or next(iter(self.refs.get(place, ())), None)

    def _take_in(self, inbound: Inbound, words: str, expires_at: datetime | None) -> Receipt:
        room = self._room_at(inbound.address) or self._welcome(inbound, expires_at)
        if room.state is PersonState.ERASED:
            raise RecordErased
        seq = self.say_in(room.person_id, words, Sender.VISITOR)
        stored = (room.person_id, words, seq)
        self.events[inbound.address, inbound.event_id] = stored
        if inbound.ref is not None:
            self.refs.setdefault((inbound.channel, inbound.ref), []).append(stored)
        self.inbounds.append(inbound)
        if self.is_grave(words):
            self.say_in(room.person_id, None, Sender.SERVICE, text_key="safety.card")
        return self._receipt(room.person_id, seq, repeated=False)

    def _recognise(self, earlier: Stored, words: str) -> Receipt:
        person_id, before, seq = earlier
        if self.rooms[person_id].state is PersonState.ERASED:
            raise RecordErased
        if before != words:
            raise KeyReused
        return self._receipt(person_id, seq, repeated=True)

    def _receipt(self, person_id: PersonId, seq: int, *, repeated: bool) -> Receipt:
        return Receipt(
            person_id, TalkId(f"talk-{person_id}"), MessageId(f"{person_id}-{seq}"), seq, repeated
        )


class FakeFormKeys:
    """Form keys that anybody could forge, as long as no test tries that spelling."""

    def __init__(self) -> None:
        self._made = itertools.count(1)

    def issue(self, now: datetime) -> str:
        return f"form-{next(self._made)}-{int(now.timestamp())}"

    def genuine(self, key: str, now: datetime) -> bool:
        if not key.startswith("form-"):
            return False
        made_at = datetime.fromtimestamp(int(key.rpartition("-")[2]), tz=UTC)
        return now - made_at <= timedelta(hours=24)

    def room_token(self, key: str) -> str:
        return hashlib.sha256(f"token {key}".encode()).hexdigest()


def handed_by(house: FakeHouse, *, own: object = None, **settings: object) -> Handed:
    """What wiring would hand to a channel, on the fake house; ``own`` are its own settings."""
    keys = FakeFormKeys()
    return Handed(
        door=house,
        rooms=house,
        live=house.live,
        form_keys=FormKeys(keys.issue, keys.genuine, keys.room_token),
        hotlines=Hotlines.load().for_locale,
        settings=Settings.load(env_file=None, environ={}, overrides=settings),
        own=own,
        spawn=house.spawn,
    )


_door: type[Door] = FakeHouse
_reads: type[RoomReads] = FakeHouse
