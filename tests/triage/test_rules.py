"""What the rules say about whole messages, and that nothing makes them fail or slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.rules import Rules
from triage.verdict import Kind, Level

_RULES = Rules.load()
_WORDS = st.sampled_from(
    [
        "死にたい",
        "死",
        "にたい",
        "薬を",
        "全部",
        "飲んだ",
        "息子が",
        "包丁を",
        "持って",
        "今夜",
        "「",
        "」",
        "昔",
        "今は",
        "ない",
        "○",
        "ー",
        " ",
        "。",
        "消えたい",
        "手首を",
        "切った",
        "w",
        "\n",
        "猫",
        "ゲーム",
    ]
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("死ぬほど眠い", 0),
        ("死にゲーがやっと終わった", 0),
        ("死にたみが深いw ガチャ爆死", 0),
        ("死にたいとかは全くないです", 0),
        ("必死に勉強して資格を取った", 0),
        ("暑すぎて死ぬ", 0),
        ("尊死した", 0),
        ("しにせの饅頭をもらった", 0),
        ("来週を楽しみにたいきしてます", 0),
        ("薬をたくさん飲みました", 4),
        ("死にたい", 3),
        ("もう死 に た い", 3),
        ("○にたい", 3),
        ("ﾀﾋにたい", 3),
        ("shinitai", 3),
        ("死ニタイ", 3),
        ("昔から死にたい。今は元気なふりをしてる", 3),
        ("昔は楽しかった、今は死にたいだけで何も楽しくない", 3),
        ("アンケートには死にたくないと書いたけど死にたい", 3),
        ("昔は普通だった。今は毎日腕を切らないと眠れない", 3),
        ("ゲームしながら薬を全部飲んだ", 4),
        ("猫に薬を飲ませたあと自分も薬を全部飲んだ", 4),
        ("I want to kill myself", 3),
        ("죽고 싶다", 3),
        ("我想死", 3),
        ("quero morrer", 3),
        ("muốn chết", 3),
        ("gusto ko nang mamatay", 3),
        ("消えたい", 2),
        ("もう生きたくない", 2),
        ("死にたいわけじゃないけど消えたい", 2),
        ("このまま目が覚めなければいいのに", 2),
        ("いま橋の真ん中にいます", 4),
        ("さっき手首を切って血が止まらない", 4),
        ("息子が包丁を持って夫の部屋の前にいます", 4),
        ("昨日も父に殴られました", 3),
        ("母を呼んでも返事がありません、息が浅いです", 4),
    ],
)
def test_known_lines(text: str, label: int) -> None:
    assert _RULES.screen(text).level.label == label


@pytest.mark.parametrize(
    "text",
    [
        "まだここにいます",
        "ねむれない",
        "おはよう",
        "また来ます",
        "きょうはここまで",
        "ありがとう",
        "😊",
    ],
)
def test_a_tap_without_words_is_never_flagged(text: str) -> None:
    assert _RULES.screen(text).level <= Level.DISTRESS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ねえ、聞いて。死にたい", "死にたい"),
        ("ＡＢＣ　もう死\u200bに\u200bた\u200bいです", "死\u200bに\u200bた\u200bい"),
        ("いつも○にたい気持ち", "○にたい"),
        ("うん、ﾀﾋにたい。ごめん", "ﾀﾋにたい"),
    ],
)
def test_reasons_mark_the_words_as_written(text: str, words: str) -> None:
    reason = _RULES.screen(text).reasons[0]
    assert text[reason.start : reason.end].strip() == words


def test_kinds_follow_the_rules_that_fired() -> None:
    assert _RULES.screen("死にたい").kinds == {Kind.SUICIDE}
    assert Kind.ABUSE in _RULES.screen("昨日も父に殴られました").kinds
    assert _RULES.screen("つらいです").kinds == frozenset()


def test_danger_at_the_end_of_a_long_harmless_text_is_found() -> None:
    text = "今日は天気がよくて散歩をしました。" * 3000 + "薬をたくさん飲みました"
    verdict = _RULES.screen(text)
    assert verdict.level is Level.IMMINENT
    assert "薬をたくさん飲みました" in text[verdict.reasons[0].start :]


def test_the_gravest_reason_stands_first() -> None:
    levels = [
        r.level for r in _RULES.screen("つらい。消えたい。死にたい。薬をたくさん飲みました").reasons
    ]
    assert levels == sorted(levels, reverse=True)


def test_loading_twice_gives_the_same_opinion() -> None:
    assert Rules.load().screen("死にたい") == _RULES.screen("死にたい")


@given(st.text(max_size=120) | st.lists(_WORDS, max_size=30).map("".join))
def test_any_text_gets_a_level_and_offsets_inside_it(text: str) -> None:
    verdict = _RULES.screen(text)
    assert verdict.level in Level
    assert all(0 <= reason.start <= reason.end <= len(text) for reason in verdict.reasons)


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60))
def test_broken_characters_are_survived(text: str) -> None:
    assert _RULES.screen(text).level in Level


@given(st.lists(_WORDS, max_size=12).map("".join))
def test_a_wish_in_its_own_sentence_is_never_silenced(noise: str) -> None:
    assert _RULES.screen(f"{noise}。\nもう生きていたくないです。").level >= Level.PASSIVE


@pytest.mark.parametrize(
    "unit",
    [
        "死に○",
        "薬を",
        "息子が",
        "「死ぬから",
        "今夜、",
        "死にたい",
        "切った",
        "手首を",
        "昔今は",
        "母が叩",
        "全部飲んで",
    ],
)
def test_ten_thousand_adversarial_characters_are_screened_in_bounded_time(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    begin = time.perf_counter()
    _RULES.screen(text)
    assert time.perf_counter() - begin < 2
