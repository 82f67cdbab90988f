"""What runs by itself. APScheduler is only the clock: a job does nothing but run a command.

Everything due is a row with a due time, so a job that was missed while the house was down
finds its rows at the next sweep (decision 14).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.core.bus import Bus
from bot.core.model.commands import Command, EraseDue, ForgetStale

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A command, and every how many seconds it is run."""

    name: str
    every_s: int
    command: Callable[[], Command[Any]]


JOBS = (
    Job("erase_due", 60, EraseDue),
    Job("forget_stale", 600, ForgetStale),
)


class Scheduler:
    """Runs ``JOBS`` while the service lives."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._clockwork = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Start the clockwork; needs a running loop."""
        for job in JOBS:
            self._clockwork.add_job(
                self._runner(job),
                IntervalTrigger(seconds=job.every_s),
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._clockwork.start()

    def stop(self) -> None:
        """Stop the clockwork; a running job is not waited for (its rows stay due)."""
        if self._clockwork.running:
            self._clockwork.shutdown(wait=False)

    def _runner(self, job: Job) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                await self._bus.run(job.command())
            except Exception as error:  # the scheduler is an edge: the next sweep tries again
                log.error("job_failed", job=job.name, error=type(error).__name__)

        return run
