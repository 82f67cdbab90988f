"""The ways in which LINE fails a bot, and who decides when.

``rate``   429, too many requests; nothing was accepted
``quota``  429, the month is used up; nothing was accepted
``error``  500, nothing was accepted
``cut``    the connection closes, nothing was accepted
``lost``   accepted and shown to the person, then the connection closes: the bot never hears
``hang``   accepted and shown to the person, then no answer at all: the bot's time runs out
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from tests.fakes.line.wire import Answer, Request, error

Fault = Literal["rate", "quota", "error", "cut", "lost", "hang"]
Faults = Callable[[Request], Fault | None]
"""Asked once for every reply and push that would otherwise be accepted."""

ACCEPTED: Final[frozenset[Fault]] = frozenset({"lost", "hang"})
QUOTA_USED_UP: Final = "You have reached your monthly limit."
TOO_FAST: Final = "The API rate limit has been exceeded. Try again later."


def refusal(fault: Fault) -> Answer:
    """What the bot gets to see of a fault that accepts nothing."""
    if fault == "rate":
        return error(429, TOO_FAST)
    if fault == "quota":
        return error(429, QUOTA_USED_UP)
    if fault == "error":
        return error(500, "Internal server error")
    return Answer(cut=True)


class Chance:
    """A fault in so many of a hundred requests, the same ones for the same seed.

    ``counts`` says how often each came up, so that a test can demand that they did.
    """

    def __init__(
        self,
        rate: float,
        *,
        seed: int = 1,
        kinds: Sequence[Fault] = ("rate", "error", "cut", "lost"),
    ) -> None:
        self.rate = rate
        self.kinds = tuple(kinds)
        self.counts: Counter[Fault] = Counter()
        self._dice = random.Random(seed)

    def __call__(self, request: Request) -> Fault | None:
        """Throw the dice."""
        if self._dice.random() >= self.rate:
            return None
        fault = self._dice.choice(self.kinds)
        self.counts[fault] += 1
        return fault


class Script:
    """One entry per request, in order; afterwards everything goes well."""

    def __init__(self, *faults: Fault | None) -> None:
        self._left: Iterable[Fault | None] = iter(faults)

    def __call__(self, request: Request) -> Fault | None:
        """Read the next entry."""
        return next(iter(self._left), None)
