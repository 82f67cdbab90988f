"""Recall, precision and false alarms of the rules on labelled files.

``python -m triage.evaluate FILE.jsonl...`` prints a table. A line is
``{"id", "text", "level", ...}`` as in ``docs/triage-labels.md``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import quantiles
from typing import Final

from triage.rules import Rules
from triage.verdict import Level

_Z: Final = 1.96  # standard normal, two-sided 95 %
_STEPS: Final = ((Level.PASSIVE, ">=2"), (Level.ACTIVE, ">=3"), (Level.IMMINENT, "4"))


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled row with what the rules said about it."""

    id: str
    text: str
    truth: Level
    verdict: Level
    seconds: float


@dataclass(frozen=True, slots=True)
class Score:
    """Counts at one threshold, applied to the truth and to the verdict alike."""

    hits: int
    misses: int
    false_alarms: int
    calm: int
    alerted: int

    @property
    def recall(self) -> float:
        """Share of the dangerous rows that reached the same threshold; nan without any."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def alert(self) -> float:
        """Share of the dangerous rows that at least alerted somebody (verdict 2 or more)."""
        return _share(self.alerted, self.hits + self.misses)

    @property
    def precision(self) -> float:
        """Share of the rows that reached the threshold and belong there."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def false_alarm_rate(self) -> float:
        """Share of the rows below the threshold that reached it all the same."""
        return _share(self.false_alarms, self.calm)


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share; (0, 1) where there is nothing to count."""
    if not whole:
        return (0.0, 1.0)
    share, spread = part / whole, _Z**2 / whole
    centre = share + spread / 2
    width = _Z * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    return (max(0.0, (centre - width) / (1 + spread)), min(1.0, (centre + width) / (1 + spread)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def read(path: Path, rules: Rules) -> list[Judged]:
    """Every row of a label file, judged. Raises ``ValueError`` naming a line that is no row."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                rows.append(judge(json.loads(line), rules))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}:{number}: not a labelled row: {error!r}") from error
    return rows


def judge(row: dict[str, object], rules: Rules) -> Judged:
    """One row, judged and timed."""
    text, level = row["text"], row["level"]
    if not isinstance(text, str) or not isinstance(level, int):
        raise TypeError("text must be a string and level a number")
    begin = time.perf_counter()
    verdict = rules.screen(text)
    seconds = time.perf_counter() - begin
    return Judged(str(row["id"]), text, Level.from_label(level), verdict.level, seconds)


def score(rows: Iterable[Judged], threshold: Level) -> Score:
    """The counts at one threshold."""
    listed = list(rows)
    positive = [row for row in listed if row.truth >= threshold]
    hits = sum(row.verdict >= threshold for row in positive)
    alarms = sum(row.verdict >= threshold > row.truth for row in listed)
    return Score(
        hits=hits,
        misses=len(positive) - hits,
        false_alarms=alarms,
        calm=len(listed) - len(positive),
        alerted=sum(row.verdict >= Level.PASSIVE for row in positive),
    )


def table(name: str, rows: Sequence[Judged]) -> str:
    """The lines that the command prints for one file."""
    lines = [f"{name} ({len(rows)} rows)"]
    for threshold, label in _STEPS:
        s = score(rows, threshold)
        low, high = interval(s.hits, s.hits + s.misses)
        lines.append(
            f"  {label:>3}  recall {s.recall:.3f} [{low:.2f}, {high:.2f}]  alerted {s.alert:.3f}"
            f"  precision {s.precision:.3f}  false alarms {s.false_alarm_rate:.3%}"
            f"  ({s.hits}/{s.hits + s.misses}, {s.false_alarms}/{s.calm})"
        )
    return "\n".join(lines)


def speed(rows: Sequence[Judged]) -> str:
    """Microseconds per message, median and 99th percentile."""
    cuts = quantiles([row.seconds * 1e6 for row in rows], n=100)
    return f"speed: p50 {cuts[49]:.0f} us, p99 {cuts[98]:.0f} us per message"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of every file and of all together. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m triage.evaluate", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.jsonl")
    files: list[Path] = parser.parse_args(arguments).files
    rules = Rules.load()
    try:
        judged = {path.name: read(path, rules) for path in files}
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    everything = [row for rows in judged.values() for row in rows]
    tables = [table(name, rows) for name, rows in judged.items()]
    if len(judged) > 1:
        tables.append(table("all", everything))
    if len(everything) > 1:
        tables.append(speed(everything))
    sys.stdout.write("\n".join(tables) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
