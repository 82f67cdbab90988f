"""What moves by itself: one stream per open page, told what changed and nothing else.

    desk         the moving part of the desk
    alarm        the banner of open concerns; never a word of a talk
    talk         the head of the open talk
    notes        the notes beside it
    line         a new line of it, numbered, so that a page that was away asks for the rest
    line-state   a line shown before that looks different now (delivery, verdict)
    gone         the open talk is no longer for this reader, or was erased
    signed-out   the session ended

Each look reads anew and sends what differs from what was sent before: a nudge that was lost
or came twice does no harm. The open talk is read when it rang; the desk, which changes with
every message to anybody, once a second at most.
"""

from __future__ import annotations

import asyncio
import math
from typing import Final

from aiohttp import web

from bot.core.model.errors import NotFound
from bot.core.model.ids import TalkId
from bot.core.ports.live import CONSOLE, Ear, talk_topic
from bot.core.ports.reads import ConsoleLine, Desk, TalkView
from bot.http.streams import EventStream, last_event_id
from moderator_ui.call import Call
from moderator_ui.forms import from_line
from moderator_ui.pages import fragment
from moderator_ui.views.desk import answers, desk_for, panel
from moderator_ui.views.talk import head_context
from moderator_ui.words import when

PAUSE_S: Final = 0.1
"""At most ten looks a second for one page, however much happens."""
DESK_EVERY_S: Final = 1.0
"""The desk changes with every message to anybody, and is costly: once a second is enough."""
LISTEN_S: Final = 0.5
LISTENS: Final = 20
WHOLE_EVERY_S: Final = LISTEN_S * LISTENS
"""Without any nudge a page is looked after every ten seconds."""
WINDOW: Final = 50
"""How many shown lines are watched for changes."""
LIMIT: Final = 200


async def stream(call: Call) -> web.StreamResponse:
    """Tell one page what changes until it leaves, the session ends or the service stops."""
    talk_id = _open_talk(call)
    live, topics = call.house.parts.live, (talk_topic(talk_id),) if talk_id else ()
    ear, talk_ear = live.listen(CONSOLE, *topics), live.listen(*topics)
    events = EventStream(call.request)
    with call.house.watch.counted():
        try:
            response = await events.open()
            await _follow(call, events, ear, Screen(call, events, talk_id, talk_ear))
        finally:
            ear.close()
            talk_ear.close()
    return response


async def _follow(call: Call, events: EventStream, ear: Ear, screen: Screen) -> None:
    try:
        while not _over(call, events) and await screen.look():
            await asyncio.sleep(PAUSE_S)
            if not screen.owes_desk:
                await _listen(call, events, ear)
    except ConnectionError:
        return  # the page has left in the middle of a sentence


async def _listen(call: Call, events: EventStream, ear: Ear) -> None:
    for _ in range(LISTENS):
        if _over(call, events) or await ear.wait(LISTEN_S):
            return
    await events.keep_alive()


def _over(call: Call, events: EventStream) -> bool:
    return call.house.watch.stopping or events.left


def _open_talk(call: Call) -> TalkId | None:
    named = call.request.query.get("talk", "")
    return TalkId(named) if named.isascii() and named.isalnum() else None


class Screen:
    """One open page: what it was told last, and what it should hear now."""

    def __init__(
        self, call: Call, events: EventStream, talk_id: TalkId | None, talk_ear: Ear
    ) -> None:
        self._call = call
        self._events = events
        self._talk_id = talk_id
        self._talk_ear = talk_ear
        self._seq = last_event_id(call.request)
        self._told: dict[str, str] = {}
        self._lines: dict[int, tuple[ConsoleLine, str]] = {}
        self._desk_at = self._talk_at = -math.inf
        self.owes_desk = False

    async def look(self) -> bool:
        """Read anew what may differ and tell it. False once nobody is signed in any more."""
        self._call = await self._call.looked_at_again()
        if self._call.somebody is None:
            await self._events.send("signed-out", "")
            return False
        now = asyncio.get_running_loop().time()
        self.owes_desk = now - self._desk_at < DESK_EVERY_S
        if not self.owes_desk:
            self._desk_at = now
            await self._look_at_alarms()
        if self._talk_id is not None and await self._talk_is_due(now):
            self._talk_at = now
            await self._look_at_talk(self._talk_id)
        return True

    async def _talk_is_due(self, now: float) -> bool:
        return await self._talk_ear.wait(0) or now - self._talk_at >= WHOLE_EVERY_S

    async def _look_at_alarms(self) -> None:
        if not answers(self._call):
            return
        desk = await desk_for(self._call)
        await self._tell("alarm", self._alarms(desk))
        await self._tell("desk", panel(self._call, desk, open_talk=self._talk_id))

    def _alarms(self, desk: Desk) -> str:
        return fragment(self._call, "_alarms.html", alarms=desk.alarms, open_talk=self._talk_id)

    async def _look_at_talk(self, talk_id: TalkId) -> None:
        try:
            view = await self._read(talk_id)
        except NotFound:
            self._talk_id = None
            await self._tell("gone", "")
            return
        if view.row.handle is None:
            await self._tell("gone", "")
            return
        context = head_context(self._call, view)
        await self._tell("talk", fragment(self._call, "talk/_head.html", **context))
        await self._tell("notes", fragment(self._call, "talk/_notes.html", view=view))
        while len(view.lines) >= LIMIT and await self._tell_lines(view):
            await self._note_read(view)
            view = await self._read(talk_id)
        await self._tell_lines(view)
        await self._note_read(view)

    async def _note_read(self, view: TalkView) -> None:
        """What was just told lies before the eyes of whoever holds the talk."""
        call = self._call
        await call.house.reading.note(call.backroom, call.viewer.staff_id, view, self._seq)

    async def _read(self, talk_id: TalkId) -> TalkView:
        after = from_line(self._seq - WINDOW + 1) if self._seq else 0
        return await self._call.reads.talk(self._call.viewer, talk_id, after=after, limit=LIMIT)

    async def _tell_lines(self, view: TalkView) -> bool:
        """True where any of these lines was new. What looks as it did is not drawn again."""
        before, known, self._lines = self._seq, self._lines, {}
        for line in view.lines:
            look = self._lines[line.seq] = (line, when(line.at, self._call.now))
            if known.get(line.seq) == look:
                continue
            text = fragment(self._call, "talk/_line.html", line=line, talk_id=view.row.talk_id)
            if line.seq > self._seq:
                self._seq = line.seq
                await self._events.send("line", text, event_id=line.seq)
            else:
                await self._events.send("line-state", text)
        return self._seq > before

    async def _tell(self, event: str, text: str) -> None:
        if self._told.get(event) != text:
            self._told[event] = text
            await self._events.send(event, text)
