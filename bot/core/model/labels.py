"""What a supervisor says of a verdict of triage, kept without anything about anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.model.duty import JAPAN
from bot.core.model.safety import raises_concern
from triage.verdict import Kind, Level


class LabelOutcome(StrEnum):
    """How the machine did, by the rank of the levels."""

    MISSED = "missed"  # too low
    WRONG = "wrong"  # too high
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class TriageLabel:
    """One correction. Nothing in it leads to a talk, a person, a message or a supervisor."""

    month: date  # its first day, in Japan; nothing finer is kept
    machine: Level
    corrected: Level
    kinds: frozenset[Kind]  # as the supervisor chose them
    members: tuple[str, ...]  # the members of triage that spoke, sorted

    @property
    def outcome(self) -> LabelOutcome:
        """Whether the machine was too low, too high or right."""
        if self.machine < self.corrected:
            return LabelOutcome.MISSED
        return LabelOutcome.WRONG if self.machine > self.corrected else LabelOutcome.AGREED


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often triage and the supervisors agreed in one month."""

    month: date
    agreed: int
    missed: int
    wrong: int
    grave: int  # a human says level 2 or more
    found: int  # of these, what triage alerted for

    @property
    def total(self) -> int:
        """How many corrections there are."""
        return self.agreed + self.missed + self.wrong


def month_of(moment: datetime) -> date:
    """The first day of the month in which ``moment`` lies in Japan."""
    return moment.astimezone(JAPAN).date().replace(day=1)


def agreement_by_month(labels: Iterable[TriageLabel]) -> list[Agreement]:
    """One row for each month that has a label, the earliest first."""
    months: dict[date, list[TriageLabel]] = {}
    for label in labels:
        months.setdefault(label.month, []).append(label)
    return [_agreement(month, months[month]) for month in sorted(months)]


def _agreement(month: date, labels: list[TriageLabel]) -> Agreement:
    outcomes = [label.outcome for label in labels]
    grave = [label for label in labels if raises_concern(label.corrected)]
    return Agreement(
        month=month,
        agreed=outcomes.count(LabelOutcome.AGREED),
        missed=outcomes.count(LabelOutcome.MISSED),
        wrong=outcomes.count(LabelOutcome.WRONG),
        grave=len(grave),
        found=sum(raises_concern(label.machine) for label in grave),
    )
