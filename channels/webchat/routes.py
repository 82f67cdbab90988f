"""Every address of the visitor's page, on one screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aiohttp import web

from bot.core.model.errors import MadoakariError
from bot.http.forms import read_form
from channels.webchat import about_me, desk, leaving, links, live, returning, shelf, writing
from channels.webchat.guest import stranger
from channels.webchat.parts import Parts
from channels.webchat.refusals import refuse

Handler = Callable[[Parts, web.Request], Awaitable[web.StreamResponse]]


async def _seen(parts: Parts, request: web.Request) -> web.StreamResponse:
    try:
        fields = await read_form(request)
        return await desk.seen(parts, request, fields.get("upto", ""))
    except MadoakariError as error:
        return await refuse(parts, request, stranger(parts, request), error)


ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("GET", "/", desk.front),
    ("POST", "/write", writing.write),
    ("GET", "/stream", live.stream),
    ("POST", "/seen", _seen),
    ("POST", "/passphrase", returning.make_phrase),
    ("POST", "/return", returning.come_back),
    ("GET", "/k/{token}", links.ask),
    ("POST", "/k/{token}", links.follow),
    ("GET", "/me", about_me.look),
    ("POST", "/me", about_me.change),
    ("GET", "/erase", leaving.ask_erase),
    ("POST", "/erase", leaving.erase),
    ("GET", "/erased", shelf.erased),
    ("GET", "/leave", leaving.leave),
    ("GET", "/safety", shelf.safety),
    ("GET", "/about", shelf.about),
    ("GET", "/s/{name}", shelf.file),
)


def make_routes(parts: Parts) -> list[web.AbstractRouteDef]:
    """The table as aiohttp wants it. HEAD is not answered: it would count as having read."""
    return [_route(method, path, partial(handler, parts)) for method, path, handler in ROUTES]


def _route(
    method: str, path: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.AbstractRouteDef:
    if method == "GET":
        return web.get(path, handler, allow_head=False)
    return web.post(path, handler)
