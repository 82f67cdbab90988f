"""The plain form of a message: what it undoes, what it leaves alone, and where it points."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.text import normalise

_CORE = (
    "死消氏自殺首吊飛降にたいえくなるのうんだ○●×*xXxー〜ぁぃたひタヒﾀﾋｼﾆﾀｲシニキエ4 560"
    ".・、 \u3000\u200b\ufeff\nshinitaeko💊🔪😭w"
)
_TRICKY = st.text(alphabet=st.sampled_from(_CORE), max_size=60)
_ANY = st.text(max_size=80) | st.text(
    alphabet=st.characters(codec=None, exclude_categories=()), max_size=80
)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("死 に た い", "死にたい"),
        ("し・に・た・い", "死にたい"),
        ("死、にたい", "死にたい"),
        ("死\nに\nた\nい", "死にたい"),
        ("○にたい", "死にたい"),
        ("死○たい", "死にたい"),
        ("もう●のうかな", "もう死のうかな"),
        ("消*たい", "消えたい"),
        ("自〇したい", "自殺したい"),
        ("首○り", "首吊り"),
        ("リ×カした", "リスカした"),
        ("ﾀﾋにたい", "死にたい"),
        ("氏にたい", "死にたい"),
        ("4にたい", "死にたい"),
        ("56す", "殺す"),
        ("しにたい", "死にたい"),
        ("シニタイ", "死にたい"),
        ("ｼﾆﾀｲ", "死にたい"),
        ("しにたみ", "死にたみ"),
        ("きえたい", "消えたい"),
        ("死にたーーい", "死にたい"),
        ("死にたぁぁい", "死にたい"),
        ("死にてぇ", "死にたい"),
        ("死\u200bに\u200bた\u200bい", "死にたい"),
        ("死\u0336に\u0336た\u0336い\u0336", "死にたい"),
        ("shinitai", "死にたい"),
        ("Ｓｈｉｎｉｔａｉ", "死にたい"),
        ("s h i n i t a i", "死にたい"),
        ("kietai", "消えたい"),
        ("💊飲んだ", "〔薬〕飲んだ"),
        ("🔪", "〔刃物〕"),
        ("ｳﾙｻｲ", "ウルサイ"),
        ("助けてえええええ", "助けてええ"),
        ("ＯＤ", "od"),
    ],
)
def test_hidden_words_are_written_plainly(written: str, plain: str) -> None:
    assert normalise(written).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "氏名と住所を書く",
        "山田氏にたいして思うこと",
        "彼氏にたいする不満",
        "4人にたいして3つ",
        "話しにたいしょうを置く",
        "四市町村",
        "市にたいして申し立てる",
        "ここまで伝えたい",
        "タヒチへ行きたい",
        "楽しみにしている",
        "しにせの和菓子屋",
        "x軸とy軸",
    ],
)
def test_words_that_only_look_alike_stay(text: str) -> None:
    assert normalise(text).text == text
    assert not normalise(text).disguised


@pytest.mark.parametrize(
    "text", ["死 に た い", "○にたい", "氏にたい", "死\u200bにたい", "shinitai"]
)
def test_a_hidden_word_is_noted(text: str) -> None:
    assert normalise(text).disguised


@pytest.mark.parametrize("text", ["死にたい", "しにたい", "こんにちは", "", "もう寝ます。", "ABC"])
def test_plain_writing_is_not_called_hidden(text: str) -> None:
    assert not normalise(text).disguised


@given(_ANY | _TRICKY)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@given(_ANY | _TRICKY)
def test_every_character_points_into_the_message_in_order(text: str) -> None:
    plain = normalise(text)
    assert len(plain.origin) == len(plain.text)
    assert plain.size == len(text)
    assert all(0 <= offset < len(text) for offset in plain.origin)
    assert list(plain.origin) == sorted(plain.origin)


@given(_ANY | _TRICKY, st.integers(0, 90), st.integers(0, 90))
def test_spans_stay_inside_the_message(text: str, first: int, second: int) -> None:
    plain = normalise(text)
    start, end = plain.span(min(first, second), max(first, second))
    assert 0 <= start <= end <= len(text)


def test_a_span_covers_the_hidden_letters_and_nothing_before_them() -> None:
    text = "ねえ、死 に た い よ"
    plain = normalise(text)
    at = plain.text.index("死にたい")
    start, end = plain.span(at, at + 4)
    assert text[start:end].strip() == "死 に た い"


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "死\udfffにたい",
        "\x00死\x00に\x00た\x00い",
        "\u202e死にたい\u202c",
        "𝔰𝔥𝔦𝔫𝔦𝔱𝔞𝔦",
        "👨‍👩‍👧" * 50,
    ],
)
def test_broken_and_odd_input_is_survived(text: str) -> None:
    assert isinstance(normalise(text).text, str)


@pytest.mark.parametrize(
    "unit",
    [
        "死",
        "死 ",
        "し・",
        "○",
        "死に○",
        "ー",
        "たー",
        "s h i ",
        "ﾀﾋ",
        "\u200b死",
        "😭",
        "か\u3099",
        "4",
    ],
)
def test_ten_thousand_adversarial_characters_take_well_under_two_seconds(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    begin = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - begin < 2
