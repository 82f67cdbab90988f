"""Pages that are the same for everybody: the lines that can be called, and the full notice."""

from __future__ import annotations

from aiohttp import web

from channels.webchat.guest import greet, stranger
from channels.webchat.parts import Parts


async def safety(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/safety``: every line that may be named, those open now first (R-088)."""
    guest = await greet(parts, request)
    lines = parts.handed.hotlines(guest.locale, parts.handed.door.now())
    return parts.pages.page("safety.html", guest, hotlines=lines)


async def about(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/about``: the full notice (R-015 to R-026)."""
    return parts.pages.page("about.html", await greet(parts, request))


async def file(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/s/...``: style, script and icon."""
    return parts.pages.file(request.match_info["name"])


async def erased(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/erased``: where a page goes whose record was erased while it lay open."""
    return parts.pages.page("erased.html", stranger(parts, request))
