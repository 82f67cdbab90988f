"""How long LINE waits for its 200, at several paces: from when an event was due to the answer.

    python -m bench.webhook [--seconds 10] [--postgres]

An open loop over loopback: events are due at a set pace, whether the house keeps up or not. Each
is a signed webhook with one message of one of fifty people. LINE itself is played by a server
that says yes to everything, so that receipts go out as they would.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from aiohttp import web

from bench.figures import spread
from bench.meters import cpu_of_all
from bench.places import Place, postgres, service

SECRET: Final = "a-secret-of-the-benchmark"  # noqa: S105  # of no real channel
PACES: Final = (5.0, 20.0, 40.0, 60.0)
PEOPLE: Final = 50
_NUMBERS: Iterator[int] = itertools.count(1)


@dataclass
class Stage:
    """What happened at one pace."""

    pace: float
    waits_ms: list[float] = field(default_factory=list)
    refused: int = 0

    async def one(self, session: aiohttp.ClientSession, url: str, due: float) -> None:
        """One webhook, measured from when it was due."""
        raw = _body(next(_NUMBERS))
        headers = {"X-Line-Signature": _signed(raw), "Content-Type": "application/json"}
        async with session.post(url, data=raw, headers=headers) as answer:
            await answer.read()
            self.refused += answer.status != 200
        self.waits_ms.append((time.perf_counter() - due) * 1000)


def _body(number: int) -> bytes:
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": f"U{number % PEOPLE:032x}"},
        "webhookEventId": f"01BENCH{number:019d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{number:032x}",
        "message": {
            "id": str(number),
            "type": "text",
            "text": f"こんばんは {number}",
            "quoteToken": "q",
        },
    }
    return json.dumps({"destination": "Ubench", "events": [event]}).encode()


def _signed(raw: bytes) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), raw, hashlib.sha256)).decode()


async def _yes(_: web.Request) -> web.Response:
    """LINE, as far as it matters here."""
    return web.json_response({"sentMessages": [], "userId": "Ubench"})


async def _platform() -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", _yes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def _play(place: Place, pace: float, seconds: float) -> dict[str, Any]:
    stage, url = Stage(pace), f"http://127.0.0.1:{place.port}/line/webhook"
    before, began = cpu_of_all(place.pids), time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        waiting = []
        for number in range(int(pace * seconds)):
            due = began + number / pace
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(asyncio.ensure_future(stage.one(session, url, due)))
        await asyncio.gather(*waiting)
    spent = sum(cpu_of_all(place.pids).values()) - sum(before.values())
    return {
        "events/s": pace,
        "refused": stage.refused,
        "CPU-s per 1,000": round(spent * 1000 / len(stage.waits_ms), 1),
        **{name: round(value, 1) for name, value in spread(stage.waits_ms).items()},
    }


async def _measure(seconds: float, *, on_postgres: bool) -> None:
    runner, url = await _platform()
    settings = {
        "MADOAKARI_LINE_CHANNEL_SECRET": SECRET,
        "MADOAKARI_LINE_CHANNEL_TOKEN": "token",
        "MADOAKARI_LINE_API_HOST": url,
    }
    with ExitStack() as stack:
        database = stack.enter_context(postgres()) if on_postgres else None
        place = await asyncio.to_thread(stack.enter_context, service(database, settings))
        for pace in PACES:
            print(json.dumps(await _play(place, pace, seconds)))
            await asyncio.sleep(3.0)
    await runner.cleanup()


def main() -> None:
    """Measure and print one line for each pace."""
    wants = argparse.ArgumentParser(description=__doc__)
    wants.add_argument("--seconds", type=float, default=10.0)
    wants.add_argument("--postgres", action="store_true")
    wanted = wants.parse_args()
    asyncio.run(_measure(wanted.seconds, on_postgres=wanted.postgres))


if __name__ == "__main__":
    main()
