"""Commands, buttons and forms: answered at once, to that person alone.

In a server nothing is stored, and whatever is shown there says that words written there can be
seen by others. Discord wants a first answer within three seconds: before anything slow it is
told that the answer comes later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.core.model.errors import MadoakariError
from bot.core.ports.door import JOIN, Answer, Button, Door
from bot.core.ports.telling import shown as told
from channels.discord.commands import POST, TALK
from channels.discord.inbound import Tapped
from channels.discord.mail import Call, Mail
from channels.discord.outbound import EPHEMERAL, PRESS, form, pieces, shown
from channels.discord.stored import NAME
from channels.discord.troubles import Closed

START: Final = "start"
_MESSAGE, _LATER, _FORM = 4, 5, 9
_CALLBACK: Final = "/interactions/{interaction_id}/{webhook_token}/callback"
_HOOK: Final = "/webhooks/{webhook_id}/{webhook_token}"
_FIRST: Final = _HOOK + "/messages/@original"


@dataclass(frozen=True, slots=True)
class Tapping:
    """Answers taps. Raises ``Trouble`` kinds, and what a store that is away raises."""

    door: Door
    mail: Mail
    call: Call
    application_id: Callable[[], str]
    commands: Mapping[str, str]  # name -> choice
    bell_only: bool
    web: str  # where else to go when direct messages are closed

    async def take(self, tapped: Tapped) -> None:
        """Answer one tap."""
        choice = self._choice(tapped)
        if choice == POST:
            await self._respond(tapped, _MESSAGE, self._post(tapped.locale))
        elif choice == JOIN and tapped.kind == "button" and not self.bell_only:
            title = self.door.say("messenger.menu.join", tapped.locale)
            label = self.door.say("channel.discord.phrase_label", tapped.locale)
            await self._respond(tapped, _FORM, form(JOIN, title, label))
        else:
            await self._respond(tapped, _LATER, {"flags": EPHEMERAL})
            await self._show(tapped, await self._answer(tapped, choice))

    async def apologise(self, tapped: Tapped) -> None:
        """It could not be done now. Raises ``Trouble`` kinds."""
        words = self.door.say("channel.discord.later", tapped.locale)
        await self._show(tapped, Answer(words))

    def _choice(self, tapped: Tapped) -> str:
        if tapped.kind == "command":
            return self.commands.get(tapped.choice, "menu")
        choice = tapped.choice.removeprefix(PRESS)
        if choice == START or (choice == "write" and tapped.in_server):
            return "room" if self.bell_only else TALK
        return "menu" if choice in {POST, TALK, ""} else choice

    async def _answer(self, tapped: Tapped, choice: str) -> Answer:
        address = str(tapped.user_id)
        try:
            if choice == TALK:
                return await self._talk(tapped, address)
            if choice == JOIN and tapped.kind == "form":
                return await self.door.join(tapped.typed, NAME, address, tapped.locale)
            return await self.door.choose(NAME, address, choice, tapped.locale)
        except MadoakariError as no:
            return Answer(self.door.say(no.text_key, tapped.locale, **no.values))

    async def _talk(self, tapped: Tapped, address: str) -> Answer:
        """The greeting, into the direct messages where it is not there already."""
        greeting = await self.door.arrive(NAME, address, tapped.locale)
        if not tapped.in_server:
            return greeting
        words, key = told(greeting, self.door.say, tapped.locale), f"talk:{tapped.interaction_id}"
        try:
            channel_id = await self.mail.channel_of(address)
            await self.mail.deliver(channel_id, words, greeting.buttons, key=key)
        except Closed:
            await self.door.depart(NAME, address)
            closed = self.door.say("channel.discord.closed", tapped.locale, link=self.web)
            return Answer(closed, (self._button("room", tapped.locale),))
        return Answer(self.door.say("channel.discord.opened", tapped.locale))

    async def _show(self, tapped: Tapped, answer: Answer) -> None:
        words = told(answer, self.door.say, tapped.locale)
        if tapped.in_server:
            words += "\n\n" + self.door.say("channel.discord.careful", tapped.locale)
        first, *more = pieces(words)
        filled = {"webhook_id": self.application_id(), "webhook_token": tapped.token}
        buttons = answer.buttons
        await self.call("PATCH", _FIRST, shown(first, () if more else buttons, flags=0), **filled)
        for place, piece in enumerate(more, start=1):
            last = buttons if place == len(more) else ()
            await self.call("POST", _HOOK, shown(piece, last), **filled)

    def _post(self, locale: str) -> dict[str, Any]:
        """A button for everybody in a channel of a server; only who may manage it can ask."""
        keys = ("words_open", "open") if self.bell_only else ("words", "start")
        words, label = (self.door.say(f"channel.discord.button.{key}", locale) for key in keys)
        return shown(words, [Button(label, START)], flags=0)

    def _button(self, choice: str, locale: str) -> Button:
        return Button(self.door.say(f"messenger.menu.{choice}", locale), choice)

    async def _respond(self, tapped: Tapped, kind: int, data: dict[str, Any]) -> None:
        await self.call(
            "POST",
            _CALLBACK,
            {"type": kind, "data": data},
            interaction_id=str(tapped.interaction_id),
            webhook_token=tapped.token,
        )
