"""Lets a model look at messages: off the loop, with a time limit, failing towards humans."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import structlog

from triage.course import Earlier
from triage.decide import decide
from triage.model import Model
from triage.verdict import Verdict

log = structlog.get_logger()

DONE: Final = "done"
FAILED: Final = "failed"
LATE: Final = "late"


class ModelAssessor:
    """The second speed of triage. Without a model everything not flagged is 'undecided'.

    ``tally`` hears of every look: ``DONE``, ``FAILED`` or ``LATE``.
    """

    def __init__(
        self, model: Model | None, *, tally: Callable[[str], None], limit_s: float = 1.0
    ) -> None:
        self._model, self._tally, self._limit_s = model, tally, limit_s
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="triage")

    async def assess(self, text: str, before: Sequence[Earlier], floor: Verdict) -> Verdict:
        """The final verdict; never raises, never takes longer than the limit."""
        if self._model is None:
            return decide(floor, None)
        verdict, outcome = await self._looked_at(partial(_look, self._model, text, before, floor))
        self._tally(outcome)
        return decide(floor, None) if verdict is None else verdict

    def close(self) -> None:
        """Take no new work."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _looked_at(
        self, look: Callable[[], tuple[Verdict, str]]
    ) -> tuple[Verdict | None, str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limit_s):
                return await loop.run_in_executor(self._pool, look)
        except TimeoutError:
            log.error("model_late")
            return None, LATE
        except Exception as error:  # whatever a model does, a human must still see the message
            log.error("model_failed", error=type(error).__name__)
            return None, FAILED


def _look(
    model: Model, text: str, before: Sequence[Earlier], floor: Verdict
) -> tuple[Verdict, str]:
    """The message, then the course of the talk. A course that fails hides no danger found."""
    seen = decide(floor, model.assess(text))
    try:
        found = model.course(before, text, seen)
    except Exception as error:  # nobody knows the course: not calm, and not less than was seen
        log.error("course_failed", error=type(error).__name__)
        return decide(seen, None), FAILED
    return (found if found.level >= seen.level else seen), DONE
