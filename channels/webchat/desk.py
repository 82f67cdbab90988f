"""The page at ``/``: the notice and the box for a stranger, the talk for somebody known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.core.ports.reads import Line, Standing, Visit
from bot.core.ports.telling import duty_words
from channels.webchat.guest import Guest, greet, room_of, take_cookie
from channels.webchat.inbound import read_number
from channels.webchat.outbound import card_view, line_view, open_first, standing_view
from channels.webchat.parts import Parts

REFRESH_S = 60
LINES = 200
"""So many lines stand on one page; a link leads to the ones before."""
CARD_LINES = 5
"""So many hotlines stand in a talk's safety card; all of them are one tap away."""


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in the box when the page comes back, and the sentence beside it."""

    words: str = ""
    error: str = ""
    come_back: bool = False  # the passphrase's form is open


EMPTY = Box()


async def front(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/``."""
    guest = await greet(parts, request)
    if guest.visit is None:
        box = Box(error=guest.say("visitor.expired"), come_back=True) if guest.cookie else EMPTY
        return await landing(parts, guest, box)
    before = read_number(request.query.get("before", ""))
    if before > 1:
        return await _earlier(parts, guest, guest.visit, before)
    reading = request.query.get("view") == "read"
    page, upto = await _room(parts, guest, EMPTY, reading=reading)
    if reading:
        page.headers["Refresh"] = str(REFRESH_S)
    return await _served(parts, request, page, guest.visit, upto)


async def show(parts: Parts, guest: Guest, box: Box = EMPTY, *, status: int = 200) -> web.Response:
    """The page that belongs to the guest, with what they had written still in the box."""
    if guest.visit is None:
        return await landing(parts, guest, box, status=status)
    page, _ = await _room(parts, guest, box, status=status)
    return page


async def landing(parts: Parts, guest: Guest, box: Box, *, status: int = 200) -> web.Response:
    """The notice and the box. Where a session has ended, its cookie goes."""
    handed, now = parts.handed, parts.handed.door.now()
    page = parts.pages.page(
        "landing.html",
        guest,
        status=status,
        duty=duty_words(await handed.rooms.duty(now), guest.say, now),
        key=handed.form_keys.issue(now),
        box=box,
    )
    if guest.cookie:
        take_cookie(page)
    return page


async def seen(parts: Parts, request: web.Request, upto: str) -> web.Response:
    """The page has everything up to a number."""
    _, visit = room_of(await greet(parts, request))
    number = read_number(upto)
    if number:
        await parts.handed.door.seen(visit.person_id, number)
    return web.Response(status=204)


def line_values(parts: Parts, guest: Guest, line: Line, standing: Standing) -> dict[str, Any]:
    """What the template of one line needs."""
    handed, now = parts.handed, parts.handed.door.now()
    view = line_view(line, guest.say, now)
    if not view.card:
        return {"line": view, "card": None}
    shown = open_first(handed.hotlines(guest.locale, now), CARD_LINES)
    return {"line": view, "card": card_view(standing.duty, shown, guest.say)}


def standing_values(parts: Parts, guest: Guest, standing: Standing) -> dict[str, Any]:
    """What the template of the standing needs."""
    return {"standing": standing_view(standing, guest.say, parts.handed.door.now())}


async def _earlier(parts: Parts, guest: Guest, visit: Visit, before: int) -> web.Response:
    """Lines under a number, for reading alone. What is older was seen long ago."""
    handed, first = parts.handed, max(before - 1 - LINES, 0)
    standing = await handed.rooms.standing(visit.person_id, handed.door.now())
    # -1: the first lines of all; 0 would mean the last ones.
    lines = await handed.rooms.lines(visit.person_id, after=first or -1, limit=before - 1 - first)
    return parts.pages.page(
        "earlier.html",
        guest,
        lines=[line_values(parts, guest, line, standing) for line in lines],
        before=_before(lines),
    )


def _before(lines: Sequence[Line]) -> int:
    """The number under which there is more; 0 where there is nothing."""
    return lines[0].seq if lines and lines[0].seq > 1 else 0


async def _room(
    parts: Parts, guest: Guest, box: Box, *, status: int = 200, reading: bool = False
) -> tuple[web.Response, int]:
    handed, now = parts.handed, parts.handed.door.now()
    _, visit = room_of(guest)
    standing = await handed.rooms.standing(visit.person_id, now)
    lines = await handed.rooms.lines(visit.person_id, limit=LINES)
    upto = lines[-1].seq if lines else 0
    page = parts.pages.page(
        "room.html",
        guest,
        status=status,
        lines=[line_values(parts, guest, line, standing) for line in lines],
        upto=upto,
        before=_before(lines),
        key=handed.form_keys.issue(now),
        box=box,
        reading=reading,
        # A link to the page itself only scrolls; an address of its own loads the page again.
        look_again=guest.to("/#end", at=f"{now:%H%M%S}"),
        **standing_values(parts, guest, standing),
    )
    return page, upto


async def _served(
    parts: Parts, request: web.Request, page: web.Response, visit: Visit, upto: int
) -> web.Response:
    """Send the page, and only then count its lines as seen: a page that broke off does not."""
    await page.prepare(request)
    await page.write_eof()
    if upto:
        await parts.handed.door.seen(visit.person_id, upto)
    return page
