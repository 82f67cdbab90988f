"""The counter (受付): what a messenger's menu says and does, the same on every messenger.

In room mode, and for whoever wants only the bell, every answer is the same neutral one: this is
the one place that decides it for answers, as ``Errands`` is for the talk.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.core.bus import Bus
from bot.core.model.commands import Arrive, Enter, EraseRecord, Lean, WantBellOnly
from bot.core.model.errors import RecordErased
from bot.core.model.ids import PersonId
from bot.core.model.people import AgeBand, Pace, SpeaksAs, Wish
from bot.core.ports.door import MENU, Answer, Button
from bot.core.ports.reads import RoomReads
from bot.core.ports.telling import moment
from bot.core.ports.tools import Clock
from bot.runtime.notices import Notices

Say = Callable[..., str]
LABELS = 20
"""No label of a button is longer: the shortest limit of any platform."""

_TYPED = frozenset(MENU) - {"write"} | {"menu"}
_WITHIN: Mapping[str, type[SpeaksAs | AgeBand | Wish | Pace]] = {
    "about": SpeaksAs,
    "age": AgeBand,
    "wish": Wish,
    "pace": Pace,
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stands at the counter. ``person_id`` is None for somebody we do not know."""

    channel: str
    address: str
    locale: str
    person_id: PersonId | None
    bell_only: bool


class Counter:
    """Answers choices. ``room_mode`` says of a channel whether it carries bells alone."""

    def __init__(
        self,
        *,
        bus: Bus,
        rooms: RoomReads,
        notices: Notices,
        say: Say,
        clock: Clock,
        locales: tuple[str, ...],
        room_mode: Callable[[str], bool],
        new_token: Callable[[], str],
    ) -> None:
        self._bus, self._rooms, self._notices = bus, rooms, notices
        self._say, self._clock, self._days = say, clock, notices.retention_days
        self._room_mode, self._new_token = room_mode, new_token
        self._typed = self._labels(locales)
        self._answers: Mapping[str, Callable[[Guest], Awaitable[Answer]]] = {
            "menu": self._menu,
            "notice": self._notice,
            "write": self._plain("write"),
            "kept": self._kept,
            "lines": self._lines,
            "pace": self._offer("pace"),
            "wish": self._offer("wish"),
            "about": self._offer("about"),
            "age": self._offer("age"),
            "bell": self._offer_bell,
            "phrase": self._phrase,
            "join": self._plain("join"),
            "erase": self._ask_erase,
        }

    async def arrive(self, channel: str, address: str, locale: str) -> Answer:
        """The short notice for a stranger; for somebody known a quiet word, no question."""
        known = await self._bus.run(Arrive(channel, address))
        guest = await self._guest(channel, address, locale)
        if guest.bell_only:
            return self._neutral(guest, "messenger.bell.hello")
        if known:
            return self._answer(guest, "messenger.back", "menu")
        words = self._say("messenger.hello", locale)
        short = self._say("messenger.notice.short", locale, days=self._days)
        return Answer(f"{words}\n\n{short}", self._buttons(guest, "notice", "menu"))

    async def choose(self, channel: str, address: str, choice: str, locale: str) -> Answer:
        """Answer a tap; what is unknown gets the menu."""
        guest = await self._guest(channel, address, locale)
        try:
            return await self._chosen(guest, choice)
        except RecordErased:
            if guest.bell_only:
                return self._neutral(guest, "messenger.bell.later")
            return self._answer(guest, "messenger.erased", "menu")

    def choice_in(self, words: str) -> str | None:
        """The choice whose button says exactly this."""
        return self._typed.get(_bare(words))

    async def joined(self, channel: str, address: str, locale: str, became: str) -> Answer:
        """What became of a passphrase: ``joined``, ``unknown``, or ``later`` (too many tries)."""
        guest = await self._guest(channel, address, locale)
        if guest.bell_only:
            return self._neutral(guest, f"messenger.bell.{became}")
        return self._answer(guest, f"messenger.joining.{became}", "menu")

    async def _chosen(self, guest: Guest, choice: str) -> Answer:
        if choice == "bell:off":
            return await self._want_bell(guest, bell_only=False)
        if guest.bell_only or choice == "room":
            return await self._room(guest)
        if choice == "bell:on":
            return await self._want_bell(guest, bell_only=True)
        if choice == "erase:yes":
            return await self._erase(guest)
        group, _, value = choice.partition(":")
        if value and group in _WITHIN:
            return await self._lean(guest, group, value)
        return await self._answers.get(choice, self._menu)(guest)

    async def _guest(self, channel: str, address: str, locale: str) -> Guest:
        visit = await self._rooms.whose(channel, address)
        bell_only = self._room_mode(channel) or (visit is not None and visit.bell_only)
        person_id = visit.person_id if visit is not None else None
        return Guest(channel, address, locale, person_id, bell_only)

    async def _person(self, guest: Guest) -> PersonId:
        if guest.person_id is not None:
            return guest.person_id
        return await self._bus.run(Enter(guest.channel, guest.address, guest.locale))

    async def _menu(self, guest: Guest) -> Answer:
        return self._answer(guest, "messenger.menu.words", *MENU)

    async def _notice(self, guest: Guest) -> Answer:
        words = self._say("messenger.notice.full", guest.locale, days=self._days)
        about = self._say("messenger.notice.more", guest.locale, link=self._notices.page("/about"))
        return Answer(f"{words}\n\n{about}", self._buttons(guest, "lines", "menu"))

    async def _kept(self, guest: Guest) -> Answer:
        words = self._say("messenger.kept", guest.locale, days=self._days)
        own = self._say(f"channel.{guest.channel}.keeps", guest.locale)
        return Answer(f"{words}\n\n{own}", self._buttons(guest, "erase", "menu"))

    async def _lines(self, guest: Guest) -> Answer:
        lines = self._notices.open_lines(guest.locale, self._clock.now())
        more = self._say("messenger.lines_more", guest.locale, link=self._notices.page("/safety"))
        heading = self._say("messenger.lines_now", guest.locale)
        return Answer(f"{heading}\n\n{lines}\n\n{more}", self._buttons(guest, "menu"))

    async def _offer_bell(self, guest: Guest) -> Answer:
        return self._answer(guest, "messenger.bell.offer", "bell:on", "menu")

    async def _phrase(self, guest: Guest) -> Answer:
        link = await self._link(guest)
        words = self._say("messenger.phrase", guest.locale, link=link)
        return Answer(words, self._buttons(guest, "join", "menu"))

    async def _room(self, guest: Guest) -> Answer:
        words = self._say("messenger.bell.words", guest.locale, link=await self._link(guest))
        return Answer(words, self._buttons(guest, "room"))

    async def _link(self, guest: Guest) -> str:
        return await self._notices.link(await self._person(guest), self._new_token())

    async def _want_bell(self, guest: Guest, *, bell_only: bool) -> Answer:
        person_id = await self._person(guest)
        await self._bus.run(WantBellOnly(person_id, bell_only, guest.channel))
        now_only = bell_only or self._room_mode(guest.channel)
        if not now_only:
            answer = self._answer(guest, "messenger.bell.off", "menu")
        else:
            answer = self._neutral(guest, "messenger.bell.on")
        return Answer(answer.words, answer.buttons, bell_only=now_only)

    async def _lean(self, guest: Guest, group: str, value: str) -> Answer:
        if group == "about" and value == "forget":
            await self._bus.run(Lean(await self._person(guest), forget=True))
            return self._answer(guest, "messenger.about.forgotten", "menu")
        if value not in set(_WITHIN[group]):
            return await self._menu(guest)
        await self._bus.run(_leaning(await self._person(guest), group, value))
        if group == "pace":
            return self._answer(guest, f"messenger.pace.{value}_on", "menu")
        chosen = self._say(f"messenger.{group}.{value}", guest.locale)
        words = self._say(f"messenger.{group}.noted", guest.locale, chosen=chosen)
        more = ("age", "menu") if group == "about" else ("menu",)
        return Answer(words, self._buttons(guest, *more))

    async def _ask_erase(self, guest: Guest) -> Answer:
        if guest.person_id is None:
            return self._answer(guest, "messenger.erase.nothing", "menu")
        return self._answer(guest, "messenger.erase.ask", "erase:yes", "erase:no")

    async def _erase(self, guest: Guest) -> Answer:
        if guest.person_id is None:
            return self._answer(guest, "messenger.erase.nothing", "menu")
        erasure = await self._bus.run(EraseRecord(guest.person_id))
        own = self._say(f"channel.{guest.channel}.keeps", guest.locale)
        if erasure.due_at is None:
            done = self._say("messenger.erase.done", guest.locale)
            return Answer(f"{done}\n\n{own}")
        when = moment(erasure.due_at, self._in(guest.locale), self._clock.now())
        return Answer(self._say("messenger.erase.waits", guest.locale, when=when))

    def _offer(self, group: str) -> Callable[[Guest], Awaitable[Answer]]:
        async def offer(guest: Guest) -> Answer:
            choices = [f"{group}:{value}" for value in _WITHIN[group]]
            more = {"about": ["age", "about:forget"]}.get(group, [])
            return self._answer(guest, f"messenger.{group}.ask", *choices, *more, "menu")

        return offer

    def _plain(self, name: str) -> Callable[[Guest], Awaitable[Answer]]:
        async def plain(guest: Guest) -> Answer:
            return self._answer(guest, f"messenger.{name}", "menu")

        return plain

    def _answer(self, guest: Guest, key: str, *choices: str) -> Answer:
        return Answer(self._say(key, guest.locale), self._buttons(guest, *choices))

    def _neutral(self, guest: Guest, key: str) -> Answer:
        return Answer(self._say(key, guest.locale), self._buttons(guest, "room"))

    def _buttons(self, guest: Guest, *choices: str) -> tuple[Button, ...]:
        return tuple(Button(self._label(choice, guest.locale), choice) for choice in choices)

    def _label(self, choice: str, locale: str) -> str:
        group, _, value = choice.partition(":")
        key = f"messenger.{group}.{value}" if value else f"messenger.menu.{group}"
        return self._say(key, locale)[:LABELS]

    def _in(self, locale: str) -> Callable[..., str]:
        return lambda key, **values: self._say(key, locale, **values)

    def _labels(self, locales: tuple[str, ...]) -> dict[str, str]:
        return {
            _bare(self._label(choice, locale)): choice for locale in locales for choice in _TYPED
        }


def _leaning(person_id: PersonId, group: str, value: str) -> Lean:
    if group == "about":
        return Lean(person_id, speaks_as=SpeaksAs(value))
    if group == "age":
        return Lean(person_id, age_band=AgeBand(value))
    if group == "wish":
        return Lean(person_id, wish=Wish(value))
    return Lean(person_id, pace=Pace(value))


def _bare(words: str) -> str:
    """Words as a button's label: width, case and what stands around them do not matter."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "".join(char for char in folded if char.isalnum())
