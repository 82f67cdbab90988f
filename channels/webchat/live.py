"""GET ``/stream``: a room's news as they come, resumable by message number.

line         a new line, numbered, so that a page that was away asks for the rest
line-state   a line among the newest that was taken back: it must vanish from the page
standing     where the talk stands, and who is there
erased, gone, elsewhere   why nothing more comes
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.core.ports.live import Ear, room_topic
from bot.core.ports.reads import Line, Standing, StandingState, Visit
from bot.http.streams import KEEPALIVE_S, EventStream, last_event_id
from channels.webchat.desk import LINES, line_values, standing_values
from channels.webchat.guest import Guest, greet, room_of
from channels.webchat.parts import NAME, Parts

WINDOW: Final = 50
"""How many lines that the page has already are watched for being taken back."""


@dataclass(slots=True)
class Shown:
    """What the page has: lines up to a number, those taken back, and the standing."""

    upto: int
    gone: set[int] = field(default_factory=set)
    standing: str = ""

    @property
    def after(self) -> int:
        """From where to read, so that the watched lines come too; -1 is the very first."""
        return (max(self.upto - WINDOW, 0) or -1) if self.upto else 0


async def stream(parts: Parts, request: web.Request) -> web.StreamResponse:
    """Tell the page what comes until it leaves, the room closes or the service stops."""
    guest = await greet(parts, request)
    events = EventStream(request)
    response = await events.open()
    try:
        await _tell(parts, guest, events, Shown(last_event_id(request)))
    except ConnectionError:  # the page has left; there is nobody to tell
        return response
    return response


async def _tell(parts: Parts, guest: Guest, events: EventStream, page: Shown) -> None:
    if guest.visit is None:
        await events.send("gone", "")
        return
    person_id = guest.visit.person_id
    ear = parts.handed.live.listen(room_topic(person_id))
    try:
        async with parts.streams.sit(person_id) as seat:
            await _follow(parts, guest, events, ear, page)
    finally:
        ear.close()
    if seat.displaced:
        await events.send("elsewhere", "")


async def _follow(parts: Parts, guest: Guest, events: EventStream, ear: Ear, page: Shown) -> None:
    """Read after every nudge, and every fifteen seconds, for a nudge may get lost."""
    while not events.left:
        visit = await _still(parts, guest, events)
        if visit is None:
            return
        standing = await parts.handed.rooms.standing(visit.person_id, parts.handed.door.now())
        while await _send_lines(parts, guest, events, standing, page):
            pass  # a page that was away for long is given the rest at once
        fragment = parts.pages.fragment(
            "_standing.html", guest, **standing_values(parts, guest, standing)
        )
        if fragment != page.standing:
            await events.send("standing", fragment)
            page.standing = fragment
        if not await ear.wait(KEEPALIVE_S):
            await events.keep_alive()


async def _still(parts: Parts, guest: Guest, events: EventStream) -> Visit | None:
    """The room that the session still opens; else the page is told why it does not.

    Where it opens another one now (two rooms were joined), the page has to be loaded anew.
    """
    rooms = parts.handed.rooms
    visit = await rooms.whose(NAME, guest.token) if guest.token is not None else None
    if guest.visit is None or (visit is not None and visit.person_id == guest.visit.person_id):
        return visit
    erased = visit is None and await _erased(parts, guest.visit)
    await events.send("erased" if erased else "gone", "")
    return None


async def _erased(parts: Parts, visit: Visit) -> bool:
    standing = await parts.handed.rooms.standing(visit.person_id, parts.handed.door.now())
    return standing.state is StandingState.ERASED


async def _send_lines(
    parts: Parts, guest: Guest, events: EventStream, standing: Standing, page: Shown
) -> bool:
    """Send what the page lacks; whether there may be more."""
    _, visit = room_of(guest)
    before = page.upto
    lines = await parts.handed.rooms.lines(visit.person_id, after=page.after, limit=LINES)
    for line in lines:
        await _send_line(parts, guest, events, line, standing, page)
    return len(lines) == LINES and page.upto > before


async def _send_line(
    parts: Parts,
    guest: Guest,
    events: EventStream,
    line: Line,
    standing: Standing,
    page: Shown,
) -> None:
    """One line, where the page lacks it or shows words that were taken back."""
    new, taken_back = line.seq > page.upto, line.taken_back and line.seq not in page.gone
    if not new and not taken_back:
        return
    values = line_values(parts, guest, line, standing)
    fragment = parts.pages.fragment("_line.html", guest, **values)
    if line.taken_back:
        page.gone.add(line.seq)
    if not new:
        await events.send("line-state", fragment)
        return
    await events.send("line", fragment, event_id=line.seq)
    page.upto = line.seq
