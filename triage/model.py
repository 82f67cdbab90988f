"""The port for a learned member of triage. No implementation stands here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from triage.course import Earlier
from triage.verdict import Verdict


class Model(Protocol):
    """A learned member: it may raise what the rules say and never lower it.

    It is called once per message, after the rules and whatever they said (they are a floor,
    not a filter), off the path that delivers the message. It must not keep, log or
    send the words, open a network connection, write a file, or answer the person.

    A failure of any kind (an exception, a time-out, missing or altered weights) is not a calm
    verdict: whoever calls passes None to ``triage.decide.decide`` and the message is UNDECIDED
    unless the rules say higher.
    """

    @property
    def name(self) -> str:
        """The member's name, as it stands in ``Reason.member``."""
        ...

    @property
    def version(self) -> str:
        """What weights and thresholds these are; stored beside every verdict."""
        ...

    def assess(self, text: str) -> Verdict:
        """The danger of ``text`` alone. Offsets in the reasons count in ``text`` as written.

        Raises whatever goes wrong.
        """
        ...

    def course(self, earlier: Sequence[Earlier], text: str, verdict: Verdict) -> Verdict:
        """``verdict`` on ``text`` in the light of the talk so far; never lower.

        ``earlier`` holds up to twelve messages of the same person, oldest first, all but
        the last two without words. Raises whatever goes wrong.
        """
        ...
