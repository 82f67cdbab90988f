"""What goes wrong when a message is sent: planned one by one, or by a seeded chance."""

from __future__ import annotations

import random
from collections import Counter, deque
from typing import Final, Literal

Fault = Literal["429", "429 global", "500", "502", "lost"]
"""``lost``: the message is created, and the connection breaks before the answer."""

BY_CHANCE: Final[tuple[Fault, ...]] = ("429", "429 global", "500", "502", "lost")


class Faults:
    """Says for each message whether something goes wrong, and remembers what did."""

    def __init__(self, *, seed: int = 0, rate: float = 0.0, kinds: tuple[Fault, ...] = BY_CHANCE):
        self.rate = rate
        self.kinds = kinds
        self.happened: Counter[Fault] = Counter()
        self._planned: deque[Fault] = deque()
        self._chance = random.Random(seed)

    def plan(self, *faults: Fault) -> None:
        """Let these happen to the next messages, one each, before chance has its turn."""
        self._planned.extend(faults)

    def next(self) -> Fault | None:
        """What happens to this message, if anything."""
        fault: Fault | None = None
        if self._planned:
            fault = self._planned.popleft()
        elif self._chance.random() < self.rate:
            fault = self._chance.choice(self.kinds)
        if fault is not None:
            self.happened[fault] += 1
        return fault
