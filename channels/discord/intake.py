"""What is done with whatever somebody wrote, changed, took back or put under a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.core.model.commands import Receipt
from bot.core.model.errors import MadoakariError
from bot.core.model.messages import Inbound
from bot.core.ports.door import JOIN, Answer, Door
from bot.core.ports.telling import shown
from channels.discord.inbound import Deleted, Reacted, Wrote
from channels.discord.mail import Mail
from channels.discord.stored import NAME, as_stored, reaction, refs
from channels.discord.troubles import Trouble

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Intake:
    """Hands everything in at the door. Raises only what a store that is away raises."""

    door: Door
    mail: Mail
    own_id: Callable[[], int]
    locale: str
    pictures: bool
    answering_s: float  # seconds that an answer may take

    async def take(self, heard: Wrote | Deleted | Reacted) -> None:
        """One event."""
        if isinstance(heard, Deleted):
            await self._take_back(heard.message_id)
        elif isinstance(heard, Reacted):
            await self._react(heard)
        elif not heard.ours and heard.author_id != self.own_id():
            await self.write(heard, answered=False)

    async def write(self, wrote: Wrote, *, answered: bool) -> None:
        """A message, or what it has become. ``answered``: a choice in it was answered before."""
        self.mail.met(str(wrote.author_id), wrote.channel_id)
        choice = None if wrote.attached or wrote.stickers else self.door.choice_in(wrote.words)
        if choice is None:
            await self._store(wrote)
            return
        if wrote.edited:
            await self._take_back(wrote.message_id)
        if not answered:
            await self._choose(wrote, choice)

    async def _store(self, wrote: Wrote) -> None:
        told = as_stored(wrote, self._say, self.locale, pictures=self.pictures)
        receipts = [await self._hand_in(part, anew=bool(wrote.edited)) for part in told.parts[:1]]
        for part in told.parts[1:]:
            await self._hand_in(part, anew=False)
        if told.left_out and any(one is not None and not one.repeated for one in receipts):
            key = "words_and_pictures" if self.pictures else "words_only"
            words = self._say(f"channel.discord.{key}")
            await self._answer(wrote, Answer(words))

    async def _hand_in(self, inbound: Inbound, *, anew: bool) -> Receipt | None:
        """What the house refuses (emptiness, an erased record) is refused for good."""
        try:
            if anew:
                return await self.door.rewrite(inbound)
            return await self.door.accept(inbound, expires_at=None)
        except MadoakariError as no:
            log.info("message_refused", channel=NAME, error=type(no).__name__)
            return None

    async def _react(self, heard: Reacted) -> None:
        if heard.user_id == self.own_id():
            return
        if not heard.added:
            await self.door.take_back(NAME, heard.ref)
        elif heard.author_id in {None, self.own_id()}:
            self.mail.met(str(heard.user_id), heard.channel_id)
            await self._hand_in(reaction(heard, self._say, self.locale), anew=False)

    async def _take_back(self, message_id: int) -> None:
        for ref in refs(message_id, pictures=self.pictures):
            await self.door.take_back(NAME, ref)

    async def _choose(self, wrote: Wrote, choice: str) -> None:
        address = str(wrote.author_id)
        try:
            if choice == JOIN:
                answer = await self.door.join(wrote.words, NAME, address, self.locale)
            else:
                answer = await self.door.choose(NAME, address, choice, self.locale)
        except MadoakariError as no:
            answer = Answer(self._say(no.text_key, **no.values))
        await self._answer(wrote, answer)

    async def _answer(self, wrote: Wrote, answer: Answer) -> None:
        """Best effort: nothing of it is kept."""
        key, words = f"answer:{wrote.message_id}", shown(answer, self.door.say, self.locale)
        try:
            async with asyncio.timeout(self.answering_s):
                await self.mail.deliver(wrote.channel_id, words, answer.buttons, key=key)
        except (Trouble, TimeoutError) as trouble:
            log.info("answer_lost", channel=NAME, error=type(trouble).__name__)

    def _say(self, key: str, **values: int | str) -> str:
        return self.door.say(key, self.locale, **values)
