"""The console as wiring knows it: routes in, one dispatcher for all of them, a stop."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from bot.core.model.errors import MadoakariError
from bot.core.ports.console import ConsoleParts
from bot.core.ports.live import CONSOLE
from moderator_ui.assets import addresses
from moderator_ui.auth import admit, keep_language, receive, with_form
from moderator_ui.call import Call, House
from moderator_ui.gate import Gate
from moderator_ui.pages import make_pages, refusal_json, refusal_page
from moderator_ui.refusals import SignedOut
from moderator_ui.routes import ROUTES, Route
from moderator_ui.views.sign_in import sign_in_again


class Console:
    """The staff's side of the house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[web.RouteDef]:
        """Everything under ``/console``, ready for aiohttp."""
        return [
            web.route(route.method, route.path, partial(self._serve, route)) for route in ROUTES
        ]

    async def stop(self) -> None:
        """End all streams within two seconds."""
        self._house.parts.live.ring((CONSOLE,))
        await self._house.watch.stop()

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        call = await receive(self._house, request)
        try:
            call = await with_form(call)
            call = await admit(call, route.permission)
            response = await route.view(call)
        except MadoakariError as error:
            response = await _refuse(call, error)
        keep_language(call, response)
        return response


async def _refuse(call: Call, error: MadoakariError) -> web.StreamResponse:
    signed_out = isinstance(error, SignedOut)
    if call.wants_json:
        return refusal_json(call, error, signed_out=signed_out)
    if signed_out:
        return await sign_in_again(call, error)
    return await refusal_page(call, error)


def make_console(parts: ConsoleParts, *, unreviewed: int = 0) -> Console:
    """The console over ``parts``.

    ``unreviewed`` counts the safety texts and hotlines that no expert has approved yet; while
    there are any, those who run the service are told.
    """
    return Console(
        House(
            parts=parts,
            env=make_pages(),
            assets=addresses(),
            unreviewed=unreviewed,
            gate=Gate(),
        )
    )
