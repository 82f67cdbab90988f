"""Who is asking: the session cookie, the seal of every form, the permission of every route."""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.core.model.commands import CloseSession, OpenSession
from bot.core.model.ids import StaffId
from bot.core.model.people import Permission
from moderator_ui.call import LOCALES, Call, House
from moderator_ui.forms import read
from moderator_ui.refusals import ForgedForm, SignedOut

COOKIE: Final = "c"
LANGUAGE_COOKIE: Final = "l"
PATH: Final = "/console"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")
_YEAR_S: Final = 365 * 24 * 3600


async def receive(house: House, request: web.Request) -> Call:
    """Look at who comes in.

    A browser without a cookie gets a token of its own, so that even the sign-in form can be
    sealed; only pages with such a form send it out.
    """
    backroom = house.parts.backroom
    cookie = request.cookies.get(COOKIE, "")
    known = _TOKEN.fullmatch(cookie) is not None
    token = cookie if known else backroom.new_token()
    now = backroom.now()
    viewer = await house.parts.reads.viewer(backroom.session_tag(token), now) if known else None
    return Call(
        house=house,
        request=request,
        locale=_locale(house, request),
        token=token,
        fresh=not known,
        somebody=viewer,
        now=now,
    )


async def admit(call: Call, permission: Permission | None) -> Call:
    """Session, permission, seal, in this order. Raises what ``refusals`` knows.

    The form is read first, so that a refusal can give the written words back.
    """
    if permission is not None and call.somebody is None:
        raise SignedOut
    if permission is not None:
        call.viewer.must(permission)
    if call.request.method == "POST" and not _sealed(call):
        raise ForgedForm
    return call


async def with_form(call: Call) -> Call:
    """The call with what its form says. Raises kinds of ``BadInput``."""
    if call.request.method != "POST":
        return call
    return replace(call, form=await read(call))


async def open_session(call: Call, staff_id: StaffId, *, renewed: str | None = None) -> str:
    """Sign somebody in with a token that nobody has seen before. Returns the token.

    ``renewed`` is a password hash that replaces the stored one.
    """
    if call.somebody is not None:
        await close_session(call)
    token = call.backroom.new_token()
    expires_at = call.now + timedelta(hours=call.house.parts.settings.session_hours)
    tag = call.backroom.session_tag(token)
    await call.backroom.run(OpenSession(staff_id, tag, expires_at, renewed))
    return token


async def close_session(call: Call) -> None:
    """Sign out, here and now."""
    await call.backroom.run(CloseSession(call.backroom.session_tag(call.token)))


def keep_token(call: Call, response: web.Response, token: str) -> web.Response:
    """Send the token out: unreadable for scripts, to this site and this path alone."""
    settings = call.house.parts.settings
    response.set_cookie(
        COOKIE,
        token,
        path=PATH,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="Strict",
        secure=_secure(call),
    )
    return response


def drop_token(call: Call, response: web.Response) -> web.Response:
    """Tell the browser to forget the token."""
    response.del_cookie(COOKIE, path=PATH, httponly=True, samesite="Strict", secure=_secure(call))
    return response


def keep_language(call: Call, response: web.StreamResponse) -> None:
    """Remember a language that was just chosen (``?lang=en``)."""
    if response.prepared or call.request.query.get("lang") not in LOCALES:
        return
    response.set_cookie(
        LANGUAGE_COOKIE,
        call.locale,
        path=PATH,
        max_age=_YEAR_S,
        httponly=True,
        samesite="Strict",
        secure=_secure(call),
    )


def _secure(call: Call) -> bool:
    settings = call.house.parts.settings
    if settings.cookie_secure == "auto":
        return str(settings.base_url).startswith("https:")
    return bool(settings.cookie_secure == "always")


def _sealed(call: Call) -> bool:
    given = call.form.get("seal", "").encode()
    return not call.fresh and hmac.compare_digest(given, call.seal.encode())


def _locale(house: House, request: web.Request) -> str:
    chosen = (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    fallback = str(house.parts.settings.locale)
    return next((locale for locale in chosen if locale in LOCALES), fallback)
