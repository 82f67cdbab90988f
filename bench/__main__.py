"""``python -m bench``: the floor and the service, in turns, in one run; then the table.

--quick        one round, about three minutes; without it three rounds, about eight
--postgres     measure the service on PostgreSQL too (default: where one is installed)
--write        put the table into docs/performance.md
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import places
from bench.figures import middle, put_between_markers, table
from bench.places import Place

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "performance.md"
LOAD_WITHIN_S: Final = 600
FLOOR, LITE, POSTGRES = "floor", "SQLite", "PostgreSQL"
FIRST_PACE: Final = {FLOOR: 500.0, LITE: 25.0, POSTGRES: 25.0}


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to look."""

    rounds: int
    seconds: float
    growth: float
    idle: int
    visitors: int
    staff: int


QUICK: Final = Plan(rounds=1, seconds=2.0, growth=2.0, idle=300, visitors=40, staff=6)
FULL: Final = Plan(rounds=3, seconds=3.0, growth=1.6, idle=1000, visitors=40, staff=6)

Figures = dict[str, float | None]
FIGURES: Final[Mapping[str, Callable[[Any], float | None]]] = {
    "messages/s acknowledged, p99 < 250 ms": lambda r: r["talk"]["ramp"]["acknowledged"],
    "messages/s seen on both screens, p99 < 250 ms": lambda r: r["talk"]["ramp"]["seen"],
    "CPU-s per 1,000 messages at 10/s": lambda r: _cpu(r["talk"]["calm"]),
    "CPU-s per 1,000 messages at the highest pace": lambda r: _cpu(r["talk"]["ramp"]["best"]),
    "of that in the database, at 10/s": lambda r: r["talk"]["calm"]["cpu_per_1000"].get("database"),
    "ms to acknowledged at 10/s, p50": lambda r: r["talk"]["calm"]["acknowledged"]["p50"],
    "ms to acknowledged at 10/s, p95": lambda r: r["talk"]["calm"]["acknowledged"]["p95"],
    "ms to acknowledged at 10/s, p99": lambda r: r["talk"]["calm"]["acknowledged"]["p99"],
    "ms from accepted to supporter's screen at 10/s, p50": lambda r: _seen(r, "calm", "p50"),
    "ms from accepted to supporter's screen at 10/s, p95": lambda r: _seen(r, "calm", "p95"),
    "ms from accepted to supporter's screen at 10/s, p99": lambda r: _seen(r, "calm", "p99"),
    "ms from accepted to visitor's screen at 10/s, p50": lambda r: _back(r, "p50"),
    "ms from accepted to visitor's screen at 10/s, p95": lambda r: _back(r, "p95"),
    "ms from accepted to visitor's screen at 10/s, p99": lambda r: _back(r, "p99"),
    "ms to acknowledged at 100/s, p99": lambda r: r["talk"]["brisk"]["acknowledged"]["p99"],
    "ms from due to supporter's screen at 100/s, p99": (
        lambda r: r["talk"]["brisk"]["to_staff_from_due"]["p99"]
    ),
    "KiB (PSS) per idle page": lambda r: r["idle"].get("kib_per_page"),
    "cores while 1,000 pages idle": lambda r: r["idle"].get("cores_of_1000"),
    "CPU ms to open a page's stream": lambda r: r["idle"].get("ms_to_open_one"),
    "MiB (PSS) with no page open": lambda r: r["idle"].get("server_mib"),
    "s from start to ready": lambda r: r["started_in_s"],
    "generator's cores at the highest pace": (
        lambda r: (r["talk"]["ramp"]["best"] or {}).get("generator_cores")
    ),
}


def _cpu(stage: Any) -> float | None:  # noqa: ANN401 - JSON
    return None if stage is None else sum(stage["cpu_per_1000"].values())


def _seen(result: Any, stage: str, share: str) -> float | None:  # noqa: ANN401 - JSON
    value: float | None = result["talk"][stage]["to_staff_from_accepted"][share]
    return value


def _back(result: Any, share: str) -> float | None:  # noqa: ANN401 - JSON
    value: float | None = result["talk"]["calm"]["to_visitor_from_accepted"][share]
    return value


@contextmanager
def _on_postgres() -> Iterator[Place]:
    with places.postgres() as database, places.service(database) as place:
        yield place


def measure(plan: Plan, where: Mapping[str, Callable[[], AbstractContextManager[Place]]]) -> str:
    """All rounds; returns the table."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    start = dict(FIRST_PACE)
    for number in range(plan.rounds):
        for name, opened in where.items():
            print(f"round {number + 1} of {plan.rounds}: {name}", file=sys.stderr, flush=True)
            result = _talked(plan, opened, start[name])
            # A second ramp begins a little below where the first one ended.
            start[name] = max(10.0, result["talk"]["ramp"]["acknowledged"] / plan.growth)
            found[name].append(result)
    for name, opened in where.items():
        print(f"idle pages: {name}", file=sys.stderr, flush=True)
        found[name][-1]["idle"] = _idled(plan, opened)
    rows = [
        (what, {name: middle([read(each) for each in found[name]]) for name in where})
        for what, read in FIGURES.items()
    ]
    return table(rows, list(where))


def _talked(
    plan: Plan, opened: Callable[[], AbstractContextManager[Place]], start: float
) -> dict[str, Any]:
    with opened() as place:
        talk = _load(place, plan, "--start", str(start))
        return {"talk": talk, "idle": {}, "started_in_s": place.started_in_s}


def _idled(plan: Plan, opened: Callable[[], AbstractContextManager[Place]]) -> Any:  # noqa: ANN401 - JSON
    """Idle pages at a fresh place, once: memory after a rush tells little."""
    with opened() as place:
        return _load(place, plan, "--idle", str(plan.idle))


def _load(place: Place, plan: Plan, *more: str) -> Any:  # noqa: ANN401 - JSON
    words = [sys.executable, "-m", "bench.load", "--port", str(place.port)]
    words += [f"--pid={name}={pid}" for name, pid in place.pids.items()]
    words += ["--visitors", str(plan.visitors), "--staff", str(plan.staff)]
    words += ["--seconds", str(plan.seconds), "--growth", str(plan.growth), *more]
    if place.link is not None:
        words += ["--link", place.link]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=LOAD_WITHIN_S)
    return json.loads(done.stdout)


def _where(*, postgres: bool) -> dict[str, Callable[[], AbstractContextManager[Place]]]:
    where: dict[str, Callable[[], AbstractContextManager[Place]]] = {
        FLOOR: places.floor,
        LITE: places.service,
    }
    if postgres:
        where[POSTGRES] = _on_postgres
    return where


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--postgres",
        action=argparse.BooleanOptionalAction,
        default=places.postgres_programs() is not None,
    )
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args(words)
    if not wanted.postgres:
        print("PostgreSQL is left out.", file=sys.stderr)
    places.allow_many_files()
    plan = QUICK if wanted.quick else FULL
    text = measure(plan, _where(postgres=wanted.postgres))
    print(text)
    if wanted.write:
        put_between_markers(DOCUMENT, text)


if __name__ == "__main__":
    main()
