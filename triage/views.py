"""How a learned member reads: in overlapping views, and which passage it marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from triage.opinion import STEPS, Opinion

VIEW: Final = 300  # characters judged together: no more than training knew
WIDEST: Final = 12  # characters of a marked passage
_STRIDE: Final = 200
_NARROWEST: Final = 2

Floats = npt.NDArray[np.float32]
Judge = Callable[[str], tuple[Floats, Floats]]
"""One view's log-odds (steps, then kinds), and how much each of its characters weighed."""


def starts(size: int) -> list[int]:
    """Where the views of ``size`` characters begin; the last one always reaches the end."""
    if size <= VIEW:
        return [0]
    return [*range(0, size - VIEW, _STRIDE), size - VIEW]


def gravest(plain: str, judge: Judge, begins: list[int]) -> Opinion:
    """What ``judge`` says of the view in which it sees most danger, and the passage there."""
    views = [(begin, *judge(plain[begin : begin + VIEW])) for begin in begins]
    begin, scores, weights = max(views, key=lambda view: float(view[1][1] + view[1][2]))
    numbers = tuple(float(number) for number in scores)
    start, end = heaviest(weights)
    return Opinion(numbers[: len(STEPS)], numbers[len(STEPS) :], begin + start, begin + end)


def heaviest(weights: Floats) -> tuple[int, int]:
    """The passage of 2 to ``WIDEST`` characters whose weights add up to most."""
    total = np.concatenate([np.zeros(1, dtype=np.float32), np.cumsum(weights)])
    best, place = -np.inf, (0, len(weights))
    for width in range(_NARROWEST, min(WIDEST, len(weights)) + 1):
        sums = total[width:] - total[:-width]
        at = int(np.argmax(sums))
        if float(sums[at]) > best:
            best, place = float(sums[at]), (at, at + width)
    return place
