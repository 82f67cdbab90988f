"""The second speed of triage, off the request's path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from triage.course import Earlier
from triage.verdict import Verdict


class Assessor(Protocol):
    """Lets a model look at a message that the first speed has already seen."""

    async def assess(self, text: str, before: Sequence[Earlier], floor: Verdict) -> Verdict:
        """The final verdict on ``text``, read in the light of ``before``.

        ``before`` are up to twelve earlier messages of the same person, oldest first; the words
        of the last two at most are opened.

        Called by the relay, never inside a transaction. Never raises and never takes longer
        than its time limit: a model that is missing, slow or broken gives UNDECIDED, or
        ``floor`` (what the first speed said) where that is graver.
        """
        ...
