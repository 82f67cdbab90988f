"""What one learned member thinks of one message, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from triage.verdict import Kind, Level

STEPS: Final = (Level.DISTRESS, Level.PASSIVE, Level.ACTIVE, Level.IMMINENT)
"""The levels that the numbers of ``Opinion.danger`` speak of, in this order."""

KINDS: Final = tuple(Kind)
"""The kinds that the numbers of ``Opinion.kinds`` speak of, in this order."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log-odds, and the place in the plain form that weighed most.

    ``danger[i]`` is for 'this message is at least ``STEPS[i]``', ``kinds[i]`` for 'it is about
    ``KINDS[i]``'. ``start`` and ``end`` are offsets into the plain form of the message.
    """

    danger: tuple[float, ...]
    kinds: tuple[float, ...]
    start: int
    end: int
