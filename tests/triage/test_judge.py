"""The members together: what they flag, and what is said where one of them is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage import weights
from triage.judge import READY, Judge, readable
from triage.look import NotLoaded
from triage.verdict import Level

HARMLESS = "きょうは" + weights.WORD + "を見た"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights.write(tmp_path)


def test_the_linear_member_raises_and_marks_the_words(folder: Path) -> None:
    verdict = Judge.load(folder).screen(HARMLESS)
    assert verdict.level >= Level.PASSIVE
    (reason,) = verdict.reasons
    assert reason.member == "linear"
    assert weights.WORD[:2] in HARMLESS[reason.start : reason.end]


def test_what_no_member_knows_is_not_flagged(folder: Path) -> None:
    assert Judge.load(folder).screen("きょうはいい天気").level is Level.NONE


def test_without_a_transformer_the_rules_stand_as_they_are(folder: Path) -> None:
    verdict = Judge.load(folder).screen("死にたい")
    assert verdict.level is Level.ACTIVE
    assert "rules" in {reason.member for reason in verdict.reasons}


def test_a_missing_transformer_is_named_and_reads_as_undecided(folder: Path) -> None:
    judge = Judge.load(folder)
    assert judge.states == {
        "rules": READY, "fusion": READY, "linear": READY, "transformer": "missing",
    }  # fmt: skip
    assert not judge.complete
    with pytest.raises(NotLoaded):
        judge.assess("おはよう")
    assert judge.verdict("おはよう").level is Level.UNDECIDED


@pytest.mark.parametrize("name", ["linear.npz", "fusion.json", "thresholds.toml"])
def test_an_altered_file_is_not_used(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b" ")
    judge = Judge.load(folder)
    assert "altered" in judge.states.values()
    assert judge.screen("死にたい").level is Level.ACTIVE
    assert judge.verdict("おはよう").level is Level.UNDECIDED


@pytest.mark.parametrize("name", ["linear.npz", "fusion.json", "thresholds.toml"])
def test_a_damaged_file_with_the_right_hash_is_broken_not_fatal(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x00not what it says")
    weights.seal(folder)
    judge = Judge.load(folder)
    assert "broken" in judge.states.values()
    assert judge.screen("死にたい").level is Level.ACTIVE


def test_an_empty_folder_leaves_the_rules(tmp_path: Path) -> None:
    judge = Judge.load(tmp_path)
    assert judge.version == "rules only"
    assert judge.chances("死にたい") == ()
    assert judge.screen("死にたい").level is Level.ACTIVE


AWKWARD = [
    "", " ", "\x00", "\ud800死にたい", "😭" * 50, "あ" * 100_000, "a" * 100_000,
    "\u202eいたにし", "나 죽고 싶어", "我想死",
    "quero morrer", "muốn chết", "gusto ko nang mamatay",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_awkward_words_never_raise_and_never_read_as_silent_calm(folder: Path, text: str) -> None:
    judge = Judge.load(folder)
    judge.screen(text)
    assert judge.verdict(text).level >= Level.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "나 죽고 싶어",
        "我想死",
        "quero morrer",
        "muốn chết",
        "gusto ko nang mamatay",
    ],
)
def test_other_languages_have_the_floor_of_the_rules(folder: Path, text: str) -> None:
    assert Judge.load(folder).screen(text).level >= Level.PASSIVE


@pytest.mark.parametrize("text", ["zq6223f58408e31751 死にたい", "0312345678901 死にたい"])
def test_what_is_mostly_a_code_is_for_human_eyes(text: str) -> None:
    """Members know nothing of it, and must not talk a rule out of what stands beside it."""
    assert not readable(text)
    assert Judge.load().screen(text).level is Level.ACTIVE


def test_a_time_and_a_short_word_are_read_as_ever() -> None:
    assert readable("あした10:30に行きます ok")


def test_danger_behind_a_long_harmless_text_is_found(folder: Path) -> None:
    padding = "今日は散歩をして、それから本を読みました。" * 400
    assert Judge.load(folder).screen(padding + weights.WORD).level >= Level.PASSIVE
    assert Judge.load(folder).screen(padding + "もう死にたい").level is Level.ACTIVE


_TINY: list[Judge] = []


@given(st.text(alphabet=st.characters(), max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_words_get_a_verdict_with_marks_inside(text: str) -> None:
    if not _TINY:
        _TINY.append(Judge.load())
    verdict = _TINY[0].verdict(text)
    assert all(0 <= reason.start <= reason.end <= len(text) for reason in verdict.reasons)
