"""Core words under every disguise are read, and harmless words that look alike are left alone."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage import hidden
from triage.text import normalise
from triage.words import MASKED, WORDS, Word

_DISGUISED = {
    "死にたい": (
        "死 に た い", "し.に.た.い", "し/に/た/い", "し-に-た-い", "し_に_た_い", "し・に・た・い",
        "し\nに\nた\nい", "し\n\nに\n\nた\n\nい", "し、に、た、い", "死。に。た。い", "4 に た い",
        "し〜に〜た〜い", "死💀に💀た💀い", "死😭にたい", "し♡に♡た♡い", "ﾀﾋ\nに\nた\nい",
        "シニタイ", "ｼﾆﾀｲ", "シにたぃ", "しにたひ", "しにタイ", "シニたい", "ﾀﾋにたｨ", "ちにたい",
        "タヒにたい", "ﾀﾋﾆﾀｲ", "氏にたい", "夕ヒにたい", "歹匕にたい", "死丨こたい", "4にたい",
        "4にたぃ", "市にたい", "亡にたい", "42たい", "死たい", "◯にたい", "〇にたい", "○にたい",
        "×にたい", "死●たい", "し○たい", "しに○い", "しにた○", "し・○・た・い", "○ に た い",
        "sinitai", "shinitai", "s h i n i t a i", "S.H.I.N.I.T.A.I", "shi ni tai", "shinitee",
        "死nitai", "siにたい", "いたにし", "いたに死", "しにたた い", "しにたーい",
        "しーにーたーい", "しにたぁぁい", "しにてー", "しにてぇ",
    ),
    "消えたい": (
        "き・え・た・い", "き え た い", "消 え た い", "キエタイ", "きえたぃ", "消ぇたぃ",
        "きえたひ", "消○たい", "○えたい", "きえ○い", "き○たい", "kietai", "ki e ta i", "ki-e-ta-i",
        "いたえき", "きえてー",
    ),
    "消えてしまいたい": (
        "kiete shimaitai", "kiete simaitai", "キエテシマイタイ", "きえて○まいたい",
    ),
    "自殺": (
        "jisatsu", "jisatu", "zisatu", "j i s a t s u", "殺自", "J殺", "自サツ", "自刹", "ジサツ",
        "ｼﾞｻﾂ", "シ゛サツ", "じ○つ", "自○", "自・殺",
    ),
    "自殺したい": ("自○したい", "自サツしたい", "じさつしたい"),
    "自死": ("自タヒ",),
    "リスカ": ("リ ス カ", "リ/ス/カ", "リス力", "リ○カ"),
    "毎日死にたい": ("毎日4にたい", "毎日氏にたい", "毎日○にたい"),
    "リスカした": (
        "risukaした", "rskした", "カスリした", "りすかした", "リ○カした", "リス○した", "リス力した",
        "リ・ス・カした",
    ),
    "アムカした": ("あむかした", "ア○カした"),
    "レグカした": ("れぐかした", "レ×カした"),
    "首吊り": ("くびつり", "クビツリ", "首つり", "首◯り", "く○つり", "くひ゛つり"),
    "飛び降りたい": ("とびおりたい", "飛○降りたい", "飛び○りたい", "トビオリたい"),
    "いなくなりたい": ("ｲﾅｸﾅﾘﾀｲ", "い○くなりたい", "inaku naritai"),
    "練炭": ("れん◯ん",),
}  # fmt: skip

_HARMLESS = (
    "4人に会いたい", "4人にたいして3つ", "市にある", "この市にたいして", "市民にたいして",
    "○○市にたいへんお世話", "氏に伝えて", "○をつける", "od色のジャケット", "レタスを切った",
    "shinさんが来た", "shin itai", "good food and a rod", "the fish in it aids", "ログイン",
    "いたえびを買った", "勤めていたえきの近く", "東京 品川 新宿 津 柏", "津 柏 堺 栄",
    "座っていたにしては", "聞いていたにしろ", "イタニシキ", "暗殺自体が", "各自、殺虫剤を持参",
    "https://example.com/shi/ni/tai-4", "xk-4に接続", "4×2=8", "2×4にたいする", "q4にたいする",
    "x軸とy軸", "(・ω・)", "( ; _ ; )", "さがしにたい焼き屋へ", "話しに たいへんな",
    "わたし に たい する", "わたしにたいして", "血にたいして", "うちにたいする", "かすり傷",
    "カスリもしない", "れんこん", "かんたん", "レンタ○", "リス×ウサギ", "アスカした",
    "あむかな、マフラー", "くりすかな", "祖母、父、母、私、弟", "「お、お、お」", "消えた☆",
    "データが消えた×", "おじさつれて", "けいじさつ", "ところすごい", "きこえたい", "シニアタイプ",
    "タイニーシニタイプ", "自分 殺風景", "自\n殺風景", "ガス自由化", "rsk放送", "コロスケ",
    "首つるし", "会い○い", "生死\nにたいする", "逆転サヨナラだ", "ヨシヲの話", "聞いていたに死ぬ",
    "必死に たいした", "4 2 4 2",
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "plain"), [(way, plain) for plain, ways in _DISGUISED.items() for way in ways]
)
def test_a_disguised_core_word_is_read_plainly(written: str, plain: str) -> None:
    assert normalise(written).text == plain
    assert normalise(f"もう無理。{written}").text == f"もう無理。{plain}"


@pytest.mark.parametrize("text", _HARMLESS)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert normalise(text).text == text
    assert not normalise(text).disguised


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("こ ん に ち は", "こんにちは"),
        ("さ\nよ\nな\nら", "さよなら"),
        ("ね・こ・が・す・き", "ねこがすき"),
    ],
)
def test_harmless_letters_written_apart_are_joined_but_hide_nothing(
    written: str, plain: str
) -> None:
    assert normalise(written).text == plain
    assert not normalise(written).disguised


@pytest.mark.parametrize(
    "text", ["死 に た い", "4にたい", "し○たい", "sinitai", "いたにし", "J殺"]
)
def test_a_disguise_is_noted(text: str) -> None:
    assert normalise(text).disguised


@pytest.mark.parametrize(
    "text", ["しにたい", "シニタイ", "しにたひ", "きえたぃ", "しにたーい", "首つり"]
)
def test_another_kana_is_no_disguise(text: str) -> None:
    assert not normalise(text).disguised


def test_the_place_of_a_hidden_word_is_kept() -> None:
    text = "ねえ、s h i n i t a i よ"
    plain = normalise(text)
    at = plain.text.index("死にたい")
    start, end = plain.span(at, at + 4)
    assert text[start:end].strip() == "s h i n i t a i"


_LETTERS = (
    "死氏4市タヒ夕しにたいシニイちぃひてえーきエ消じ自殺さつリスカ首くびり○×・ .\n"
    "shinitakeo〔血〕。"
)


@given(st.text(alphabet=st.sampled_from(_LETTERS), max_size=40))
def test_finds_are_in_order_and_apart(text: str) -> None:
    for edits in (hidden.words(text), hidden.masked(text)):
        assert all(0 <= edit.start < edit.end <= len(text) for edit in edits)
        assert all(one.end <= other.start for one, other in pairwise(edits))


@given(st.text(alphabet=st.sampled_from(_LETTERS), max_size=40))
def test_a_second_reading_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.shapes[0])
def test_no_shape_repeats_without_a_bound(word: Word) -> None:
    assert not any(sign in shape for shape in word.shapes for sign in "*+")


def test_plain_forms_are_stable() -> None:
    for word in (*WORDS, *MASKED):
        assert normalise(word.plain).text == word.plain


@pytest.mark.parametrize(
    "unit",
    [
        "しに",
        "し に",
        "死.",
        "shini ",
        "○",
        "し○",
        "いたに",
        "ー",
        "た",
        "たひ",
        "s ",
        "〔血〕",
        "4",
        "💀",
    ],
)
def test_ten_thousand_characters_of_almost_a_word_take_well_under_a_second(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    begin = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - begin < 1
