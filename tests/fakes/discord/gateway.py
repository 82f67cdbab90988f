"""The websocket side: sessions, heartbeats, events in order, and replay after a break."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from aiohttp import WSMsgType, web

from tests.fakes.discord import shapes
from tests.fakes.discord.shapes import Json
from tests.fakes.discord.waiting import News

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
UNKNOWN_OP, BAD_FRAME, NOT_IDENTIFIED, BAD_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
INVALID_INTENTS, DISALLOWED_INTENTS = 4013, 4014
LARGEST_FRAME: Final = 4096  # bytes that a client may send at once
PRIVILEGED: Final = {
    1 << 1: "guild members",
    1 << 8: "presences",
    1 << 15: "message content",
}
_DM_MESSAGES: Final = 1 << 12
_DM_REACTIONS: Final = 1 << 13
_WANTED_BY: Final = {
    "MESSAGE_CREATE": _DM_MESSAGES,
    "MESSAGE_UPDATE": _DM_MESSAGES,
    "MESSAGE_DELETE": _DM_MESSAGES,
    "MESSAGE_REACTION_ADD": _DM_REACTIONS,
    "MESSAGE_REACTION_REMOVE": _DM_REACTIONS,
}


class Closed(Exception):
    """The gateway hangs up, with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass
class Session:
    """What one IDENTIFY began: everything sent since, kept for a RESUME."""

    id: str
    intents: int
    sent: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    valid: bool = True

    def number(self, event: str, data: Any) -> str:
        """Write down the next event; returns its frame."""
        payload = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(json.dumps(payload))
        return self.sent[-1]

    def wants(self, event: str) -> bool:
        """Whether the intents of the session ask for this kind of event."""
        needed = _WANTED_BY.get(event, 0)
        return self.intents & needed == needed


class Gateway:
    """One bot's gateway. ``url`` is set once the port is known."""

    def __init__(self, token: str, violations: list[str]) -> None:
        self.token: str | None = token
        self.url = ""
        self.violations = violations
        self.sessions: dict[str, Session] = {}
        self.intents: int | None = None
        self.presence: Json | None = None
        self.happened: Counter[str] = Counter()
        self.news = News()
        self.refusals = 0  # so many of the next handshakes fail
        self.gate = asyncio.Event()  # while it is not set, nobody gets past the handshake
        self.gate.set()
        self._sockets: set[web.WebSocketResponse] = set()

    def live(self) -> list[Session]:
        """The sessions with a connection."""
        return [session for session in self.sessions.values() if session.socket is not None]

    async def dispatch(self, event: str, data: Any) -> None:
        """Send an event to every session that asked for its kind, now or at its RESUME."""
        for session in list(self.sessions.values()):
            if session.valid and session.wants(event):
                frame = session.number(event, data)
                if session.socket is not None:
                    await _send(session.socket, frame)

    async def raw(self, text: str) -> None:
        """Send any text at all to every connection."""
        for socket in list(self._sockets):
            await _send(socket, text)

    async def close(self, code: int) -> None:
        """Hang up on everybody; what is dispatched from now on waits for a RESUME."""
        for session in self.sessions.values():
            session.socket = None
        for socket in list(self._sockets):
            await socket.close(code=code)

    async def invalidate(self) -> None:
        """Forget every session, and say so to those that are connected."""
        sockets = [session.socket for session in self.live()]
        for session in self.sessions.values():
            session.valid, session.socket = False, None
        for socket in filter(None, sockets):
            await _send(socket, json.dumps({"op": INVALID_SESSION, "d": False}))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from its handshake to its end."""
        if self.refusals > 0:
            self.refusals -= 1
            self.happened["refused"] += 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        self.happened["connected"] += 1
        self.news.tell()
        try:
            await self.gate.wait()
            await _send(socket, json.dumps({"op": HELLO, "d": {"heartbeat_interval": 41_250}}))
            await self._converse(socket)
        except Closed as end:
            await socket.close(code=end.code)
        finally:
            self._sockets.discard(socket)
            for session in self.sessions.values():
                if session.socket is socket:
                    session.socket = None
        return socket

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            frame = _read(message.data) if message.type is WSMsgType.TEXT else None
            if frame is None:
                self._blame("a frame that is no gateway payload", BAD_FRAME)
            else:
                await self._take(socket, frame)
            self.news.tell()

    async def _take(self, socket: web.WebSocketResponse, frame: Json) -> None:
        op, data = frame["op"], frame.get("d")
        if op == HEARTBEAT:
            self.happened["heartbeat"] += 1
            await _send(socket, json.dumps({"op": HEARTBEAT_ACK}))
        elif op == IDENTIFY and isinstance(data, dict):
            await self._identify(socket, data)
        elif op == RESUME and isinstance(data, dict):
            await self._resume(socket, data)
        elif not any(session.socket is socket for session in self.live()):
            self._blame(f"op {op} before IDENTIFY", NOT_IDENTIFIED)
        elif op == PRESENCE:
            self.presence = data
        else:
            self._blame(f"unknown op {op}", UNKNOWN_OP)

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        self.happened["identified"] += 1
        if data.get("token") != self.token:
            raise Closed(BAD_TOKEN)
        if any(session.socket is socket for session in self.live()):
            self._blame("IDENTIFY twice", TWICE)
        intents = data.get("intents")
        if not isinstance(intents, int):
            self._blame("IDENTIFY without intents", INVALID_INTENTS)
        self.intents, self.presence = intents, data.get("presence")
        asked = [name for bit, name in PRIVILEGED.items() if intents & bit]
        if asked:
            self._blame(f"asks for the privileged intent {asked[0]}", DISALLOWED_INTENTS)
        session = Session(f"session{len(self.sessions) + 1}", intents, socket=socket)
        self.sessions[session.id] = session
        await _send(socket, session.number("READY", self._ready(session)))

    def _ready(self, session: Session) -> Json:
        return {
            "v": 10,
            "user": shapes.me(),
            "guilds": [],
            "session_id": session.id,
            "session_type": "normal",
            # Without it a client would resume at the real service.
            "resume_gateway_url": self.url,
            "private_channels": [],
            "application": {"id": shapes.APPLICATION_ID, "flags": 0},
        }

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if data.get("token") != self.token:
            raise Closed(BAD_TOKEN)
        session = self.sessions.get(str(data.get("session_id")))
        last = data.get("seq")
        if session is None or not session.valid or not isinstance(last, int):
            self.happened["not resumed"] += 1
            await _send(socket, json.dumps({"op": INVALID_SESSION, "d": False}))
            return
        self.happened["resumed"] += 1
        # The session gets its connection after the last old event, so that no new one overtakes.
        while last < len(session.sent):
            await _send(socket, session.sent[last])
            last += 1
        session.socket = socket
        await _send(socket, session.number("RESUMED", {"_trace": []}))

    def _blame(self, what: str, code: int) -> NoReturn:
        self.violations.append(f"gateway: {what}")
        raise Closed(code)


async def _send(socket: web.WebSocketResponse, text: str) -> None:
    try:
        await socket.send_str(text)
    except ConnectionError:
        return  # it is gone; a RESUME brings what it missed


def _read(text: str) -> Json | None:
    """A frame that a client sent, or None for something else."""
    if len(text.encode()) > LARGEST_FRAME:
        return None
    try:
        frame = json.loads(text)
    except ValueError:
        return None
    return frame if isinstance(frame, dict) and isinstance(frame.get("op"), int) else None
