"""How the members' opinions become one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from triage.opinion import STEPS
from triage.verdict import Level, Verdict

_UNDECIDED = Verdict(Level.UNDECIDED)


def decide(rules: Verdict, model: Verdict | None) -> Verdict:
    """The graver of the two, with the reasons of both.

    ``model`` is None where there is none or it failed; the verdict is then at least UNDECIDED,
    so that a silent model never reads as calm.
    """
    return rules.joined(_UNDECIDED if model is None else model)


def heard(rules: Verdict, chances: Sequence[float], limit: float) -> Verdict:
    """The rules' verdict, down to the step that the learned members hold possible.

    A rule reads words, not what is meant: on messages that nobody wrote it for ('the time when I
    wanted to die is over') the members, who read the whole, are right more often. So a step that
    they give less than ``limit`` does not stand. What the rules flagged never becomes calm by
    this: it is at least UNDECIDED, and a person looks before the calm ones.
    """
    possible = [step for step, chance in zip(STEPS, chances, strict=True) if chance >= limit]
    most = max((Level.UNDECIDED, *possible))
    if rules.level <= most:
        return rules
    reasons = tuple(replace(r, level=min(r.level, most)) for r in rules.reasons)
    return Verdict(most, rules.kinds, reasons)
