"""The weights that are shipped: whole, small enough, and giving what they gave when made."""

from __future__ import annotations

import json
from functools import cache

import pytest

from triage.judge import READY, WEIGHTS, Judge
from triage.verdict import Level

_MOST_BYTES = 15_000_000
_MOST_LINEAR = 1_000_000


@cache
def _judge() -> Judge:
    return Judge.load()


def test_every_member_is_there() -> None:
    assert set(_judge().states.values()) == {READY}
    assert _judge().complete


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < _MOST_BYTES
    assert (WEIGHTS / "linear.npz").stat().st_size < _MOST_LINEAR


def test_golden_messages_get_what_they_got_when_the_weights_were_made() -> None:
    lines = (WEIGHTS / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 50
    for line in map(json.loads, lines):
        assert _judge().chances(line["text"]) == pytest.approx(line["chances"], abs=0.02)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("もう死にたい", 3),
        ("さっき薬を全部飲みました。眠くなってきた", 4),
        ("消えてしまいたいと思うことがあります", 2),
        ("息子が包丁を持って立っています。助けてください", 4),
        ("また腕を切ってしまった", 3),
    ],
    ids=range(5),
)
def test_plain_danger_is_alerted(text: str, least: int) -> None:
    assert _judge().verdict(text).level >= Level.from_label(least)


@pytest.mark.parametrize(
    "text",
    [
        "おはようございます",
        "今日は死ぬほど眠い",
        "カレー作った。玉ねぎ切ってたら泣いた",
        "猫がかわいい",
    ],
    ids=range(4),
)
def test_plain_calm_is_not(text: str) -> None:
    assert _judge().verdict(text).level < Level.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "😭😭😭",
        "…………",
        "오늘은 너무 힘들어요",
        "今天真的很累很累",
        "hoje foi um dia pesado",
    ],
    ids=range(7),
)
def test_what_no_member_can_read_is_for_human_eyes(text: str) -> None:
    assert _judge().verdict(text).level >= Level.UNDECIDED
