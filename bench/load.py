"""Load for a running service: visitors and staff at a set pace, over loopback.

    python -m bench.load --port 8080 --pid PID --link LINK

``LINK`` is the first administrator's one-time link, so the service must be a fresh one; the
floor needs none. Its limits for visitors must be high (``bench.places`` has them). Prints one
JSON object.

    calm     10 messages a second: CPU and latency when nothing presses
    brisk    100 messages a second, the pace that all places share
    ramp     ever faster until p99 from due to acknowledged passes 250 ms
    idle     so many pages open and nothing said: memory and CPU
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import uvloop

from bench.meters import cpu_of_all, memory_kib
from bench.night import Night, Stage
from bench.shapes import Lane, floor_lanes, open_rooms, service_lanes
from bench.wire import Follower, request

CALM: Final = 10.0
BRISK: Final = 100.0
SLOWEST: Final = 5.0
MOST_STAGES: Final = 16
QUIET_S: Final = 16.0
"""A page is looked after every fifteen seconds though nothing happens: that must be inside."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do, and to whom."""

    port: int
    pids: Mapping[str, int]  # the first is the server whose memory counts
    link: str | None
    visitors: int
    staff: int
    seconds: float
    start: float
    growth: float
    idle: int


@dataclass(frozen=True, slots=True)
class Ramp:
    """The highest paces that were held, and every stage on the way."""

    acknowledged: float
    seen: float
    best: Stage | None
    stages: list[Stage]


async def climb(
    night: Night, done: Sequence[Stage], *, start: float, growth: float, seconds: float
) -> Ramp:
    """Go faster until it fails, then once halfway back; ``done`` counts as passed or failed too.

    Where even the start fails, go down until something holds.
    """
    stages = list(done)
    pace, low, high = start, 0.0, 0.0
    for _ in range(MOST_STAGES):
        stage = await night.play(pace, seconds)
        stages.append(stage)
        if stage.acknowledged_in_time:
            low = max(low, pace)
        else:
            high = min(high or pace, pace)
        following = next_pace(low, high, growth)
        if following is None or following < SLOWEST:
            break
        pace = following
    held = [stage for stage in stages if stage.acknowledged_in_time]
    best = max(held, key=lambda stage: stage.pace, default=None)
    seen = max((stage.pace for stage in stages if stage.seen_in_time), default=0.0)
    return Ramp(best.pace if best else 0.0, seen, best, stages)


def next_pace(low: float, high: float, growth: float) -> float | None:
    """The pace to try after the highest held and the lowest failed one; None to stop."""
    if not high:
        return low * growth
    if not low:
        return high / growth
    between: float = (low * high) ** 0.5
    return between if high / low > growth**0.6 else None


async def talk(wanted: Wanted) -> dict[str, Any]:
    """Calm, brisk, ramp."""
    lanes = await _lanes(wanted)
    night = Night(wanted.port, lanes, tells_seen=wanted.link is not None, pids=wanted.pids)
    await night.open()
    try:
        await night.play(CALM, 1.0)  # statements are compiled, connections opened
        calm = await night.play(CALM, wanted.seconds * 2)
        brisk = await night.play(BRISK, wanted.seconds)
        ramp = await climb(
            night, (calm, brisk), start=wanted.start, growth=wanted.growth, seconds=wanted.seconds
        )
    finally:
        await night.close()
    return {"calm": asdict(calm), "brisk": asdict(brisk), "ramp": asdict(ramp)}


async def idle(wanted: Wanted) -> dict[str, float]:
    """Open so many pages, each of a visitor of its own, and say nothing."""
    if wanted.link is None:
        cookies = [f"s=t{number}" for number in range(wanted.idle)]
    else:
        cookies = await open_rooms(wanted.port, wanted.idle)
    await asyncio.sleep(2)
    server = next(iter(wanted.pids.values()))
    empty, cpu = memory_kib(server), cpu_of_all(wanted.pids)
    # The first half fills memory that the first messages left free; the second half tells.
    half = len(cookies) // 2
    pages = await _open_pages(wanted.port, cookies[:half])
    before = memory_kib(server)
    pages += await _open_pages(wanted.port, cookies[half:])
    opening = sum(cpu_of_all(wanted.pids).values()) - sum(cpu.values())
    await asyncio.sleep(1)
    after, cpu, began = memory_kib(server), cpu_of_all(wanted.pids), time.perf_counter()
    await asyncio.sleep(QUIET_S)
    used = sum(cpu_of_all(wanted.pids).values()) - sum(cpu.values())
    cores = used / (time.perf_counter() - began)
    ended = sum(page.ended for page in pages)
    for page in pages:
        page.close()
    return {
        "pages": wanted.idle,
        "ended": ended,
        "kib_per_page": (after - before) / (wanted.idle - half),
        "cores_of_1000": cores * 1000 / wanted.idle,
        "ms_to_open_one": opening * 1000 / wanted.idle,
        "server_mib": empty / 1024,
    }


async def _open_pages(port: int, cookies: Sequence[str]) -> list[Follower]:
    """Open a stream for each cookie, one after the other, and let the server come to rest."""
    pages = [
        await Follower.connect(port, request("GET", "/stream", cookie=cookie), lambda _: None)
        for cookie in cookies
    ]
    await asyncio.sleep(0.5)
    return pages


async def _lanes(wanted: Wanted) -> list[Lane]:
    if wanted.link is None:
        return floor_lanes(wanted.visitors, wanted.staff)
    return await service_lanes(wanted.port, wanted.link, wanted.visitors, wanted.staff)


def _pids(named: list[str]) -> dict[str, int]:
    pairs = [name.rpartition("=") for name in named]
    return {name or "server": int(pid) for name, _, pid in pairs}


def _wanted() -> Wanted:
    parser = argparse.ArgumentParser(
        prog="bench.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", action="append", required=True, help="PID or NAME=PID")
    parser.add_argument("--link", help="the first administrator's link; none: the floor")
    parser.add_argument("--visitors", type=int, default=40)
    parser.add_argument("--staff", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5.0, help="of one stage")
    parser.add_argument("--start", type=float, default=50.0, help="first pace of the ramp")
    parser.add_argument("--growth", type=float, default=1.6)
    parser.add_argument("--idle", type=int, default=0, help="only open so many idle pages")
    given = vars(parser.parse_args())
    return Wanted(pids=_pids(given.pop("pid")), **given)


def main() -> None:
    wanted = _wanted()
    result = uvloop.run(idle(wanted) if wanted.idle else talk(wanted))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
