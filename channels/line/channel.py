"""The running channel: what wiring starts, and what the relay sends through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.core.model.messages import Capabilities, Outbound
from bot.core.ports.channel import (
    Handed,
    Health,
    Meter,
    Outcome,
    Pass,
    PictureAway,
    Sent,
    own_settings,
)
from bot.core.ports.telling import carried
from channels.line import outbound
from channels.line.calls import Did, Status
from channels.line.client import LineClient
from channels.line.intake import NAME, Intake
from channels.line.outbound import Json
from channels.line.routes import Webhook
from channels.line.settings import LineSettings
from channels.line.state import State

TOKEN_PAUSE_S: Final = 30.0
_OUTCOME: Final = {
    Status.OK: Outcome.DELIVERED,
    Status.ALREADY: Outcome.DELIVERED,
    Status.REFUSED: Outcome.REJECTED,
    Status.MISSING: Outcome.REJECTED,
    Status.UNREACHABLE: Outcome.GONE,
    Status.TOKEN: Outcome.LATER,
    Status.RATE: Outcome.LATER,
    Status.QUOTA: Outcome.HELD,
    Status.AWAY: Outcome.LATER,
}
_NO_GOOD: Final = {Status.REFUSED, Status.MISSING, Status.UNREACHABLE}
"""The pass is good for nothing; a push may still arrive."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between two looks at LINE; tests make them short."""

    well_s: float = 600.0
    first_s: float = 5.0  # after a trouble
    longest_s: float = 30.0


class LineChannel:
    """An official account."""

    def __init__(self, handed: Handed, pauses: Pauses = Pauses()) -> None:
        self.name = NAME
        own = own_settings(handed, LineSettings)
        self.capabilities = Capabilities(
            max_length=outbound.LONGEST,
            keeps_history=True,
            greets=True,
            shows_typing=True,
            marks_read=True,
            fetches=True,
        )
        self.bell_only = own.mode == "room"
        self._handed, self._client = handed, LineClient(own)
        self._state = State(handed.door.now)
        intake = Intake(handed, self._client, self._state, bell_only=self.bell_only)
        self._webhook = Webhook(own.secrets, intake, self._state)
        self._pauses, self._stopping = pauses, False

    async def send(
        self, address: str | None, outbound_: Outbound, *, key: str, free: Pass | None = None
    ) -> Sent:
        """Carry one message: by a free pass where there is one, else by a push."""
        if address is None:
            return Sent(Outcome.REJECTED)
        if self._state.token_lost:
            return Sent(Outcome.LATER, wait_s=TOKEN_PAUSE_S)
        calls = outbound.calls(self._messages(outbound_))
        if not calls:
            return Sent(Outcome.REJECTED)
        sent = Sent(Outcome.DELIVERED)
        if free is not None and len(calls) == 1:  # of several, a second try could not tell which
            sent, by_pass = await self._by_pass(free, calls[0])
            if by_pass or sent.outcome is not Outcome.DELIVERED:
                return sent
        for place, messages in enumerate(calls):
            did = await self._push(address, messages, outbound.retry_key(key, place))
            if not did.ok:
                return _sent(sent, _OUTCOME[did.status], did.wait_s)
            sent = _sent(sent, Outcome.DELIVERED, None, paid=1)
        return sent

    async def show_typing(self, address: str) -> None:
        """Show that somebody is writing."""
        if not self._state.token_lost:
            self._state.learned_aside(await self._client.show_loading(address))

    async def mark_read(self, mark: str) -> None:
        """Let 'read' appear: a human has read."""
        if not self._state.token_lost:
            self._state.learned_aside(await self._client.mark_read(mark))

    async def fetch(self, picture: str, *, most: int) -> bytes | None:
        """The bytes of a picture that somebody sent."""
        did = await self._client.content(picture, most=most)
        self._state.learned_aside(did)
        if did.status in {Status.MISSING, Status.REFUSED}:
            return None
        if not did.ok:
            raise PictureAway
        return did.body or None

    def health(self) -> Health:
        """How it is, from memory."""
        return self._state.health()

    def routes(self) -> Sequence[Any]:
        """The webhook."""
        return self._webhook.routes()

    async def start(self) -> None:
        """Begin to look after token and quota, in the background."""
        self._handed.spawn(self._look_after(), "line-look")

    async def stop(self) -> None:
        """Let go of the connections."""
        self._stopping = True
        await self._client.close()

    def _messages(self, out: Outbound) -> list[Json]:
        return outbound.texts(*carried(out, self._handed.door.say))

    async def _by_pass(self, free: Pass, messages: list[Json]) -> tuple[Sent, bool]:
        """Try the free answer: what came of it, and whether it went that way.

        A pass that an earlier try began and that LINE refuses while it must still be good was
        used by that try. Where nobody knows, the same pass is tried again.
        """
        did = await self._client.reply(free.token, messages)
        self._state.learned(did)
        if did.ok:
            return Sent(Outcome.DELIVERED, free=1, pass_spent=True), True
        if did.status in _NO_GOOD:
            used = free.begun and self._handed.door.now() <= free.until
            return Sent(Outcome.DELIVERED, free=int(used), pass_spent=True), used
        return Sent(Outcome.LATER, wait_s=did.wait_s), False

    async def _push(self, user: str, messages: list[Json], retry_key: str) -> Did:
        did = await self._client.push(user, messages, retry_key=retry_key)
        self._state.learned(did)
        return did

    async def _look_after(self) -> None:
        """Learn who we are, what a month still has, and whether all is well again.

        Now and then while all is well; soon, and less and less often, after a trouble.
        """
        pause_s = self._pauses.first_s
        while not self._stopping:
            if await self._look():
                pause_s = self._pauses.first_s
                await self._state.until_trouble(self._pauses.well_s)
            else:
                pause_s = min(pause_s * 2, self._pauses.longest_s)
            await asyncio.sleep(pause_s)

    async def _look(self) -> bool:
        me = await self._client.bot_info()
        self._state.learned(me)
        if not me.ok:
            return False
        self._state.bot_id = str(me.body)
        menus = await self._client.menus()
        if menus.ok:
            self._state.menus = {name: menu for menu, name in menus.body}
        quota, used = await self._client.quota(), await self._client.consumption()
        if quota.ok and used.ok:
            self._state.meter = Meter(quota.body, used.body)
        return quota.ok and used.ok


def _sent(before: Sent, outcome: Outcome, wait_s: float | None, *, paid: int = 0) -> Sent:
    """What was sent before, and the outcome of what came after."""
    return Sent(outcome, before.free, before.paid + paid, before.pass_spent, wait_s)
