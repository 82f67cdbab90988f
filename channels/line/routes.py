"""The webhook: genuine or 401, stored durably or not 200."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from aiohttp import web

from bot.core.model.errors import BodyTooLarge
from bot.http.forms import read_body
from channels.line import inbound as i
from channels.line.genuine import is_genuine
from channels.line.intake import NAME, Intake
from channels.line.state import State
from channels.line.turnstile import Turnstile

log = structlog.get_logger()

PATH: Final = "/line/webhook"
MOST_BYTES: Final = 1 << 20


class Webhook:
    """Takes deliveries in."""

    def __init__(self, secrets: Sequence[str], intake: Intake, state: State) -> None:
        self._secrets, self._intake, self._state = secrets, intake, state
        self._turnstile = Turnstile()

    def routes(self) -> list[web.RouteDef]:
        """The one address that LINE calls."""
        return [web.post(PATH, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """One delivery.

        200 only after everything in it is stored: whatever the store raises becomes the house's
        own 500, and LINE delivers again.
        """
        try:
            body = await read_body(request, max_bytes=MOST_BYTES)
        except BodyTooLarge:
            return web.Response(status=413)
        if not is_genuine(body, request.headers.get("X-Line-Signature"), self._secrets):
            return web.Response(status=401)
        delivery = i.parse(body)
        if self._is_foreign(delivery):
            log.warning("delivery_foreign", channel=NAME)
            return web.Response()
        await self._take_all(delivery.events)
        return web.Response()

    def _is_foreign(self, delivery: i.Delivery) -> bool:
        known, told = self._state.bot_id, delivery.destination
        return known is not None and told is not None and known != told

    async def _take_all(self, events: Sequence[i.Event]) -> None:
        """One person's events in their order; different people side by side."""
        by_person: dict[str, list[i.Event]] = {}
        for event in events:
            common = getattr(event, "common", None)
            by_person.setdefault(common.user if common is not None else "", []).append(event)
        taken = (self._take(*each) for each in by_person.items())
        ended = await asyncio.gather(*taken, return_exceptions=True)
        failed = next((error for error in ended if isinstance(error, BaseException)), None)
        if failed is not None:  # told only when all is done: nobody's events go on behind a 500
            raise failed

    async def _take(self, person: str, events: Sequence[i.Event]) -> None:
        async with self._turnstile.turn(person):
            for event in events:
                await self._intake.take(event)
