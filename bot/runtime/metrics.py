"""Numbers for the operator: counts of kinds, never of people.

Label values are names from the code (commands, outcomes, routes), so that nothing that a
person sent can become one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.core.ports.channel import Condition
from bot.core.ports.console import ChannelStatus

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
        self._second_looks = Counter(
            "madoakari_triage_second_looks",
            "Looks of the second speed of triage by outcome (done, failed, late).",
            ["outcome"],
            registry=self._registry,
        )
        self._members = Gauge(
            "madoakari_triage_member",
            "1 for the state that a member of triage is in (ready, missing, altered, broken).",
            ["member", "state"],
            registry=self._registry,
        )
        self._up = self._gauge("madoakari_channel_up", "1 unless the channel is in trouble.")
        self._used = self._gauge("madoakari_channel_quota_used", "Counted calls of this month.")
        self._limit = self._gauge("madoakari_channel_quota_limit", "Calls that a month has.")

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(name, what, ["channel"], registry=self._registry)

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

    def second_look(self, outcome: str) -> None:
        """The second speed of triage looked at a message, or could not."""
        self._second_looks.labels(outcome).inc()

    def triage(self, members: Mapping[str, str]) -> None:
        """What state each member of triage is in."""
        for name, state in members.items():
            self._members.labels(name, state).set(1)

    def page(self, channels: Iterable[ChannelStatus] = ()) -> bytes:
        """The Prometheus text format, with how the channels are at this moment."""
        for each in channels:
            up = each.health.condition is not Condition.TROUBLE
            self._up.labels(each.name).set(int(up))
            if each.health.meter is not None:
                self._used.labels(each.name).set(each.health.meter.used)
                self._limit.labels(each.name).set(each.health.meter.limit or 0)
        return generate_latest(self._registry)
