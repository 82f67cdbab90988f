"""Hours, words, pieces and the queue: pure rules, held by properties."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.duty import JAPAN, BadHours, parse_hours
from bot.core.model.errors import BadEncoding, BadInput, EmptyText, TextTooLong
from bot.core.model.messages import Capabilities, fit
from bot.core.model.queue import place
from bot.core.model.words import clean
from triage.verdict import Level

HOURS = parse_hours("mon-fri 20:00-24:00; sat,sun 22:00-02:00")


def japan(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in the week that begins on Monday, 2026-11-23."""
    return datetime(2026, 11, 22 + day, hour, minute, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("now", "opens", "is_open"),
    [
        (japan(1, 3), japan(1, 20), False),
        (japan(1, 20), japan(2, 20), True),
        (japan(1, 23, 59), japan(2, 20), True),
        (japan(2, 0), japan(2, 20), False),
        (japan(6, 23), japan(7, 22), True),
        (japan(7, 1, 59), japan(7, 22), True),
        (japan(7, 2), japan(7, 22), False),
        (japan(8, 1), japan(8, 20), True),
    ],
)
def test_opening_hours_reach_over_midnight(
    now: datetime, opens: datetime, *, is_open: bool
) -> None:
    assert HOURS.next_opening(now.astimezone(UTC)) == opens
    assert HOURS.open_at(now.astimezone(UTC)) is is_open


def test_without_hours_nothing_is_promised() -> None:
    assert parse_hours("").next_opening(japan(1, 3)) is None
    assert not parse_hours(" ; ").open_at(japan(1, 3))


@pytest.mark.parametrize(
    "text", ["always", "mon 25:00-26:00", "mon 10:60-11:00", "xyz 10:00-11:00", "mon 10:00", "10"]
)
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadHours):
        parse_hours(text)


@given(st.text(max_size=60))
def test_hours_never_fail_otherwise(text: str) -> None:
    with suppress(BadHours):
        parse_hours(text)


@given(st.text(st.characters(codec=None), max_size=200))
def test_cleaned_words_deceive_nobody(text: str) -> None:
    try:
        words = clean(text, limit=100)
    except BadInput:
        return
    assert 0 < len(words) <= 100
    assert clean(words, limit=100) == words
    bad = {"Cc", "Cf", "Cs"}
    assert not any(unicodedata.category(c) in bad for c in words if c not in "\n\t\u200d\ufe0f")


def test_words_stay_as_they_were_written() -> None:
    assert (
        clean("  こんばんは。\r\n\r\n眠れない👨‍👩‍👧 ", limit=100)
        == "こんばんは。\n\n眠れない👨‍👩‍👧"
    )
    assert clean("a\u202eb\u200bc\x00d", limit=100) == "abcd"


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u2060", "\u3164", "\u2800\ufe0f", "\x00"])
def test_nothing_readable_is_empty(text: str) -> None:
    with pytest.raises(EmptyText):
        clean(text, limit=100)


def test_limits_and_encoding_are_named() -> None:
    with pytest.raises(TextTooLong) as caught:
        clean("あ" * 101, limit=100)
    assert caught.value.values == {"limit": 100, "length": 101}
    with pytest.raises(BadEncoding):
        clean("\ud800", limit=100)


@given(st.text(min_size=1, max_size=300), st.integers(1, 50))
def test_pieces_fit_and_lose_only_line_ends(words: str, most: int) -> None:
    pieces = fit(words, Capabilities(max_length=most, keeps_history=False))
    assert all(0 < len(piece) <= most for piece in pieces)
    assert "".join(pieces).replace("\n", "") == words.replace("\n", "")


LEVELS = st.sampled_from(list(Level))


@given(
    one=LEVELS,
    other=LEVELS,
    minutes=st.integers(0, 10_000),
    first_one=st.booleans(),
    first_other=st.booleans(),
)
def test_danger_stands_before_everybody_else(
    one: Level, other: Level, minutes: int, *, first_one: bool, first_other: bool
) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    long_ago = now - timedelta(minutes=minutes)
    mine = place(danger=one, waiting_since=now, first_time=first_one)
    theirs = place(danger=other, waiting_since=long_ago, first_time=first_other)
    if one >= Level.PASSIVE and one > other:
        assert mine.band > theirs.band
    if max(one, other) < Level.PASSIVE:
        assert mine.band == theirs.band
        if minutes > 25:  # the largest head start
            assert theirs.since < mine.since
