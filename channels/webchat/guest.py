"""Who is at the page: a session or none, the room it opens, and the language they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.core.model.errors import PageTooOld, SessionExpired
from bot.core.ports.channel import Handed
from bot.core.ports.reads import Visit
from bot.core.ports.telling import Say
from channels.webchat.inbound import read_locale, read_token
from channels.webchat.parts import NAME, Parts

COOKIE: Final = "s"
_FOREIGN = frozenset({"cross-site", "same-site"})


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever asked. ``cookie`` says whether any came; ``visit`` is set where it opens a room."""

    handed: Handed
    chosen: str | None  # a language that they chose themselves
    token: str | None = None
    cookie: bool = False
    visit: Visit | None = None

    @property
    def locale(self) -> str:
        """The language of their pages."""
        if self.chosen is not None:
            return self.chosen
        kept = read_locale(self.visit.locale) if self.visit is not None else None
        return kept or str(self.handed.settings.locale)

    @property
    def say(self) -> Say:
        """Words in their language."""
        return partial(_say, self.handed, self.locale)

    def to(self, path: str, **query: str) -> str:
        """An address of ours that keeps their language."""
        chosen = {"lang": self.chosen} if self.chosen is not None else {}
        path, mark, anchor = path.partition("#")
        asked = urlencode(chosen | query)
        return path + (f"?{asked}" if asked else "") + mark + anchor

    def speaking(self, fields: Mapping[str, str]) -> Guest:
        """The same guest with the language that their form names, where it is another one."""
        named = read_locale(fields.get("lang"))
        if self.chosen is not None or named is None or named == self.locale:
            return self
        return replace(self, chosen=named)


async def greet(parts: Parts, request: web.Request) -> Guest:
    """Look who is there. A session that ended opens nothing, but we know that there was one."""
    cookie = request.cookies.get(COOKIE)
    token = read_token(cookie)
    visit = await parts.handed.rooms.whose(NAME, token) if token is not None else None
    return Guest(
        handed=parts.handed,
        chosen=read_locale(request.query.get("lang")),
        token=token if visit is not None else None,
        cookie=cookie is not None,
        visit=visit,
    )


def stranger(parts: Parts, request: web.Request) -> Guest:
    """The guest as far as the address line tells, before anything is looked up."""
    return Guest(handed=parts.handed, chosen=read_locale(request.query.get("lang")))


def room_of(guest: Guest) -> tuple[str, Visit]:
    """The session and its room. Raises ``SessionExpired``."""
    if guest.token is None or guest.visit is None:
        raise SessionExpired
    return guest.token, guest.visit


def refuse_foreign(request: web.Request) -> None:
    """Refuse a form that another site sent in this browser. Raises ``PageTooOld``.

    The cookie is strict already; this keeps another site from opening a room here whose
    session it knows. Our pages send no referrer, so their forms say ``Origin: null``.
    """
    origin = request.headers.get("Origin", "null")
    foreign_origin = origin != "null" and urlsplit(origin).netloc != request.host
    if request.headers.get("Sec-Fetch-Site") in _FOREIGN or foreign_origin:
        raise PageTooOld


def give_cookie(
    parts: Parts, request: web.Request, response: web.StreamResponse, token: str
) -> None:
    """Hand out the session: it ends with the browser, and no script can read it."""
    response.set_cookie(
        COOKIE, token, path="/", httponly=True, samesite="Strict", secure=_secure(parts, request)
    )


def take_cookie(response: web.StreamResponse) -> None:
    """Let the browser forget the session."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")


def _secure(parts: Parts, request: web.Request) -> bool:
    settings = parts.handed.settings
    if settings.cookie_secure != "auto":
        return bool(settings.cookie_secure == "always")
    forwarded = request.headers.get("X-Forwarded-Proto", "") == "https"
    return request.secure or forwarded or str(settings.base_url).startswith("https://")


def _say(handed: Handed, locale: str, key: str, **values: int | str) -> str:
    return handed.door.say(key, locale, **values)
