"""Single-use links into the room, as bells carry them: looked at freely, used by a tap alone.

Messengers and their scanners fetch the addresses that they carry. So GET uses nothing up, asks
nothing of the store, and says nothing of what lies behind.
"""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.core.model.errors import LinkSpent, MadoakariError
from bot.http.forms import read_form
from channels.webchat.guest import Guest, give_cookie, greet, refuse_foreign, stranger
from channels.webchat.inbound import read_link
from channels.webchat.parts import NAME, SESSION_LASTS, Parts
from channels.webchat.refusals import STATUS


async def ask(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/k/...``: one button."""
    guest = stranger(parts, request)
    token = read_link(request.match_info["token"])
    return _spent(parts, guest) if token is None else _button(parts, guest, token)


async def follow(parts: Parts, request: web.Request) -> web.StreamResponse:
    """POST ``/k/...``: the room opens in this browser, in place of any that was open in it."""
    guest, token = stranger(parts, request), read_link(request.match_info["token"])
    try:
        fields = await read_form(request)
        guest = await greet(parts, request)
        refuse_foreign(request)
        session = await _open(parts, request, token, fields.get("key", ""))
    except MadoakariError as error:
        if token is None or isinstance(error, LinkSpent):
            return _spent(parts, guest)
        return _button(parts, guest, token, error)
    if guest.token is not None and guest.token != session:
        await parts.handed.door.leave(NAME, guest.token)
    response = web.Response(status=303, headers={"Location": guest.to("/#end")})
    give_cookie(parts, request, response, session)
    return response


async def _open(parts: Parts, request: web.Request, token: str | None, key: str) -> str:
    """The new session, which belongs to the form. Raises ``LinkSpent`` and ``SlowDown``.

    The form may come twice (an impatient thumb): what it opened the first time is open.
    """
    keys, door = parts.handed.form_keys, parts.handed.door
    if token is None or not keys.genuine(key, door.now()):
        raise LinkSpent
    parts.pace.try_at_link(request)
    session = keys.room_token(key)
    try:
        await door.open_link(token, session, door.now() + SESSION_LASTS)
    except LinkSpent:
        if await parts.handed.rooms.whose(NAME, session) is None:
            raise
    return session


def _button(
    parts: Parts, guest: Guest, token: str, error: MadoakariError | None = None
) -> web.Response:
    handed, status, said = parts.handed, HTTPStatus.OK, ""
    if error is not None:
        status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
        said = guest.say(error.text_key, **error.values)
    page = parts.pages.page(
        "link.html",
        guest,
        status=status,
        here=f"/k/{token}",
        key=handed.form_keys.issue(handed.door.now()),
        error=said,
    )
    if status is HTTPStatus.TOO_MANY_REQUESTS and error is not None:
        page.headers["Retry-After"] = str(error.values.get("seconds", 1))
    return page


def _spent(parts: Parts, guest: Guest) -> web.Response:
    """Used, over, or none at all: the same page, with every other way in."""
    still_open = guest.visit is not None
    return parts.pages.page("link_spent.html", guest, status=410, still_open=still_open)
