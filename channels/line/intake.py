"""What happened at LINE, handed to the house; and what the service answers at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from bot.core.model.errors import BadEncoding, EmptyText, MadoakariError
from bot.core.model.messages import Inbound, Ticket
from bot.core.ports.channel import Handed
from bot.core.ports.door import JOIN, Answer
from bot.core.ports.telling import shown
from channels.line import inbound as i
from channels.line import outbound
from channels.line.client import LineClient
from channels.line.richmenu import ROOM
from channels.line.state import State

log = structlog.get_logger()

NAME: Final = "line"
TOKEN_LASTS: Final = timedelta(seconds=57)
"""LINE takes a reply token for a minute; a little less is certain whatever our clock says."""
_PICTURE: Final = "image"


class Intake:
    """Takes one event in. Raises only where the house could not store what it must."""

    def __init__(
        self, handed: Handed, client: LineClient, state: State, *, bell_only: bool
    ) -> None:
        self._handed, self._client, self._state = handed, client, state
        self._bell_only = bell_only
        self._door, self._locale = handed.door, str(handed.settings.locale)

    async def take(self, event: i.Event) -> None:
        """One event. What the house refuses for good is settled too: LINE must not repeat it."""
        try:
            await self._take(event)
        except MadoakariError as error:
            log.info("event_refused", channel=NAME, error=type(error).__name__)

    async def _take(self, event: i.Event) -> None:
        match event:
            case i.Said():
                await self._said(event)
            case i.Stuck():
                await self._store(event.common, event.ref, self._sticker(event), event.read_mark)
            case i.Offered():
                await self._offered(event)
            case i.Unsent():
                await self._door.take_back(NAME, event.ref)
            case i.Added(common):
                self._answer(common, await self._door.arrive(NAME, common.user, self._locale))
            case i.Left(common):
                await self._door.depart(NAME, common.user)
            case i.Tapped(common, choice):
                await self._chosen(common, choice)
            case i.Among():
                self._among(event)
            case i.Odd():
                log.info("event_odd", channel=NAME)

    async def _said(self, said: i.Said) -> None:
        choice = self._door.choice_in(said.words)
        if choice == JOIN:
            user = said.common.user
            answer = await self._door.join(said.words, NAME, user, self._locale)
            self._answer(said.common, answer)
        elif choice is not None:
            await self._chosen(said.common, choice)
        else:
            await self._store(said.common, said.ref, said.words, said.read_mark)

    async def _chosen(self, common: i.Common, choice: str) -> None:
        answer = await self._door.choose(NAME, common.user, choice, self._locale)
        self._answer(common, answer)
        if answer.bell_only is not None and not self._bell_only:
            self._handed.spawn(self._menu_of(common.user, quiet=answer.bell_only), "line-menu")

    async def _offered(self, offered: i.Offered) -> None:
        """Something that is no words: a picture where they are taken, else a line that says so."""
        wanted = offered.what == _PICTURE and self._handed.settings.pictures
        if wanted:
            words = self._say("picture")
            await self._store(
                offered.common, offered.ref, words, offered.read_mark, picture=offered.ref
            )
            return
        words = self._say(f"left.{offered.what}")
        await self._store(offered.common, offered.ref, words, offered.read_mark, ticket=False)
        self._answer(offered.common, await self._kindly(offered.common))

    async def _kindly(self, common: i.Common) -> Answer:
        visit = await self._handed.rooms.whose(NAME, common.user)
        if self._bell_only or (visit is not None and visit.bell_only):
            return await self._door.choose(NAME, common.user, "room", self._locale)
        key = "words_and_pictures" if self._handed.settings.pictures else "words_only"
        return Answer(self._say(key))

    async def _store(  # the parts of one message
        self,
        common: i.Common,
        ref: str,
        words: str,
        read_mark: str | None,
        *,
        picture: str | None = None,
        ticket: bool = True,
    ) -> None:
        pass_ = None
        if ticket and common.reply_token is not None:
            pass_ = Ticket(common.reply_token, self._door.now() + TOKEN_LASTS)
        message = Inbound(
            NAME, common.user, common.event_id, words, self._locale,
            ref=ref, ticket=pass_, read_mark=read_mark, picture=picture, limit=2 * outbound.LONGEST,
        )  # fmt: skip
        try:
            await self._door.accept(message, expires_at=None)
        except (EmptyText, BadEncoding):  # somebody reached out all the same
            unreadable = Inbound(
                NAME, common.user, common.event_id, self._say("left.other"), self._locale, ref=ref
            )
            await self._door.accept(unreadable, expires_at=None)

    def _sticker(self, stuck: i.Stuck) -> str:
        meaning = "、".join(part for part in (stuck.words, *stuck.keywords) if part)
        return self._say("sticker", meaning=meaning) if meaning else self._say("sticker_alone")

    def _among(self, among: i.Among) -> None:
        """A consultation never happens before others (R-089): one sentence, and away."""
        self._handed.spawn(self._leave(among), "line-leave")

    async def _leave(self, among: i.Among) -> None:
        if among.joined and among.reply_token is not None:
            key = "among_room" if self._bell_only else "among"
            self._state.learned(
                await self._client.reply(among.reply_token, outbound.texts(self._say(key)))
            )
        self._state.learned_aside(await self._client.leave(among.place, is_group=among.is_group))

    async def _menu_of(self, user: str, *, quiet: bool) -> None:
        """Whoever wants notices only has a menu that says nothing to others."""
        menu = self._state.menus.get(ROOM.name)
        if quiet and menu is not None:
            self._state.learned_aside(await self._client.show_menu_to(user, menu))
        elif not quiet:
            self._state.learned_aside(await self._client.hide_menu_from(user))

    def _answer(self, common: i.Common, answer: Answer) -> None:
        """Show an answer of the service, for nothing; lost ones are had by another tap."""
        if common.reply_token is not None:
            words = shown(answer, self._door.say, self._locale)
            messages = outbound.calls(outbound.texts(words, answer.buttons))[0]
            self._handed.spawn(self._reply(common.reply_token, messages), "line-answer")

    async def _reply(self, token: str, messages: list[outbound.Json]) -> None:
        self._state.learned(await self._client.reply(token, messages))

    def _say(self, key: str, **values: str) -> str:
        return self._door.say(f"channel.{NAME}.{key}", self._locale, **values)
