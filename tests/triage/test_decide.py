"""One verdict from several members: what rules flag is never calm, nor is silence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from triage.course import Earlier
from triage.decide import decide, heard
from triage.model import Model
from triage.rules import Rules
from triage.verdict import CALM, Kind, Level, Reason, Verdict, gravest

_ACTIVE = Verdict(Level.ACTIVE, frozenset({Kind.SUICIDE}), (Reason("r", Level.ACTIVE, 0, 2),))


class FixedModel:
    """A member that always gives the same opinion."""

    name = "fixed"
    version = "1"

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict

    def assess(self, text: str) -> Verdict:
        assert isinstance(text, str)
        return self._verdict

    def course(self, earlier: Sequence[Earlier], text: str, verdict: Verdict) -> Verdict:
        assert isinstance(text, str)
        return verdict if not earlier else verdict.joined(self._verdict)


@pytest.mark.parametrize("level", Level)
def test_a_second_look_never_lowers(level: Level) -> None:
    rules = Verdict(level)
    assert decide(rules, CALM).level is level
    assert decide(rules, None).level >= level


def test_without_a_model_a_calm_message_is_undecided() -> None:
    assert decide(CALM, None).level is Level.UNDECIDED
    assert decide(Verdict(Level.DISTRESS), None).level is Level.UNDECIDED


def test_without_a_model_the_rules_still_alert() -> None:
    assert decide(_ACTIVE, None) == _ACTIVE


def test_a_model_may_raise() -> None:
    model: Model = FixedModel(_ACTIVE)
    assert decide(CALM, model.assess("")) == _ACTIVE


def test_both_reasons_are_kept() -> None:
    other = Verdict(
        Level.PASSIVE, frozenset({Kind.ABUSE}), (Reason("m", Level.PASSIVE, 1, 2, "linear"),)
    )
    verdict = decide(_ACTIVE, other)
    assert verdict.kinds == {Kind.SUICIDE, Kind.ABUSE}
    assert [reason.member for reason in verdict.reasons] == ["rules", "linear"]


def test_the_rules_alone_settle_real_lines() -> None:
    assert decide(Rules.load().screen("こんにちは"), CALM).level is Level.NONE
    assert decide(Rules.load().screen("死にたい"), None).level is Level.ACTIVE


def test_levels_and_labels_translate_both_ways() -> None:
    for label in range(5):
        assert Level.from_label(label).label == label
    assert Level.UNDECIDED.label == "undecided"
    assert Level.DISTRESS < Level.UNDECIDED < Level.PASSIVE
    with pytest.raises(ValueError, match="0 to 4"):
        Level.from_label(5)


def test_gravest_joins_all_opinions() -> None:
    assert gravest([]) == CALM
    assert gravest([CALM, _ACTIVE]).level is Level.ACTIVE


@pytest.mark.parametrize(
    ("chances", "level"),
    [
        ((0.9, 0.9, 0.9, 0.9), Level.IMMINENT),
        ((0.9, 0.9, 0.9, 0.1), Level.ACTIVE),
        ((0.9, 0.9, 0.1, 0.1), Level.PASSIVE),
        ((0.9, 0.1, 0.1, 0.1), Level.UNDECIDED),
        ((0.1, 0.1, 0.1, 0.1), Level.UNDECIDED),
    ],
)
def test_rules_stand_as_far_as_the_members_hold_it_possible(
    chances: tuple[float, ...], level: Level
) -> None:
    rules = Verdict(
        Level.IMMINENT,
        frozenset({Kind.SUICIDE}),
        (Reason("r", Level.IMMINENT, 0, 2), Reason("s", Level.DISTRESS, 3, 4)),
    )
    found = heard(rules, chances, 0.2)
    assert (found.level, found.kinds) == (level, rules.kinds)
    assert [reason.level for reason in found.reasons] == [level, Level.DISTRESS]


@pytest.mark.parametrize("level", [Level.NONE, Level.DISTRESS])
def test_members_make_no_alert_of_what_rules_do_not_flag(level: Level) -> None:
    assert heard(Verdict(level), (0.99, 0.99, 0.99, 0.99), 0.2) == Verdict(level)
