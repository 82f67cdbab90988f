"""Whatever a model does, a human still sees the message."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from bot.runtime.assessor import DONE, FAILED, LATE, ModelAssessor
from triage.course import Earlier
from triage.verdict import CALM, Level, Reason, Verdict

GRAVE = Verdict(Level.IMMINENT)
TEXT = "まだここにいます"
BEFORE = (
    Earlier("", Level.PASSIVE, 90.0),
    Earlier("ひとつ前の前", Level.NONE, 5.0),
    Earlier("", Level.NONE, 2.0),
    Earlier("ひとつ前", Level.NONE, 1.0),
)


class Says:
    """A model that always says the same, after a while."""

    name, version = "says", "1"

    def __init__(
        self, level: Level, *, after_s: float = 0, course: Level = Level.NONE, breaks: str = ""
    ) -> None:
        self._level, self._after_s, self._course, self._breaks = level, after_s, course, breaks
        self.read: list[object] = []

    def assess(self, text: str) -> Verdict:
        time.sleep(self._after_s)
        self.read.append(text)
        if self._breaks == "model":
            raise RuntimeError("weights are gone")
        return Verdict(self._level)

    def course(self, earlier: Sequence[Earlier], text: str, verdict: Verdict) -> Verdict:
        self.read += [text, tuple(earlier), verdict]
        if self._breaks == "course":
            raise RuntimeError("nobody knows the way")
        return Verdict(self._course)


async def judged(model: Says | None, floor: Verdict) -> tuple[Level, list[str]]:
    """The level, and what was counted."""
    outcomes: list[str] = []
    assessor = ModelAssessor(model, tally=outcomes.append, limit_s=0.2)
    try:
        return (await assessor.assess(TEXT, BEFORE, floor)).level, outcomes
    finally:
        assessor.close()


@pytest.mark.parametrize(
    ("model", "floor", "expected", "outcome"),
    [
        (Says(Level.ACTIVE, breaks="model"), CALM, Level.UNDECIDED, FAILED),
        (Says(Level.ACTIVE, breaks="model"), GRAVE, Level.IMMINENT, FAILED),
        (Says(Level.NONE, breaks="course"), CALM, Level.UNDECIDED, FAILED),
        (Says(Level.ACTIVE, breaks="course"), CALM, Level.ACTIVE, FAILED),
        (Says(Level.NONE, breaks="course"), GRAVE, Level.IMMINENT, FAILED),
        (Says(Level.ACTIVE, after_s=1), CALM, Level.UNDECIDED, LATE),
        (Says(Level.NONE, after_s=1), GRAVE, Level.IMMINENT, LATE),
        (Says(Level.ACTIVE), CALM, Level.ACTIVE, DONE),
        (Says(Level.NONE), CALM, Level.NONE, DONE),
        (Says(Level.NONE), GRAVE, Level.IMMINENT, DONE),
        (Says(Level.DISTRESS, course=Level.PASSIVE), CALM, Level.PASSIVE, DONE),
        (Says(Level.NONE, course=Level.PASSIVE), GRAVE, Level.IMMINENT, DONE),
    ],
)
async def test_the_verdict_fails_towards_humans(
    model: Says, floor: Verdict, expected: Level, outcome: str
) -> None:
    assert await judged(model, floor) == (expected, [outcome])


async def test_without_a_model_nothing_is_calm_and_nothing_is_logged() -> None:
    with capture_logs() as logs:
        assert await judged(None, CALM) == (Level.UNDECIDED, [])
        assert await judged(None, GRAVE) == (Level.IMMINENT, [])
    assert logs == []


async def test_the_message_is_read_alone_and_then_the_course() -> None:
    model, floor = Says(Level.DISTRESS), Verdict(Level.NONE, reasons=(Reason("a", Level(0), 0, 1),))
    await judged(model, floor)
    seen = Verdict(Level.DISTRESS, reasons=floor.reasons)
    assert model.read == [TEXT, TEXT, BEFORE, seen]


async def test_what_is_logged_of_a_failure_holds_no_words() -> None:
    with capture_logs() as logs:
        for breaks in ("model", "course"):
            await judged(Says(Level.NONE, breaks=breaks), CALM)
        await judged(Says(Level.NONE, after_s=1), CALM)
    assert logs == [
        {"event": "model_failed", "log_level": "error", "error": "RuntimeError"},
        {"event": "course_failed", "log_level": "error", "error": "RuntimeError"},
        {"event": "model_late", "log_level": "error"},
    ]
