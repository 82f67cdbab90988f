"""Marks inside words, waits and moments, statuses."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import errors
from bot.core.ports.reads import Mark
from moderator_ui.reasons import MEMBER_KEYS, Segment, segments
from moderator_ui.refusals import status_of
from moderator_ui.sound import alarm_sound
from moderator_ui.words import waited, when

NOW = datetime(2026, 11, 3, 18, 7, tzinfo=UTC)  # 03:07 on the 4th in Japan
OFFSETS = st.integers(min_value=-3, max_value=30)
MEMBERS = st.sampled_from([*MEMBER_KEYS, "unknown"])
MARKS = st.lists(
    st.builds(Mark, OFFSETS, OFFSETS, st.sampled_from(["a.b", "c.d"]), MEMBERS), max_size=6
)


@given(st.text(max_size=25), MARKS)
def test_pieces_joined_are_the_words_again(words: str, marks: list[Mark]) -> None:
    pieces = segments(words, marks)
    assert "".join(piece.text for piece in pieces) == words
    assert all(piece.text for piece in pieces)


def test_overlapping_marks_share_the_words() -> None:
    later, first = Mark(2, 5, "later"), Mark(0, 3, "first")
    assert segments("abcdefg", [later, first]) == [
        Segment("abc", first),
        Segment("de", later),
        Segment("fg"),
    ]


def test_a_rule_keeps_its_words_inside_a_learned_mark() -> None:
    whole, phrase = Mark(0, 7, "transformer", "transformer"), Mark(1, 4, "linear", "linear")
    rule = Mark(2, 3, "a.b")
    pieces = segments("abcdefg", [whole, phrase, rule])
    assert pieces == [
        Segment("a", whole),
        Segment("b", phrase),
        Segment("c", rule),
        Segment("d", phrase),
        Segment("efg", whole),
    ]
    assert [piece.learned for piece in pieces] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("length", "key", "values"),
    [
        (timedelta(seconds=-5), "console.minutes", {"minutes": 0}),
        (timedelta(minutes=12, seconds=59), "console.minutes", {"minutes": 12}),
        (timedelta(minutes=60), "console.hours", {"hours": 1, "minutes": 0}),
        (timedelta(hours=23, minutes=59), "console.hours", {"hours": 23, "minutes": 59}),
        (timedelta(hours=50), "console.days", {"days": 2}),
    ],
)
def test_waits_are_whole_minutes_hours_or_days(
    length: timedelta, key: str, values: dict[str, int]
) -> None:
    assert waited(NOW - length, NOW) == (key, values)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW, "03:07"),
        (NOW - timedelta(hours=3, minutes=8), "11/3 23:59"),
        (NOW - timedelta(days=365), "2025/11/4 03:07"),
    ],
)
def test_moments_are_japan_time(moment: datetime, shown: str) -> None:
    assert when(moment, NOW) == shown


def test_every_refusal_has_a_status_of_its_own() -> None:
    known = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.MadoakariError) and kind is not errors.MadoakariError
    ]
    assert {kind.__name__: status_of(kind()) for kind in known if status_of(kind()) == 500} == {}
    assert status_of(errors.NotFound()) == 404
    assert status_of(errors.NotAllowed()) == 403
    assert status_of(errors.HandsFull()) == 409
    assert status_of(errors.TextTooLong()) == 400
    assert status_of(errors.SlowDown()) == 429


def test_the_alarm_is_small_and_begins_softly() -> None:
    sound = alarm_sound()
    assert sound[:4] == b"RIFF"
    assert sound[8:16] == b"WAVEfmt "
    assert int.from_bytes(sound[4:8], "little") == len(sound) - 8
    assert len(sound) < 20_000
    samples = [
        int.from_bytes(sound[at : at + 2], "little", signed=True) for at in range(44, len(sound), 2)
    ]
    assert max(map(abs, samples[:8])) < 300
    assert max(map(abs, samples[-8:])) < 300
    assert 2_000 < max(map(abs, samples)) < 12_000
