"""One request on its way through the console, and the house it walks through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import jinja2
from aiohttp import web

from bot.core.model.commands import StayOnDuty
from bot.core.model.errors import NotFound
from bot.core.model.ids import ConcernId, MessageId, StaffId, TalkId
from bot.core.model.people import Viewer
from bot.core.ports.console import Backroom, ConsoleParts
from bot.core.ports.reads import ConsoleReads
from moderator_ui.gate import Gate
from moderator_ui.reading import Reading
from moderator_ui.refusals import SignedOut
from moderator_ui.watch import Watch

STAY_EVERY: Final = timedelta(minutes=1)
LOCALES: Final = ("ja", "en")
_DIGITS: Final = 9


class Presence:
    """When each member of staff was last reported as still there. In memory only."""

    def __init__(self) -> None:
        self._last: dict[StaffId, datetime] = {}

    def due(self, staff_id: StaffId, now: datetime) -> bool:
        """Whether a minute has passed since the last report; if so, it counts as made."""
        last = self._last.get(staff_id)
        if last is not None and now - last < STAY_EVERY:
            return False
        self._last[staff_id] = now
        return True


@dataclass(frozen=True, slots=True)
class House:
    """What every view shares. ``assets`` maps a file's name to its address with a version."""

    parts: ConsoleParts
    env: jinja2.Environment
    assets: Mapping[str, str]
    unreviewed: int  # safety texts and hotlines that no expert has approved yet
    gate: Gate
    watch: Watch = field(default_factory=Watch)
    presence: Presence = field(default_factory=Presence)
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class Call:
    """A request, who makes it, and when. ``token`` seals the forms of this browser."""

    house: House
    request: web.Request
    locale: str
    token: str
    fresh: bool  # the token was made for this answer and must go out as a cookie
    somebody: Viewer | None
    now: datetime
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def backroom(self) -> Backroom:
        """Everything that a view may do."""
        return self.house.parts.backroom

    @property
    def reads(self) -> ConsoleReads:
        """Everything that a view may read."""
        return self.house.parts.reads

    @property
    def viewer(self) -> Viewer:
        """Who is signed in. Raises ``SignedOut``."""
        if self.somebody is None:
            raise SignedOut
        return self.somebody

    @property
    def seal(self) -> str:
        """What every form on this page must carry."""
        return self.backroom.form_seal(self.token)

    @property
    def wants_json(self) -> bool:
        """Whether our script asks, rather than a form that was sent without one."""
        return "application/json" in self.request.headers.get("Accept", "")

    @property
    def talk_id(self) -> TalkId:
        """The talk named in the address."""
        return TalkId(self.request.match_info["talk_id"])

    @property
    def message_id(self) -> MessageId:
        """The message named in the address."""
        return MessageId(self.request.match_info["message_id"])

    @property
    def concern_id(self) -> ConcernId:
        """The concern named in the address."""
        return ConcernId(self.request.match_info["concern_id"])

    def say(self, key: str, **values: int | str) -> str:
        """The words of ``key`` in the language of this browser."""
        return self.backroom.say(key, self.locale, **values)

    async def looked_at_again(self) -> Call:
        """The same page a moment later, by whoever the session belongs to now."""
        now = self.backroom.now()
        somebody = await self.reads.viewer(self.backroom.session_tag(self.token), now)
        return replace(self, somebody=somebody, now=now)

    async def stay_on_duty(self) -> None:
        """Report, once a minute, that somebody on duty still has a page open."""
        if self.house.presence.due(self.viewer.staff_id, self.now):
            await self.backroom.run(StayOnDuty(self.viewer.staff_id))


def number(text: str | None) -> int:
    """A number from an address. Raises ``NotFound`` for anything else."""
    if text is None or not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise NotFound
    return int(text)
