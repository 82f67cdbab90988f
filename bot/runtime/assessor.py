"""Lets a model look at messages: off the loop, with a time limit, failing towards humans."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from triage.decide import decide
from triage.model import Model
from triage.verdict import Verdict

log = structlog.get_logger()


class ModelAssessor:
    """The second speed of triage. Without a model everything not flagged is 'undecided'."""

    def __init__(self, model: Model | None, *, limit_s: float = 2.0) -> None:
        self._model = model
        self._limit_s = limit_s
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="triage")

    async def assess(self, text: str, before: Sequence[str], floor: Verdict) -> Verdict:
        """The final verdict; never raises, never takes longer than the limit."""
        return decide(floor, await self._opinion(text, before))

    def close(self) -> None:
        """Take no new work."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _opinion(self, text: str, before: Sequence[str]) -> Verdict | None:
        if self._model is None:
            return None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limit_s):
                return await loop.run_in_executor(self._pool, self._model.assess, text, before)
        except Exception as error:  # whatever a model does, a human must still see the message
            log.error("model_failed", error=type(error).__name__)
            return None
