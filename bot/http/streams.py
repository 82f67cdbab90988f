"""Server-sent events: one long answer, a numbered event at a time, resumable by its number."""

from __future__ import annotations

from contextlib import suppress

from aiohttp import web

KEEPALIVE_S = 15.0
"""How often a silent stream says that it is alive (proxies end those that do not)."""

RETRY_MS = 2000
_MAX_DIGITS = 9


class EventStream:
    """An open stream to one page. Sends raise ``ConnectionError`` once the page has left."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "X-Accel-Buffering": "no",
            }
        )

    async def open(self) -> web.StreamResponse:
        """Send the headers and how long a page should wait before it tries again.

        A page that has left by then is no error; ``left`` tells.
        """
        await self._response.prepare(self._request)
        with suppress(ConnectionError):
            await self._response.write(f"retry: {RETRY_MS}\n\n".encode())
        return self._response

    async def send(self, event: str, data: str, *, event_id: int | None = None) -> None:
        """Send one event; ``data`` may span lines."""
        await self._response.write(encode_event(event, data, event_id=event_id))

    async def keep_alive(self) -> None:
        """Send a comment that pages ignore."""
        await self._response.write(b": \n\n")

    @property
    def left(self) -> bool:
        """Whether the page has gone."""
        transport = self._request.transport
        return transport is None or transport.is_closing()


def encode_event(event: str, data: str, *, event_id: int | None = None) -> bytes:
    """The bytes of one event."""
    head = f"event: {event}\n" + (f"id: {event_id}\n" if event_id is not None else "")
    body = "".join(f"data: {line}\n" for line in data.split("\n"))
    return (head + body + "\n").encode()


def last_event_id(request: web.Request) -> int:
    """The number after which a page wants to go on; 0 where it names none or nonsense."""
    raw = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= _MAX_DIGITS else 0
