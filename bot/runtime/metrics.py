"""Numbers for the operator: counts of kinds, never of people.

Label values are names from the code (commands, outcomes, routes), so that nothing that a
person sent can become one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The counters of one running service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._commands = Counter(
            "madoakari_commands",
            "Commands by name and outcome (done, or the name of the refusal).",
            ["command", "outcome"],
            registry=self._registry,
        )
        self._command_seconds = Histogram(
            "madoakari_command_seconds",
            "Time from a command to its durable commit.",
            ["command"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "madoakari_http_answers",
            "Answers by route and status.",
            ["route", "status"],
            registry=self._registry,
        )

    @contextmanager
    def command(self, name: str) -> Iterator[None]:
        """Count one command by its outcome, and the seconds until it was durable."""
        began, outcome = time.perf_counter(), "done"
        try:
            yield
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            self._commands.labels(name, outcome).inc()
            self._command_seconds.labels(name).observe(time.perf_counter() - began)

    def answer(self, route: str, status: int) -> None:
        """A request was answered."""
        self._answers.labels(route, str(status)).inc()

    def page(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self._registry)
