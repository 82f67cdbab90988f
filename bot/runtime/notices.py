"""What the service says by itself on a messenger: receipts, cards, bells, and short notices.

On the web the same facts stand on the page, always up to date; a messenger has to be told.
Every wording is a text key; numbers come from ``bot.safety`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.core.bus import Bus
from bot.core.model.commands import CutLink
from bot.core.model.ids import PersonId
from bot.core.model.sealed import Tag
from bot.core.model.talk import BELL_PAUSE
from bot.core.ports.channel import Hotline
from bot.core.ports.reads import RoomReads, StandingState
from bot.core.ports.telling import duty_words
from bot.core.ports.tools import Clock
from bot.core.steps import CARD_KEY

LINK = "room-link"
"""The purpose of the tag by which a link is known."""
LINES_IN_CARD = 5
LINES_IN_RECEIPT = 3
LINES_LISTED = 10

Say = Callable[..., str]
"""A text key, a locale and values in, words out."""
Lines = Callable[[str, datetime], Sequence[Hotline]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the web room is, and how many days words are kept."""

    base_url: str
    retention_days: int


class Notices:
    """Makes the words."""

    def __init__(
        self,
        *,
        bus: Bus,
        rooms: RoomReads,
        say: Say,
        hotlines: Lines,
        clock: Clock,
        tag: Callable[[str, str], Tag],
        place: Place,
    ) -> None:
        self._bus, self._rooms, self._say, self._hotlines = bus, rooms, say, hotlines
        self._clock, self._tag = clock, tag
        self._base_url, self.retention_days = place.base_url.rstrip("/"), place.retention_days

    async def template(self, text_key: str, locale: str, now: datetime) -> str:
        """A template of the talk; the safety card comes with the lines open at this minute."""
        if text_key != CARD_KEY:
            return self._say(text_key, locale)
        duty = await self._rooms.duty(now)
        follow = "safety.somebody_reads" if duty.on_duty > 0 else "safety.nobody_reads"
        return "\n\n".join(
            [
                self._say(CARD_KEY, locale),
                self.open_lines(locale, now, LINES_IN_CARD),
                self._say(follow, locale),
            ]
        )

    async def receipt(
        self, person_id: PersonId, locale: str, now: datetime, *, greeted: bool
    ) -> str:
        """It arrived; who is there, and about how long it takes (R-027 to R-029).

        Whoever has never heard from us is told the short notice too, unless they were
        ``greeted`` when they added the account (R-015).
        """
        standing = await self._rooms.standing(person_id, now)
        key = "resting" if standing.state is StandingState.RESTING else "waiting"
        parts = [self._say(f"visitor.standing.{key}", locale)]
        parts.append(duty_words(standing.duty, partial(_in, self._say, locale), now))
        if standing.duty.on_duty <= 0:
            parts.append(self._say("messenger.lines_now", locale))
            parts.append(self.open_lines(locale, now, LINES_IN_RECEIPT))
        if not greeted and await self._is_first(person_id):
            parts.append(self._say("messenger.notice.short", locale, days=self.retention_days))
        return "\n\n".join(parts)

    async def bell(self, person_id: PersonId, locale: str, seed: str) -> str:
        """Neutral words and a fresh link; nothing in them says what kind of place this is."""
        return self._say("messenger.bell.words", locale, link=await self.link(person_id, seed))

    async def link(self, person_id: PersonId, seed: str) -> str:
        """A single-use link into the person's room, for half an hour.

        Made from ``seed`` (an id of what it is for) with the pepper, so that a bell that is
        tried again says the very same, and nobody can guess it.
        """
        token = self._tag("room-link-token", seed).hex()
        expires_at = self._clock.now() + BELL_PAUSE
        await self._bus.run(CutLink(person_id, self._tag(LINK, token), expires_at))
        return f"{self._base_url}/k/{token}"

    def page(self, path: str) -> str:
        """The address of a page that anybody may open."""
        return self._base_url + path

    def open_lines(self, locale: str, now: datetime, most: int = LINES_LISTED) -> str:
        """The first lines that are not known to be closed, one a paragraph."""
        lines = [line for line in self._hotlines(locale, now) if line.open_now is not False]
        return "\n".join(self._line(line, locale) for line in lines[:most])

    def _line(self, line: Hotline, locale: str) -> str:
        charged = self._say("safety.charged", locale) if line.charged else ""
        return self._say(
            "messenger.line",
            locale,
            name=line.name,
            phone=line.phone,
            hours=line.hours,
            charged=f" {charged}" if charged else "",
        )

    async def _is_first(self, person_id: PersonId) -> bool:
        return len(await self._rooms.lines(person_id, limit=2)) == 1


def _in(say: Say, locale: str, key: str, **values: int | str) -> str:
    return say(key, locale, **values)
