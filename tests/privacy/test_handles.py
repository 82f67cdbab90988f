"""Handles: gentle, drawn by chance, readable in both languages, saying nothing of anybody."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.privacy.handles import BadHandleList, HandleMaker

MAKER = HandleMaker.from_package()
DENIED = tomllib.loads((Path(__file__).parent / "denied.toml").read_text(encoding="utf-8"))


def test_the_lists_are_large_enough() -> None:
    assert 60 <= len(MAKER.modifiers) <= 100
    assert 80 <= len(MAKER.birds) <= 120
    assert len(MAKER.modifiers) * len(MAKER.birds) > 9_000


def test_no_modifier_speaks_of_a_person() -> None:
    parts = DENIED["parts_of_handles"].split()
    assert len(parts) > 20
    assert [word for word in MAKER.modifiers for part in parts if part in word] == []


def test_every_modifier_leads_to_a_noun() -> None:
    assert all(word.endswith(("な", "の")) for word in MAKER.modifiers)


def test_first_attempts_carry_no_number() -> None:
    for attempt in range(3):
        assert not re.search(r"\d", MAKER.make(attempt))
    assert not re.search(r"\d", MAKER.make())


@pytest.mark.parametrize(
    ("attempt", "first", "last"),
    [(3, 2, 99), (7, 2, 99), (8, 100, 9_999), (13, 10_000, 9_999_999), (500, 10_000, 9_999_999)],
)
def test_later_attempts_carry_a_growing_number(attempt: int, first: int, last: int) -> None:
    for _ in range(200):
        number = re.search(r"\d+$", MAKER.make(attempt))
        assert number is not None
        assert first <= int(number[0]) <= last


def test_handles_are_drawn_anew() -> None:
    assert len({MAKER.make() for _ in range(200)}) > 180


@pytest.mark.parametrize("attempt", [0, 3, 8, 13])
def test_every_handle_has_an_english_form(attempt: int) -> None:
    for _ in range(200):
        assert re.fullmatch(r"[A-Z][A-Za-z -]+( \d+)?", MAKER.english(MAKER.make(attempt)))


def test_known_handles_read_in_english() -> None:
    assert MAKER.english("しずかなツグミ") == "Quiet Thrush"
    assert MAKER.english("よいやみのヨタカ42") == "Dusk Nightjar 42"


@pytest.mark.parametrize(
    "handle", ["", "だれか", "しずかなネコ", "あらいツグミ", "Quiet Thrush", "💡"]
)
def test_other_words_stay_as_they_are(handle: str) -> None:
    assert MAKER.english(handle) == handle


@pytest.mark.parametrize(
    ("modifiers", "birds"),
    [
        ({}, {"ツグミ": "Thrush"}),
        ({"しずかな": "Quiet"}, {}),
        ({"静かな": "Quiet"}, {"ツグミ": "Thrush"}),
        ({"しずかな": "Quiet"}, {"つぐみ": "Thrush"}),
        ({"しずかな": " "}, {"ツグミ": "Thrush"}),
        ({"しずかな": "Quiet", "のどかな": "Quiet"}, {"ツグミ": "Thrush"}),
    ],
)
def test_lists_that_read_only_one_way_make_no_maker(
    modifiers: dict[str, str], birds: dict[str, str]
) -> None:
    with pytest.raises(BadHandleList):
        HandleMaker(modifiers, birds)
