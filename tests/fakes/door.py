"""A house with no walls: a door and a room kept in memory, for tests of channels alone."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.core.model.commands import Erasure, Receipt
from bot.core.model.errors import KeyReused, RecordErased, UnknownPassphrase
from bot.core.model.ids import MessageId, PersonId, TalkId
from bot.core.model.messages import Inbound, Sender
from bot.core.model.people import PersonState
from bot.core.model.words import clean
from bot.core.ports.channel import FormKeys, Handed
from bot.core.ports.live import room_topic
from bot.core.ports.reads import DutyView, Line, Standing, StandingState, Visit
from bot.runtime.live_feed import InProcessFeed
from bot.safety.hotlines import Hotlines
from bot.settings import Settings
from bot.texts import Texts

NIGHT = datetime(2026, 11, 24, 18, 7, tzinfo=UTC)
"""03:07 in Japan."""
GRAVE = "死にたい"
PHRASE = "あさがお　まどべ　みずうみ　こかげ　ゆうなぎ　はりねずみ"
TEXTS = Texts.load()


@dataclass(slots=True)
class Room:
    """What the fake keeps of one person."""

    person_id: PersonId
    locale: str
    lines: list[Line] = field(default_factory=list)
    state: PersonState = PersonState.PRESENT
    standing: StandingState = StandingState.WAITING
    has_passphrase: bool = False
    seen_upto: int = 0
    erase_due_at: datetime | None = None


class FakeHouse:
    """Door and RoomReads in one; ``duty`` and ``now_at`` are set by tests."""

    def __init__(self, *, words_limit: int = 2000) -> None:
        self.now_at = NIGHT
        self.duty_view = DutyView(on_duty=0, wait_minutes=None, next_opening=None)
        self.live = InProcessFeed()
        self.rooms: dict[PersonId, Room] = {}
        self.addresses: dict[str, tuple[PersonId, datetime | None]] = {}
        self.phrases: dict[str, PersonId] = {}
        self.events: dict[tuple[str, str], tuple[PersonId, str, int]] = {}
        self.erasure_waits = False
        self.broken = False
        self._limit = words_limit
        self._ids = itertools.count(1)

    # --- Door ---------------------------------------------------------------------------

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        if self.broken:
            raise RuntimeError
        words = clean(inbound.words, limit=self._limit)
        earlier = self.events.get((inbound.address, inbound.event_id))
        if earlier is not None:
            return self._recognise(earlier, words)
        room = self._room_at(inbound.address) or self._welcome(inbound, expires_at)
        if room.state is PersonState.ERASED:
            raise RecordErased
        seq = self.say_in(room.person_id, words, Sender.VISITOR)
        self.events[inbound.address, inbound.event_id] = (room.person_id, words, seq)
        if self.is_grave(words):
            self.say_in(room.person_id, None, Sender.SERVICE, text_key="safety.card")
        return self._receipt(room.person_id, seq, repeated=False)

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
        self.addresses[address] = (person_id, expires_at)
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

    def is_grave(self, words: str) -> bool:
        return GRAVE in words

    def now(self) -> datetime:
        return self.now_at

    def say(self, key: str, locale: str, **values: int | str) -> str:
        return TEXTS.say(key, locale, **values)

    # --- RoomReads ----------------------------------------------------------------------

    async def whose(self, channel: str, address: str) -> Visit | None:
        room = self._room_at(address)
        if room is None or room.state is PersonState.ERASED:
            return None
        return Visit(room.person_id, room.state, room.locale, self.addresses[address][1])

    async def lines(self, person_id: PersonId, *, after: int = 0, limit: int = 200) -> list[Line]:
        lines = [line for line in self.rooms[person_id].lines if line.seq > after]
        return lines[:limit] if after else lines[-limit:]

    async def standing(self, person_id: PersonId, now: datetime) -> Standing:
        room = self.rooms[person_id]
        return Standing(room.standing, self.duty_view, room.has_passphrase, room.erase_due_at)

    async def duty(self, now: datetime) -> DutyView:
        return self.duty_view

    # --- for tests ----------------------------------------------------------------------

    def say_in(
        self,
        person_id: PersonId,
        words: str | None,
        sender: Sender,
        *,
        text_key: str | None = None,
    ) -> int:
        """Put a line into a room and ring, as a commit would."""
        lines = self.rooms[person_id].lines
        seq = lines[-1].seq + 1 if lines else 1
        by = "みなと" if sender is Sender.STAFF else None
        lines.append(Line(seq, sender, by, words, text_key, self.now_at))
        self.live.ring([room_topic(person_id)])
        return seq

    def only_room(self) -> Room:
        """The one room that there is."""
        (room,) = self.rooms.values()
        return room

    def expire_all(self) -> None:
        """Let a month pass."""
        self.now_at += timedelta(days=30)

    def _room_at(self, address: str) -> Room | None:
        person_id, expires_at = self.addresses.get(address, (None, None))
        if person_id is None or (expires_at is not None and expires_at <= self.now_at):
            return None
        return self.rooms[person_id]

    def _welcome(self, inbound: Inbound, expires_at: datetime | None) -> Room:
        person_id = PersonId(f"person-{next(self._ids)}")
        self.addresses[inbound.address] = (person_id, expires_at)
        self.rooms[person_id] = Room(person_id, inbound.locale)
        return self.rooms[person_id]

    def _recognise(self, earlier: tuple[PersonId, str, int], words: str) -> Receipt:
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


def handed_by(house: FakeHouse, **settings: object) -> Handed:
    """What wiring would hand to a channel, on the fake house."""
    keys = FakeFormKeys()
    return Handed(
        door=house,
        rooms=house,
        live=house.live,
        form_keys=FormKeys(keys.issue, keys.genuine, keys.room_token),
        hotlines=Hotlines.load().for_locale,
        settings=Settings.load(env_file=None, environ={}, overrides=settings),
    )
