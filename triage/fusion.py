"""From the members' opinions to one calibrated chance for each step, and from there to a level."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Final, Self

from triage.decide import heard
from triage.opinion import KINDS, STEPS, Opinion
from triage.verdict import Kind, Level, Verdict

_MEMBERS: Final = ("linear", "transformer")


@dataclass(frozen=True, slots=True)
class Blend:
    """How one set of members is weighed: a logistic model for each step, fitted on the dev split.

    ``steps[i]`` and ``kinds[i]`` hold the bias and one weight a member. The rules are not weighed:
    whoever wrote them saw the dev split. ``triage.decide.heard`` says what becomes of theirs.
    """

    steps: tuple[tuple[float, ...], ...]
    kinds: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which chance on a step is reached; ``thresholds.toml`` says why."""

    steps: tuple[float, ...]
    doubt: float  # from which chance of danger on a message below an alert is UNDECIDED
    heard: float  # the chance of a step below which the rules alone do not reach it
    kind: float


def _chance(weights: tuple[float, ...], values: tuple[float, ...]) -> float:
    total = weights[0] + sum(w * v for w, v in zip(weights[1:], values, strict=True))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


class Fusion:
    """The blends for whichever members are there, and the thresholds. Immutable."""

    __slots__ = ("_blends", "_thresholds", "version")

    def __init__(
        self, blends: Mapping[str, Blend], thresholds: Mapping[str, Thresholds], version: str
    ) -> None:
        self._blends, self._thresholds, self.version = blends, thresholds, version

    @classmethod
    def load(cls, blends: Path, thresholds: Path) -> Self:
        """Read both files. Raises ``OSError``, ``KeyError``, ``TypeError`` or ``ValueError``."""
        written = json.loads(blends.read_text(encoding="utf-8"))
        limits = tomllib.loads(thresholds.read_text(encoding="utf-8"))
        return cls(
            {name: _blend(value) for name, value in written["blends"].items()},
            {name: _limits(value) for name, value in limits["points"].items()},
            str(written["version"]),
        )

    def chances(self, opinions: Mapping[str, Opinion]) -> tuple[float, ...]:
        """How likely each step is reached, never rising from one step to the next."""
        name, ordered = _ordered(opinions)
        blend = self._blends[name]
        found: list[float] = []
        for step, weights in enumerate(blend.steps):
            chance = _chance(weights, tuple(opinion.danger[step] for opinion in ordered))
            found.append(min([chance, *found[-1:]]))
        return tuple(found)

    def verdict(self, opinions: Mapping[str, Opinion], *, point: str) -> Verdict:
        """The level and kinds at an operating point ('first' or 'second'), without reasons."""
        limits = self._thresholds[point]
        chances = self.chances(opinions)
        reached = [
            level for level, c, t in zip(STEPS, chances, limits.steps, strict=True) if c >= t
        ]
        level = max(reached, default=Level.NONE)
        if level < Level.PASSIVE and chances[1] >= limits.doubt:
            level = Level.UNDECIDED
        if level < Level.PASSIVE:
            return Verdict(level)
        return Verdict(level, self._kinds(opinions, limits.kind))

    def heard(self, rules: Verdict, opinions: Mapping[str, Opinion], *, point: str) -> Verdict:
        """What stands of the rules' verdict beside these opinions (``triage.decide.heard``)."""
        return heard(rules, self.chances(opinions), self._thresholds[point].heard)

    def _kinds(self, opinions: Mapping[str, Opinion], limit: float) -> frozenset[Kind]:
        """Every likely kind; the likeliest one where none is."""
        name, ordered = _ordered(opinions)
        chances = [
            _chance(weights, tuple(opinion.kinds[place] for opinion in ordered))
            for place, weights in enumerate(self._blends[name].kinds)
        ]
        likely = frozenset(kind for kind, c in zip(KINDS, chances, strict=True) if c >= limit)
        return likely or frozenset({KINDS[chances.index(max(chances))]})


def _ordered(opinions: Mapping[str, Opinion]) -> tuple[str, tuple[Opinion, ...]]:
    present = tuple(name for name in _MEMBERS if name in opinions)
    return "+".join(present), tuple(opinions[name] for name in present)


def _blend(value: Mapping[str, list[list[float]]]) -> Blend:
    return Blend(
        *(tuple(tuple(map(float, row)) for row in value[key]) for key in ("steps", "kinds"))
    )


def _limits(value: Mapping[str, float]) -> Thresholds:
    keys = ("distress", "passive", "active", "imminent")
    steps = tuple(float(value[key]) for key in keys)
    return Thresholds(steps, *(float(value[key]) for key in ("doubt", "heard", "kind")))
