"""The second speed takes over what the first one found, once, and no words lie in between."""

from __future__ import annotations

import pytest

from triage.judge import Judge
from triage.linear import LinearMember
from triage.look import MOST
from triage.opinion import Opinion
from triage.rules import Rules
from triage.text import Normalised
from triage.verdict import Verdict

TEXTS = ("もう消えたい", "きょうはいい天気", "", "し に た い", "\ud800", "I want to die")


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which members looked, in order."""
    seen: list[str] = []
    read, opinion = Rules.read, LinearMember.opinion

    def reading(self: Rules, plain: Normalised) -> Verdict:
        seen.append("rules")
        return read(self, plain)

    def weighing(self: LinearMember, plain: str) -> Opinion:
        seen.append("linear")
        return opinion(self, plain)

    monkeypatch.setattr(Rules, "read", reading)
    monkeypatch.setattr(LinearMember, "opinion", weighing)
    return seen


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_taken_over_changes_nothing(judge: Judge, text: str) -> None:
    anew = judge.assess(text)
    judge.screen(text)
    assert judge.assess(text) == anew


def test_rules_and_linear_member_look_once_for_both_speeds(judge: Judge, looked: list[str]) -> None:
    judge.screen("もう消えたい")
    judge.assess("もう消えたい")
    assert sorted(looked) == ["linear", "rules"]
    judge.assess("もう消えたい")
    assert sorted(looked) == ["linear", "linear", "rules", "rules"]


def test_only_so_much_is_kept(judge: Judge, looked: list[str]) -> None:
    for number in range(MOST + 1):
        judge.screen(f"{number}番")
    looked.clear()
    judge.assess("0番")
    assert "rules" in looked
    looked.clear()
    judge.assess(f"{MOST}番")
    assert looked == []


def test_no_words_are_kept(judge: Judge) -> None:
    judge.screen("だれにも言えないことば")
    assert "ことば" not in repr(vars(judge._looks))
