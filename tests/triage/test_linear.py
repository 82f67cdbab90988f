"""Runs of characters and the linear member over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage import weights
from triage.characters import UNKNOWN, Alphabet
from triage.grams import BITS, distinct, grams
from triage.linear import LinearMember


@given(st.text(max_size=80))
def test_every_run_has_a_bucket_and_a_place(text: str) -> None:
    buckets, starts, lengths = grams(text)
    assert len(buckets) == len(starts) == len(lengths)
    assert buckets.min() >= 0
    assert buckets.max() < 1 << BITS
    assert starts.min() == -1
    assert (starts + lengths).max() <= len(text) + 1


def test_the_same_run_has_the_same_bucket_wherever_it_stands() -> None:
    assert set(distinct("猫が")) - set(distinct("あ猫がい")) == set(distinct("猫が")) - set(
        distinct("の猫がの")
    )


def test_a_grave_word_at_the_end_of_a_long_text_weighs_as_much(tmp_path: Path) -> None:
    member = LinearMember.load(weights.write(tmp_path) / "linear.npz")
    alone = member.opinion("あ" * 290 + weights.WORD).danger[1]
    behind = member.opinion("あ" * 5000 + weights.WORD).danger[1]
    assert behind == pytest.approx(alone, abs=0.5)


def test_weights_of_another_shape_are_refused() -> None:
    few = np.zeros((8, weights.OUTPUTS), dtype=np.int8)
    ones = np.ones(weights.OUTPUTS, dtype=np.float32)
    with pytest.raises(ValueError, match="another shape"):
        LinearMember(few, ones, np.ones(8, dtype=np.float32), ones)


def test_an_alphabet_survives_its_file(tmp_path: Path) -> None:
    alphabet = Alphabet(["あ", "死", "a"])
    alphabet.write(tmp_path / "alphabet.txt")
    again = Alphabet.read(tmp_path / "alphabet.txt")
    assert again.encode("死?あ") == alphabet.encode("死?あ")
    assert again.encode("?") == [UNKNOWN]
    assert len(again) == len(alphabet)
