"""Rooms kept in memory: what the fake house knows of people, and what they see of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.core.model.errors import NotFound
from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound, Sender
from bot.core.model.people import Leanings, PersonState
from bot.core.ports.live import room_topic
from bot.core.ports.reads import AboutMe, DutyView, Line, Standing, StandingState, Visit
from bot.runtime.live_feed import InProcessFeed
from bot.texts import Texts
from channels import texts_folders

NIGHT = datetime(2026, 11, 24, 18, 7, tzinfo=UTC)
"""03:07 in Japan."""
TEXTS = Texts.load(more=texts_folders())


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
    leanings: Leanings = field(default_factory=Leanings)


class Rooms:
    """Implements RoomReads; ``duty_view`` and ``now_at`` are set by tests."""

    def __init__(self) -> None:
        self.now_at = NIGHT
        self.duty_view = DutyView(on_duty=0, wait_minutes=None, next_opening=None)
        self.live = InProcessFeed()
        self.rooms: dict[PersonId, Room] = {}
        self.addresses: dict[str, tuple[PersonId, datetime | None]] = {}
        self.channel_of: dict[str, str] = {}  # by address
        self.bell_only: set[str] = set()  # addresses that want the bell alone
        self._ids = itertools.count(1)

    async def whose(self, channel: str, address: str) -> Visit | None:
        room = self._room_at(address)
        if room is None or room.state is PersonState.ERASED:
            return None
        return Visit(
            room.person_id,
            room.state,
            room.locale,
            self.addresses[address][1],
            bell_only=address in self.bell_only,
        )

    async def lines(self, person_id: PersonId, *, after: int = 0, limit: int = 200) -> list[Line]:
        lines = [line for line in self.rooms[person_id].lines if line.seq > after]
        return lines[:limit] if after else lines[-limit:]

    async def standing(self, person_id: PersonId, now: datetime) -> Standing:
        room = self.rooms[person_id]
        return Standing(room.standing, self.duty_view, room.has_passphrase, room.erase_due_at)

    async def duty(self, now: datetime) -> DutyView:
        return self.duty_view

    async def about_me(self, person_id: PersonId) -> AboutMe:
        room = self.rooms.get(person_id)
        if room is None or room.state is PersonState.ERASED:
            raise NotFound
        theirs = self._messengers(person_id)
        names = dict.fromkeys(self.channel_of[address] for address in theirs)
        return AboutMe(room.leanings, tuple(names), bool(theirs) and self.bell_only >= theirs)

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

    # --- for the door -------------------------------------------------------------------

    def _room_at(self, address: str) -> Room | None:
        person_id, expires_at = self.addresses.get(address, (None, None))
        if person_id is None or (expires_at is not None and expires_at <= self.now_at):
            return None
        return self.rooms[person_id]

    def _welcome(self, inbound: Inbound, expires_at: datetime | None) -> Room:
        return self._enter(inbound.channel, inbound.address, inbound.locale, expires_at)

    def _enter(
        self, channel: str, address: str, locale: str, expires_at: datetime | None = None
    ) -> Room:
        person_id = PersonId(f"person-{next(self._ids)}")
        self._settle_at(channel, address, person_id, expires_at)
        self.rooms[person_id] = Room(person_id, locale)
        return self.rooms[person_id]

    def _settle_at(
        self, channel: str, address: str, person_id: PersonId, expires_at: datetime | None
    ) -> None:
        self.addresses[address] = (person_id, expires_at)
        self.channel_of[address] = channel

    def _blank(self, person_id: PersonId, seq: int) -> None:
        """Take the words of a line away."""
        lines = self.rooms[person_id].lines
        lines[:] = [
            replace(line, words=None, taken_back=True) if line.seq == seq else line
            for line in lines
        ]
        self.live.ring([room_topic(person_id)])

    def _messengers(self, person_id: PersonId) -> set[str]:
        """Their addresses that are no browser's."""
        return {
            address
            for address, (owner, _) in self.addresses.items()
            if owner == person_id and self.channel_of[address] != "webchat"
        }
