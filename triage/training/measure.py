"""Measures on labelled rows: what the issue asks for, with 95 % intervals, and the curve behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from triage.evaluate import interval
from triage.training.data import Conversation, Row
from triage.verdict import Kind, Level

_CALM: Final = 1  # the highest level that wants no alert
_BINS: Final = 10

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of rows with its interval."""

    part: int
    whole: int

    def written(self) -> dict[str, Any]:
        """For the metrics file; None where there is nothing to count."""
        low, high = interval(self.part, self.whole)
        share = round(self.part / self.whole, 4) if self.whole else None
        return {"share": share, "of": self.whole, "interval": [round(low, 4), round(high, 4)]}


def _count(
    rows: Sequence[Row], found: Sequence[Level], at: Level, who: Callable[[Row], bool]
) -> Share:
    chosen = [level for row, level in zip(rows, found, strict=True) if who(row)]
    return Share(sum(level >= at for level in chosen), len(chosen))


def _grave_alerted(judged: Sequence[tuple[Row, Level]]) -> Share:
    grave = [found for row, found in judged if row.level >= 3]
    return Share(sum(found >= Level.PASSIVE for found in grave), len(grave))


def shares(rows: Sequence[Row], found: Sequence[Level]) -> dict[str, Any]:
    """Recalls and false alarms of final verdicts, whole and by speaker, kind and group."""
    alerted, paged = Level.PASSIVE, Level.ACTIVE
    named: dict[str, Share] = {
        "level >= 3 alerted": _count(rows, found, alerted, lambda r: r.level >= 3),
        "level >= 3 paged": _count(rows, found, paged, lambda r: r.level >= 3),
        "level 4 alerted": _count(rows, found, alerted, lambda r: r.level == 4),
        "level 4 paged": _count(rows, found, paged, lambda r: r.level == 4),
        "level 4 called 4": _count(rows, found, Level.IMMINENT, lambda r: r.level == 4),
        "level >= 2 alerted": _count(rows, found, alerted, lambda r: r.level >= 2),
        "false alerts": _count(rows, found, alerted, lambda r: r.level <= _CALM),
        "false pages": _count(rows, found, paged, lambda r: r.level <= _CALM),
    }
    for speaker in ("self", "family", "other"):
        part = [(r, f) for r, f in zip(rows, found, strict=True) if r.speaker == speaker]
        named[f"level >= 3 alerted, {speaker}"] = _grave_alerted(part)
    for kind in Kind:
        part = [(r, f) for r, f in zip(rows, found, strict=True) if kind.value in r.kinds]
        named[f"level >= 3 alerted, {kind.value}"] = _grave_alerted(part)
    return {name: share.written() for name, share in named.items() if share.whole}


def area(scores: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """The area under the ROC curve."""
    order = scores.argsort(kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    count = int(positive.sum())
    return float(
        (ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(scores) - count))
    )


def curve(scores: Floats, level: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Recall of levels >= 2, >= 3 and 4 where 1, 2, 5, 10 and 20 % of the calm rows alert."""
    calm = scores[level <= _CALM]
    points = {}
    for rate in (0.01, 0.02, 0.05, 0.10, 0.20):
        limit = np.quantile(calm, 1 - rate)
        points[f"{rate:.0%}"] = {
            f">= {step}": round(float((scores[level >= step] > limit).mean()), 3)
            for step in (2, 3, 4)
        }
    return points


def calibration_error(chances: Floats, happened: npt.NDArray[np.bool_]) -> float:
    """The expected calibration error over ten bins of equal size."""
    parts = np.array_split(np.argsort(chances), _BINS)
    gaps = [abs(chances[p].mean() - happened[p].mean()) * len(p) for p in parts if len(p)]
    return float(sum(gaps) / len(chances))


def better_by_chance(
    one: Floats, other: Floats, level: npt.NDArray[np.int64], seed: int
) -> dict[str, float]:
    """A paired bootstrap: how much larger ``one``'s recall of level >= 3 at 5 % false alerts is."""
    dice = np.random.default_rng(seed)
    gains = []
    for _ in range(1000):
        chosen = dice.integers(0, len(level), len(level))
        gains.append(_recall(one[chosen], level[chosen]) - _recall(other[chosen], level[chosen]))
    low, high = np.quantile(gains, [0.025, 0.975])
    return {
        "gain": round(float(_recall(one, level) - _recall(other, level)), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "share not better": round(float(np.mean(np.array(gains) <= 0)), 4),
    }


def _recall(scores: Floats, level: npt.NDArray[np.int64]) -> float:
    limit = np.quantile(scores[level <= _CALM], 0.95)
    return float((scores[level >= 3] > limit).mean())


def kappa(one: Sequence[int], other: Sequence[int], *, steps: int) -> float:
    """Quadratically weighted agreement of two raters beyond chance, over levels below ``steps``."""
    table = np.zeros((steps, steps))
    for left, right in zip(one, other, strict=True):
        table[left, right] += 1
    places = np.arange(steps)
    weight = (places[:, None] - places[None, :]) ** 2
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(1 - (weight * table).sum() / (weight * by_chance).sum())


def conversations(
    talks: Sequence[Conversation], follow: Callable[[Conversation], Sequence[Level | None]]
) -> Mapping[str, Any]:
    """Alert at the latest one turn of the person after a supervisor wants it; false alerts."""
    timely, wanted, false, calm = 0, 0, 0, 0
    for talk in talks:
        alerts = [
            n
            for n, level in enumerate(follow(talk))
            if level is not None and level >= Level.PASSIVE
        ]
        if talk.alert_by is None:
            calm += 1
            false += bool(alerts)
            continue
        wanted += 1
        own = [n for n, turn in enumerate(talk.turns) if turn.level is not None]
        later = [n for n in own if n > talk.alert_by]
        latest = later[0] if later else talk.alert_by
        timely += bool(alerts) and alerts[0] <= latest
    return {"in time": Share(timely, wanted).written(), "false": Share(false, calm).written()}
