"""GET ``/stream``: a room's news as they come, resumable by message number."""

from __future__ import annotations

from aiohttp import web

from bot.core.ports.live import Ear, room_topic
from bot.core.ports.reads import Standing, StandingState, Visit
from bot.http.streams import KEEPALIVE_S, EventStream, last_event_id
from channels.webchat.desk import line_values, standing_values
from channels.webchat.guest import Guest, greet
from channels.webchat.parts import NAME, Parts


async def stream(parts: Parts, request: web.Request) -> web.StreamResponse:
    """Tell the page: ``line``, ``standing``, ``erased``, ``gone`` and ``elsewhere``."""
    guest = await greet(parts, request)
    events = EventStream(request)
    response = await events.open()
    try:
        await _tell(parts, guest, events, last_event_id(request))
    except ConnectionError:  # the page has left; there is nobody to tell
        return response
    return response


async def _tell(parts: Parts, guest: Guest, events: EventStream, after: int) -> None:
    if guest.visit is None:
        await events.send("gone", "")
        return
    person_id = guest.visit.person_id
    ear = parts.handed.live.listen(room_topic(person_id))
    try:
        async with parts.streams.sit(person_id) as seat:
            await _follow(parts, guest, events, ear, after)
    finally:
        ear.close()
    if seat.displaced:
        await events.send("elsewhere", "")


async def _follow(parts: Parts, guest: Guest, events: EventStream, ear: Ear, after: int) -> None:
    """Read after every nudge, and every fifteen seconds, for a nudge may get lost."""
    shown = ""
    while not events.left:
        visit = await _still(parts, guest, events)
        if visit is None:
            return
        standing = await parts.handed.rooms.standing(visit.person_id, parts.handed.door.now())
        after = await _send_lines(parts, guest, events, standing, after)
        fragment = parts.pages.fragment(
            "_standing.html", guest, **standing_values(parts, guest, standing)
        )
        if fragment != shown:
            await events.send("standing", fragment)
            shown = fragment
        if not await ear.wait(KEEPALIVE_S):
            await events.keep_alive()


async def _still(parts: Parts, guest: Guest, events: EventStream) -> Visit | None:
    """The room that the session still opens; else the page is told why it does not."""
    rooms = parts.handed.rooms
    visit = await rooms.whose(NAME, guest.token) if guest.token is not None else None
    if visit is None and guest.visit is not None:
        standing = await rooms.standing(guest.visit.person_id, parts.handed.door.now())
        gone = standing.state is not StandingState.ERASED
        await events.send("gone" if gone else "erased", "")
    return visit


async def _send_lines(
    parts: Parts, guest: Guest, events: EventStream, standing: Standing, after: int
) -> int:
    if guest.visit is None:
        return after
    for line in await parts.handed.rooms.lines(guest.visit.person_id, after=after):
        fragment = parts.pages.fragment(
            "_line.html", guest, **line_values(parts, guest, line, standing)
        )
        await events.send("line", fragment, event_id=line.seq)
        after = line.seq
    return after
