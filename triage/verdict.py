"""What triage says about one message: values only, no judgement made here.

Levels and kinds follow the label guide in ``docs/triage-labels.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How dangerous a message is. The number is a rank, made for sorting and storing.

    ``UNDECIDED`` means that nobody could judge: it ranks above ``DISTRESS``, so that human
    eyes meet it before a calm message, and below ``PASSIVE``, so that it pages nobody.
    """

    NONE = 0
    DISTRESS = 10
    UNDECIDED = 15
    PASSIVE = 20
    ACTIVE = 30
    IMMINENT = 40

    @property
    def label(self) -> int | str:
        """The label guide's number (0 to 4), or the word 'undecided'."""
        return "undecided" if self is Level.UNDECIDED else _LABELS[self]

    @classmethod
    def from_label(cls, label: int) -> Level:
        """The level that the label guide calls ``label`` (0 to 4).

        Raises ``ValueError`` for any other number.
        """
        for level, number in _LABELS.items():
            if number == label:
                return level
        raise ValueError(f"a danger label is a number from 0 to 4, not {label!r}")


_LABELS = {
    Level.NONE: 0,
    Level.DISTRESS: 1,
    Level.PASSIVE: 2,
    Level.ACTIVE: 3,
    Level.IMMINENT: 4,
}


class Kind(StrEnum):
    """What the danger is about."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"  # done to the writer, or in the home
    VIOLENCE = "violence"  # toward others
    MEDICAL = "medical"  # a body in danger


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a human can check: which member said so, and where in the words.

    ``start`` and ``end`` are character offsets into the message as the person wrote it.
    """

    rule: str
    level: Level
    start: int
    end: int
    member: str = "rules"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says about one message."""

    level: Level
    kinds: frozenset[Kind] = frozenset()
    reasons: tuple[Reason, ...] = ()

    def joined(self, other: Verdict) -> Verdict:
        """The graver of two opinions on the same message, with the reasons of both.

        Where a member spoke twice of the same words, its graver reason stays.
        """
        kept: dict[tuple[str, str, int, int], Reason] = {}
        for reason in self.reasons + other.reasons:
            key = (reason.member, reason.rule, reason.start, reason.end)
            if key not in kept or kept[key].level < reason.level:
                kept[key] = reason
        return Verdict(
            level=max(self.level, other.level),
            kinds=self.kinds | other.kinds,
            reasons=tuple(kept.values()),
        )


CALM = Verdict(Level.NONE)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """All opinions joined into one; ``CALM`` where there is none."""
    result = CALM
    for verdict in verdicts:
        result = result.joined(verdict)
    return result
