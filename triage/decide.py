"""How the members' opinions become one verdict."""

from __future__ import annotations

from triage.verdict import Level, Verdict

_UNDECIDED = Verdict(Level.UNDECIDED)


def decide(rules: Verdict, model: Verdict | None) -> Verdict:
    """The graver of the two, with the reasons of both: the rules are a floor.

    ``model`` is None where there is none or it failed; the verdict is then at least UNDECIDED,
    so that a silent model never reads as calm.
    """
    return rules.joined(_UNDECIDED if model is None else model)
