"""The fake house's menu: choices made in a messenger, and what the house says to them."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.errors import BadInput
from bot.core.model.ids import PersonId
from bot.core.model.people import AgeBand, Leanings, Pace, SpeaksAs, Wish
from bot.core.ports.door import MENU, Answer, Button
from tests.fakes.rooms import TEXTS, Rooms

PHRASE = "あさがお　まどべ　みずうみ　こかげ　ゆうなぎ　はりねずみ"
LINK = "https://room.example/r/{token}"
_KINDS: dict[str, type[SpeaksAs | AgeBand | Wish | Pace]] = {
    "speaks_as": SpeaksAs,
    "age_band": AgeBand,
    "wish": Wish,
    "pace": Pace,
}


class Menu(Rooms):
    """The part of the door that answers choices; ``chosen`` is what was chosen, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = False
        self.phrases: dict[str, PersonId] = {}
        self.chosen: list[tuple[str, str, str]] = []  # channel, address, choice
        self.joined: list[tuple[str, str, bool]] = []  # channel, address, whether it opened
        self.arrived: list[tuple[str, str]] = []
        self.departed: list[tuple[str, str]] = []
        self.links: dict[str, PersonId] = {}  # single-use links, by token
        self.room_mode: set[str] = set()  # channels that carry bells alone

    async def arrive(self, channel: str, address: str, locale: str) -> Answer:
        self._must_work()
        self.arrived.append((channel, address))
        self.departed = [gone for gone in self.departed if gone != (channel, address)]
        if channel in self.room_mode:
            return Answer(TEXTS.say("messenger.bell.hello", locale), self._buttons("room"))
        if self._room_at(address) is not None:
            return Answer(TEXTS.say("messenger.back", locale), self._buttons("menu"))
        return Answer(TEXTS.say("messenger.hello", locale), self._buttons("notice", "menu"))

    async def depart(self, channel: str, address: str) -> None:
        self._must_work()
        if (channel, address) not in self.departed:
            self.departed.append((channel, address))

    async def choose(self, channel: str, address: str, choice: str, locale: str) -> Answer:
        """Every choice is answered by ``answer to <choice>``; in room mode by a bell."""
        self._must_work()
        self.chosen.append((channel, address, choice))
        if choice in ("bell:on", "bell:off"):
            return self._want_bell(channel, address, locale, on=choice == "bell:on")
        if channel in self.room_mode or address in self.bell_only:
            token = f"link-{len(self.chosen)}"
            room = self._room_at(address) or self._enter(channel, address, locale)
            self.links[token] = room.person_id
            words = TEXTS.say("messenger.bell.words", locale, link=LINK.format(token=token))
            return Answer(words, self._buttons("room"))
        return Answer(f"answer to {choice}", self._buttons(*_OFFERED.get(choice, ("menu",))))

    async def join(self, typed: str, channel: str, address: str, locale: str) -> Answer:
        self._must_work()
        person_id = self.phrases.get("".join(typed.split()))
        self.joined.append((channel, address, person_id is not None))
        if person_id is None:
            return Answer(TEXTS.say("error.unknown_passphrase", locale))
        self._settle_at(channel, address, person_id, None)
        return Answer(TEXTS.say("messenger.joining.joined", locale))

    def choice_in(self, words: str) -> str | None:
        """Labels of the Japanese menu, 「メニュー」 and the passphrase; nothing else."""
        bare = "".join(words.split())
        if bare.removeprefix("合言葉").startswith("".join(PHRASE.split())):
            return "join"
        typed = {TEXTS.say(f"messenger.menu.{name}", "ja"): name for name in _TYPED}
        return typed.get(bare)

    async def lean(self, person_id: PersonId, **choices: str) -> Leanings:
        self._must_work()
        room = self.rooms[person_id]
        forgotten = Leanings() if choices.pop("forget", "") else room.leanings
        try:
            given = {name: _KINDS[name](value) for name, value in choices.items() if value}
        except (KeyError, ValueError):
            raise BadInput from None
        room.leanings = replace(forgotten, **given)  # type: ignore[arg-type]  # by name
        return room.leanings

    async def want_bell_only(self, person_id: PersonId, *, bell_only: bool) -> None:
        self._must_work()
        theirs = self._messengers(person_id)
        self.bell_only = self.bell_only | theirs if bell_only else self.bell_only - theirs

    def _want_bell(self, channel: str, address: str, locale: str, *, on: bool) -> Answer:
        if self._room_at(address) is None:
            self._enter(channel, address, locale)
        (self.bell_only.add if on else self.bell_only.discard)(address)
        now_only = on or channel in self.room_mode
        words = TEXTS.say(f"messenger.bell.{'on' if now_only else 'off'}", locale)
        return Answer(words, self._buttons("room" if now_only else "menu"), bell_only=now_only)

    def _buttons(self, *choices: str) -> tuple[Button, ...]:
        return tuple(Button(_label(choice), choice) for choice in choices)

    def _must_work(self) -> None:
        """A store that is away, where a test says so."""
        if self.broken:
            raise RuntimeError


_TYPED = frozenset(MENU) - {"write"} | {"menu"}
_OFFERED = {
    "menu": MENU,
    "pace": ("pace:live", "pace:letter", "menu"),
    "erase": ("erase:yes", "erase:no"),
    "bell": ("bell:on", "menu"),
}


def _label(choice: str) -> str:
    group, _, value = choice.partition(":")
    key = f"messenger.{group}.{value}" if value else f"messenger.menu.{group}"
    return TEXTS.say(key, "ja")
