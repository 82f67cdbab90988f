"""Whatever a model does, a human still sees the message."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from bot.runtime.assessor import ModelAssessor
from triage.model import Model
from triage.verdict import CALM, Level, Verdict

GRAVE = Verdict(Level.IMMINENT)


class Says:
    """A model that always says the same, after a while."""

    name, version = "says", "1"

    def __init__(self, level: Level, *, after_s: float = 0) -> None:
        self._verdict = Verdict(level)
        self._after_s = after_s

    def assess(self, text: str, before: Sequence[str]) -> Verdict:
        time.sleep(self._after_s)
        return self._verdict


class Breaks:
    """A model that fails."""

    name, version = "breaks", "1"

    def assess(self, text: str, before: Sequence[str]) -> Verdict:
        raise RuntimeError("weights are gone")


@pytest.mark.parametrize(
    ("model", "floor", "expected"),
    [
        (None, CALM, Level.UNDECIDED),
        (None, GRAVE, Level.IMMINENT),
        (Breaks(), CALM, Level.UNDECIDED),
        (Breaks(), GRAVE, Level.IMMINENT),
        (Says(Level.ACTIVE, after_s=1), CALM, Level.UNDECIDED),
        (Says(Level.ACTIVE), CALM, Level.ACTIVE),
        (Says(Level.NONE), CALM, Level.NONE),
        (Says(Level.NONE), GRAVE, Level.IMMINENT),
    ],
)
async def test_the_verdict_fails_towards_humans(
    model: Model | None, floor: Verdict, expected: Level
) -> None:
    assessor = ModelAssessor(model, limit_s=0.2)
    try:
        verdict = await assessor.assess("まだここにいます", (), floor)
    finally:
        assessor.close()
    assert verdict.level == expected
