"""How a member reads a long message, and which passage it marks."""

from __future__ import annotations

import numpy as np
import pytest

from triage.views import VIEW, WIDEST, Floats, gravest, heaviest, starts


def _weights(*numbers: float) -> Floats:
    return np.array(numbers, dtype=np.float32)


@pytest.mark.parametrize(
    ("weights", "marked"),
    [
        (_weights(), (0, 0)),
        (_weights(1), (0, 1)),
        (_weights(0, 1, 1, 0), (1, 3)),
        (_weights(-1, 3, -1, 2, -5), (1, 4)),
        (_weights(*[0] * 20, *[1] * 30, *[0] * 20), (20, 20 + WIDEST)),
        (_weights(-3, -1, -2), (1, 3)),
    ],
)
def test_the_passage_that_weighs_most_is_marked(weights: Floats, marked: tuple[int, int]) -> None:
    assert heaviest(weights) == marked


@pytest.mark.parametrize("at", [0, VIEW - 20, VIEW + 50, 3 * VIEW - 10])
def test_the_gravest_view_of_a_long_message_speaks(at: int) -> None:
    plain = "、" * at + "死にたい" + "、" * (3 * VIEW - at)

    def judge(view: str) -> tuple[Floats, Floats]:
        weights = _weights(*(float(letter != "、") for letter in view))
        return np.full(9, weights.sum(), dtype=np.float32), weights

    opinion = gravest(plain, judge, starts(len(plain)))
    assert opinion.danger == (4.0,) * 4
    assert plain[opinion.start : opinion.end] == "死にたい"
