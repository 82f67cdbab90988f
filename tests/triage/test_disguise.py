"""The disguises put on training messages: every kind, by the same dice the same, on any word."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.text import normalise
from triage.training.disguise import WAYS, disguised

_GRAVE = "もう自殺したい。薬を全部飲んで死にたい、リスカもした"
_CALM = "明日は友達と学校に行く。猫が好きで、ご飯を食べて寝た"
_TRIES = 200


def _dice(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_dice_give_the_same_disguise(way: str) -> None:
    assert [WAYS[way](_GRAVE, _dice(n)) for n in range(20)] == [
        WAYS[way](_GRAVE, _dice(n)) for n in range(20)
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", [_GRAVE, _CALM], ids=["grave", "calm"])
def test_every_way_hides_grave_and_harmless_words(way: str, text: str) -> None:
    changed = sum(WAYS[way](text, _dice(n)) != text for n in range(_TRIES))
    assert changed > _TRIES / 4


@given(st.text(max_size=30), st.integers(0, 1000))
def test_nothing_makes_it_fail(text: str, seed: int) -> None:
    for way in WAYS.values():
        assert isinstance(way(text, _dice(seed)), str)
    assert disguised(text, _dice(seed)) == disguised(text, _dice(seed))


@pytest.mark.parametrize(
    ("way", "some"),
    [
        ("spaced", {"し に た い", "し\nに\nた\nい", "し💀に💀た💀い"}),
        ("romaji", {"sinitai", "shinitai", "shi ni ta i", "s h i n i t a i"}),
        ("half-width", {"ｼﾆﾀｲ"}),
        ("backwards", {"いたにし"}),
        ("masked", {"し○たい", "しに×い", "●にたい"}),
        ("look-alike", {"し丨こたい", "しにたぃ"}),
        ("slipped", {"しにたーい", "しにたたい"}),
    ],
)
def test_the_ways_that_people_are_known_to_use_are_among_them(way: str, some: set[str]) -> None:
    assert some <= {WAYS[way]("しにたい", _dice(n)) for n in range(3000)}


def test_marks_beside_their_kana_are_read_again() -> None:
    apart = {WAYS["marks apart"]("じさつ", _dice(n)) for n in range(50)}
    assert "し゛さつ" in apart
    assert {normalise(text).text for text in apart} == {"自殺"}


def test_half_width_is_read_again() -> None:
    assert {normalise(WAYS["half-width"]("ガギグ", _dice(n))).text for n in range(30)} == {"ガギグ"}
