"""The floor: aiohttp, one SQLite row per message, group commit, server-sent events. No duties.

It has the service's addresses and the service's shapes (an urlencoded form in, JSON out after
the durable commit, one numbered event to whoever follows the talk), and nothing else: no
sealing, no triage, no idempotency, no sign-in, no queue. What it costs is what the platform
costs. Cookies name the talk: ``s=t7``.

Run: ``python -m bench.floor --port 9000 --database FILE``
"""

from __future__ import annotations

import argparse
import asyncio
import queue
import sqlite3
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl

import uvloop
from aiohttp import web

LOOPBACK = "127.0.0.1"
MOST_IN_A_COMMIT = 64
TABLE = """
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, talk TEXT NOT NULL, side TEXT NOT NULL, key TEXT NOT NULL,
    words TEXT NOT NULL, at REAL NOT NULL
)
"""
INSERT = "INSERT INTO messages (talk, side, key, words, at) VALUES (?, ?, ?, ?, ?)"

Row = tuple[str, str, str, str, float]
Waiting = tuple[Row, "asyncio.Future[int]"]


class Writer(threading.Thread):
    """The one writer: whatever waits goes into one transaction, synced at its commit."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="writer", daemon=True)
        self._path = path
        self._loop = loop
        self._line: queue.SimpleQueue[Waiting] = queue.SimpleQueue()

    def store(self, row: Row) -> asyncio.Future[int]:
        """The row's number, once it is durable."""
        stored: asyncio.Future[int] = self._loop.create_future()
        self._line.put((row, stored))
        return stored

    def run(self) -> None:
        """Commit group after group until the process ends."""
        database = sqlite3.connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}")
        database.execute(TABLE)
        while True:
            group = self._next_group()
            database.execute("BEGIN IMMEDIATE")
            numbers = [database.execute(INSERT, row).lastrowid or 0 for row, _ in group]
            database.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, group, numbers)

    def _next_group(self) -> list[Waiting]:
        group = [self._line.get()]
        while len(group) < MOST_IN_A_COMMIT:
            try:
                group.append(self._line.get_nowait())
            except queue.Empty:
                break
        return group


def _tell(group: list[Waiting], numbers: list[int]) -> None:
    for (_, stored), number in zip(group, numbers, strict=True):
        if not stored.done():
            stored.set_result(number)


class Floor:
    """The floor's four addresses."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._ears: dict[str, set[asyncio.Queue[bytes]]] = {}

    def routes(self) -> list[web.RouteDef]:
        """The same addresses as the service has."""
        return [
            web.post("/write", self.write),
            web.get("/stream", self.stream),
            web.post("/console/talks/{talk}/answer", self.answer),
            web.get("/console/stream", self.console_stream),
        ]

    async def write(self, request: web.Request) -> web.Response:
        """A visitor writes."""
        return await self._take_in(request, request.cookies["s"], "visitor")

    async def answer(self, request: web.Request) -> web.Response:
        """A member of staff answers."""
        return await self._take_in(request, request.match_info["talk"], "staff")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The visitor's page follows."""
        return await self._follow(request, request.cookies["s"])

    async def console_stream(self, request: web.Request) -> web.StreamResponse:
        """A page of the console follows."""
        return await self._follow(request, request.query["talk"])

    async def _take_in(self, request: web.Request, talk: str, side: str) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode("ascii"), keep_blank_values=True))
        words = form["words"]
        seq = await self._writer.store((talk, side, form["key"], words, time.time()))
        event = f"event: line\nid: {seq}\ndata: <li>{words}</li>\n\n".encode()
        for ear in self._ears.get(talk, ()):
            ear.put_nowait(event)
        return web.json_response({"seq": seq})

    async def _follow(self, request: web.Request, talk: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        ear: asyncio.Queue[bytes] = asyncio.Queue()
        self._ears.setdefault(talk, set()).add(ear)
        try:
            await response.write(b"retry: 2000\n\n")
            while True:
                await response.write(await ear.get())
        except ConnectionError:
            return response
        finally:
            self._ears[talk].discard(ear)


async def _serve(port: int, database: Path) -> None:
    writer = Writer(database, asyncio.get_running_loop())
    writer.start()
    app = web.Application()
    app.add_routes(Floor(writer).routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.floor", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    wanted = parser.parse_args()
    uvloop.run(_serve(wanted.port, wanted.database))


if __name__ == "__main__":
    main()
