"""What several messages say together: raised, never lowered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.course import Earlier, follow
from triage.rules import Rules
from triage.verdict import CALM, Level, Verdict


def _screen(text: str) -> Verdict:
    return Rules.load().screen(text)


def _earlier(*levels: Level, minutes: float = 1.0) -> list[Earlier]:
    return [Earlier("", level, minutes) for level in levels]


def _followed(earlier: list[Earlier], text: str, level: Level = Level.NONE) -> Verdict:
    return follow(earlier, text, Verdict(level), _screen)


def test_a_first_message_is_what_it_is() -> None:
    assert _followed([], "こんばんは") == CALM


def test_words_sent_in_pieces_are_read_as_one() -> None:
    earlier = [Earlier("死", Level.NONE, 0.2), Earlier("に", Level.NONE, 0.1)]
    verdict = _followed(earlier, "たい")
    assert verdict.level is Level.ACTIVE
    assert verdict.reasons[0].rule == "course.split_words"


def test_a_farewell_after_danger_is_imminent() -> None:
    verdict = _followed(_earlier(Level.ACTIVE), "今までありがとう")
    assert verdict.level is Level.IMMINENT
    assert verdict.reasons[0].member == "course"


def test_the_same_farewell_after_small_talk_is_nothing() -> None:
    assert _followed(_earlier(Level.NONE, Level.NONE), "今までありがとう").level is Level.NONE


def test_passive_wishes_add_up() -> None:
    earlier = _earlier(Level.PASSIVE, Level.DISTRESS)
    assert _followed(earlier, "ねむい", Level.PASSIVE).level is Level.ACTIVE


def test_undecided_messages_alone_are_no_slow_rise() -> None:
    many = _earlier(*[Level.UNDECIDED] * 12)
    assert _followed(many, "ねむい", Level.UNDECIDED).level is Level.UNDECIDED
    assert _followed(many, "ねむい", Level.DISTRESS).level is Level.PASSIVE


def test_old_evidence_has_faded() -> None:
    earlier = _earlier(Level.PASSIVE, Level.PASSIVE, minutes=60 * 24 * 3)
    assert _followed(earlier, "ねむい", Level.PASSIVE).level is Level.PASSIVE


def test_sudden_calm_after_a_wish_asks_for_a_look() -> None:
    verdict = _followed(_earlier(Level.PASSIVE), "なんかもう大丈夫。すっきりした")
    assert verdict.level is Level.PASSIVE
    assert verdict.reasons[0].rule == "course.sudden_calm"


@pytest.mark.parametrize("level", [Level.PASSIVE, Level.ACTIVE, Level.IMMINENT])
def test_a_denial_never_lowers(level: Level) -> None:
    assert _followed(_earlier(level), "やっぱり死にたくないです", level).level >= level


LEVELS = st.sampled_from(list(Level))


@given(
    st.lists(st.builds(Earlier, st.text(max_size=20), LEVELS, st.floats(0, 1e6)), max_size=12),
    st.text(max_size=60),
    LEVELS,
)
def test_never_lower_and_marks_inside(earlier: list[Earlier], text: str, level: Level) -> None:
    score: Callable[[str], Verdict] = lambda _: Verdict(Level.ACTIVE)  # noqa: E731
    verdict = follow(earlier, text, Verdict(level), score)
    assert verdict.level >= level
    assert all(0 <= reason.start <= reason.end <= len(text) for reason in verdict.reasons)
