"""Leaving: the quick exit, and the erasure that needs no reason."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.errors import MadoakariError
from bot.core.ports.telling import moment
from bot.http.forms import read_form
from channels.webchat.guest import COOKIE, greet, refuse_foreign, room_of, stranger, take_cookie
from channels.webchat.inbound import read_token
from channels.webchat.parts import NAME, Parts
from channels.webchat.refusals import refuse

_CLEAR = '"cache", "storage"'


async def leave(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/leave``: forget this browser's session and show a harmless page.

    A link from another site brings no cookie (it is strict), so it can take none either.
    """
    response = web.Response(
        status=303,
        headers={
            "Location": parts.handed.settings.exit_url,
            "Clear-Site-Data": _CLEAR,
        },
    )
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return response
    take_cookie(response)
    token = read_token(cookie)
    if token is not None:
        await parts.handed.door.leave(NAME, token)
    return response


async def ask_erase(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/erase``: what goes and what stays; nothing is asked but yes or no."""
    guest = await greet(parts, request)
    if guest.visit is None:
        return web.Response(status=303, headers={"Location": guest.to("/")})
    return parts.pages.page("erase.html", guest)


async def erase(parts: Parts, request: web.Request) -> web.StreamResponse:
    """POST ``/erase``: at once, or by a moment that is said plainly (decision 12)."""
    guest = stranger(parts, request)
    try:
        fields = await read_form(request)
        guest = (await greet(parts, request)).speaking(fields)
        refuse_foreign(request)
        _, visit = room_of(guest)
        erasure = await parts.handed.door.erase(visit.person_id)
    except MadoakariError as error:
        return await refuse(parts, request, guest, error)
    if erasure.due_at is not None:
        now = parts.handed.door.now()
        when = moment(erasure.due_at, guest.say, now)
        return parts.pages.page("erase_waits.html", guest, when=when)
    page = parts.pages.page("erased.html", guest)
    take_cookie(page)
    page.headers["Clear-Site-Data"] = _CLEAR
    return page
