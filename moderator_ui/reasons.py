"""Why a message is flagged: which member of triage said so, and of which words.

Words for staff, never a figure: what a member is sure of helps nobody to read a message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from bot.core.ports.reads import ConsoleLine, Mark

RULES: Final = "rules"
MEMBER_KEYS: Final = {
    RULES: "console.member_rules",
    "linear": "console.member_linear",
    "transformer": "console.member_transformer",
    "course": "console.member_course",
}
"""In the order in which they are shown; where marks overlap, the earlier one keeps the words."""
OTHER_KEY: Final = "console.member_other"
"""A member of a version that is gone."""
COURSE_KEYS: Final = {
    "course.after_danger": "console.course_after_danger",
    "course.slow_rise": "console.course_slow_rise",
    "course.sudden_calm": "console.course_sudden_calm",
    "course.split_words": "console.course_split_words",
}
_RANKS: Final = {member: rank for rank, member in enumerate(MEMBER_KEYS)}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a message; ``mark`` is what pointed at it."""

    text: str
    mark: Mark | None = None

    @property
    def learned(self) -> bool:
        """Whether a trained member pointed at it, and no rule."""
        return self.mark is not None and self.mark.member != RULES

    @property
    def member_key(self) -> str:
        """The text key of whoever pointed at it."""
        return member_key(self.mark.member) if self.mark is not None else OTHER_KEY


@dataclass(frozen=True, slots=True)
class Why:
    """What one member said: the ids of rules, or text keys of what the course of a talk shows."""

    member: str
    rules: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The text key of the member."""
        return member_key(self.member)

    @property
    def learned(self) -> bool:
        """Whether it marks words, and is no rule."""
        return self.member not in {RULES, "course"}


def member_key(member: str) -> str:
    """The text key of a member's name."""
    return MEMBER_KEYS.get(member, OTHER_KEY)


def segments(words: str, marks: Iterable[Mark]) -> list[Segment]:
    """``words`` cut at its marks. Joined again, the pieces are exactly ``words``.

    Where marks overlap, rules keep their words before learned members do; among equals the one
    that begins first (the longer one of two) keeps its whole length and the other what is left.
    """
    owners: list[Mark | None] = [None] * len(words)
    for mark in sorted(marks, key=lambda mark: (_rank(mark.member), mark.start, -mark.end)):
        for at in range(max(mark.start, 0), min(mark.end, len(words))):
            owners[at] = owners[at] or mark
    pieces, at = [], 0
    for owner, run in groupby(owners):
        length = len(list(run))
        pieces.append(Segment(words[at : at + length], owner))
        at += length
    return pieces


def reasons_of(line: ConsoleLine) -> list[Why]:
    """What each member said of a line, in the order of ``MEMBER_KEYS``, each thing once."""
    said: dict[str, list[str]] = {}
    for reason in sorted(line.verdict.reasons, key=lambda reason: _rank(reason.member)):
        rules = said.setdefault(reason.member, [])
        if reason.rule not in rules:
            rules.append(reason.rule)
    return [
        Why(
            member,
            rules=tuple(rules) if member == RULES else (),
            more=tuple(COURSE_KEYS[rule] for rule in rules if rule in COURSE_KEYS),
        )
        for member, rules in said.items()
    ]


def _rank(member: str) -> int:
    return _RANKS.get(member, len(_RANKS))
