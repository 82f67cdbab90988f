"""The rules: what they flag is never calm, and they are no filter before another member.

A message that no rule knows is not thereby harmless; it only means that the rules are silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from triage.lexicon import Guard, Rule, load
from triage.text import Normalised, normalise
from triage.verdict import CALM, Kind, Level, Reason, Verdict

_REACH: Final = 80  # characters of a sentence that guards look at on either side of a hit
_SENTENCE_END: Final = re.compile(r"[。!?\n]")
_MOST_HITS: Final = 50  # of one pattern in one message; more would only repeat the reason


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    level: Level


class Rules:
    """The loaded lexicon. Immutable: one instance serves every thread."""

    __slots__ = ("_rules",)

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules

    @classmethod
    def load(cls) -> Self:
        """The packaged lexicon, read once per process. Raises ``LexiconError`` if broken."""
        return cls(_packaged())

    def screen(self, text: str) -> Verdict:
        """What the rules say about one message. Never raises, whatever the text.

        Reasons carry offsets into ``text`` as written.
        """
        return self.read(normalise(text))

    def read(self, message: Normalised) -> Verdict:
        """The same for a message whose plain form is already there."""
        kinds: set[Kind] = set()
        reasons: list[Reason] = []
        for rule in self._rules:
            hits = _hits(rule, message.text)
            if hits and rule.kind is not None:
                kinds.add(rule.kind)
            reasons += [_reason(rule, hit, message) for hit in hits]
        if not reasons:
            return CALM
        level = max(reason.level for reason in reasons)
        return Verdict(
            level,
            frozenset(kinds) if level > Level.DISTRESS else frozenset(),
            tuple(sorted(reasons, key=_order)),
        )


@cache
def _packaged() -> tuple[Rule, ...]:
    return load()[0]


def _order(reason: Reason) -> tuple[int, int]:
    """Gravest first, then in reading order."""
    return (-reason.level, reason.start)


def _reason(rule: Rule, hit: _Hit, message: Normalised) -> Reason:
    start, end = message.span(hit.start, hit.end)
    return Reason(rule.id, hit.level, start, end)


def _hits(rule: Rule, text: str) -> list[_Hit]:
    """The best hit of each pattern, empty unless the rule fires."""
    found = [hit for pattern in rule.patterns if (hit := _best(rule, pattern, text))]
    if len(found) < rule.least or not all(other.search(text) for other in rule.also):
        return []
    return found


def _best(rule: Rule, pattern: re.Pattern[str], text: str) -> _Hit | None:
    """The gravest hit of one pattern; None where nothing is left after its guards."""
    best: _Hit | None = None
    for count, match in enumerate(pattern.finditer(text)):
        level = _guarded(rule, match, text)
        if level > (best.level if best else Level.NONE):
            best = _Hit(match.start(), match.end(), level)
        if level is rule.level or count >= _MOST_HITS:
            break
    return best


def _guarded(rule: Rule, match: re.Match[str], text: str) -> Level:
    """The rule's level, or the lower one that a guard leaves."""
    if not rule.guards:
        return rule.level
    start, end = _sentence(text, match)
    lowered = [g.to for g in rule.guards if _holds(g, match, text, start, end)]
    return min([rule.level, *lowered])


def _sentence(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The bounds of the sentence around a hit, at most ``_REACH`` to either side."""
    start = max(0, match.start() - _REACH)
    for stop in _SENTENCE_END.finditer(text, start, match.start()):
        start = stop.end()
    limit = min(len(text), match.end() + _REACH)
    stop_after = _SENTENCE_END.search(text, match.end(), limit)
    return start, stop_after.start() if stop_after else limit


def _holds(guard: Guard, match: re.Match[str], text: str, start: int, end: int) -> bool:
    return (
        _stands_by(guard, match, text, start, end)
        and all(pattern.search(text) for pattern in guard.needs)
        and not any(pattern.search(text) for pattern in guard.unless)
    )


def _stands_by(guard: Guard, match: re.Match[str], text: str, start: int, end: int) -> bool:
    if any(pattern.match(text, match.end(), end) for pattern in guard.after):
        return True
    if any(pattern.match(text, match.end()) for pattern in guard.beyond):
        return True
    if any(pattern.search(text, start, match.start()) for pattern in guard.before):
        return True
    if any(pattern.search(text, start, end) for pattern in guard.around):
        return True
    return any(pattern.search(text) for pattern in guard.anywhere)
