"""The second speed of triage, off the request's path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from triage.verdict import Verdict


class Assessor(Protocol):
    """Lets a model look at a message that the rules have already seen."""

    async def assess(self, text: str, before: Sequence[str], floor: Verdict) -> Verdict:
        """The final verdict on ``text``; ``before`` are up to two earlier own messages.

        Called by the relay, never inside a transaction. Never raises and never takes longer
        than its time limit: a model that is missing, slow or broken gives UNDECIDED, or
        ``floor`` (what the rules said) where that is graver.
        """
        ...
