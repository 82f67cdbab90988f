"""The passphrase: enough chance, gentle words, forgiving to type, useless to a thief."""

from __future__ import annotations

import math
import random
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy.kana import LONGEST_TYPED, fold
from bot.privacy.keyfile import Secrets
from bot.privacy.passphrase import (
    BadWordList,
    Passphrase,
    PassphraseMaker,
    Verifier,
    normalise,
    packaged_words,
)

WORDS = packaged_words()
MAKER = PassphraseMaker.from_package()
VERIFIER = Verifier(Secrets.fresh())
phrases = st.lists(st.sampled_from(WORDS), min_size=6, max_size=6)

DENIED = tomllib.loads((Path(__file__).parent / "denied.toml").read_text(encoding="utf-8"))


def test_the_list_is_long_and_every_word_is_short_hiragana() -> None:
    assert len(WORDS) == 2048
    assert len(set(WORDS)) == len(WORDS)
    assert all(re.fullmatch(r"[ぁ-んー]{2,6}", word) for word in WORDS)
    assert list(WORDS) == sorted(WORDS)


def test_no_two_words_can_be_confused() -> None:
    assert len({fold(word) for word in WORDS}) == len(WORDS)


def test_no_word_differs_from_another_only_by_a_polite_o() -> None:
    known = set(WORDS)
    assert [word for word in WORDS if word[0] == "お" and word[1:] in known] == []


def test_no_word_hurts() -> None:
    assert set(DENIED["whole_words"].split()) & set(WORDS) == set()
    parts = DENIED["parts_of_words"].split()
    assert len(parts) > 50
    assert [word for word in WORDS for part in parts if part in word] == []


def test_a_phrase_holds_at_least_64_bits() -> None:
    assert MAKER.length == 6
    assert MAKER.bits == pytest.approx(6 * math.log2(len(WORDS)))
    assert MAKER.bits >= 64


def test_the_joined_form_loses_next_to_nothing() -> None:
    """Two phrases that join to the same kana would halve the work of guessing them."""
    folded = {fold(word) for word in WORDS}
    chance = random.Random(20_261_125)  # a repeatable sample, no secret
    lost = 0.0
    for _ in range(2000):
        joined = "".join(fold(chance.choice(WORDS)) for _ in range(MAKER.length))
        lost += math.log2(_readings(joined, folded, MAKER.length))
    assert MAKER.bits - lost / 2000 > 65.9


def _readings(joined: str, words: set[str], length: int) -> int:
    ways = [[0] * (length + 1) for _ in range(len(joined) + 1)]
    ways[0][0] = 1
    for start in range(len(joined)):
        for end in range(start + 1, min(start + 6, len(joined)) + 1):
            if joined[start:end] in words:
                for used in range(length):
                    ways[end][used + 1] += ways[start][used]
    return ways[-1][length]


def test_phrases_are_drawn_anew_from_the_list() -> None:
    drawn = [MAKER.make() for _ in range(300)]
    assert len({phrase.words for phrase in drawn}) == 300
    used = {word for phrase in drawn for word in phrase.words}
    assert used <= set(WORDS)
    assert len(used) > 900  # 1,800 draws from 2,048 words see some 1,200 of them


def test_a_phrase_hides_itself() -> None:
    phrase = Passphrase(("すずめ", "ひだまり"))
    assert phrase.reveal() == "すずめ　ひだまり"
    for shown in (repr(phrase), str(phrase), f"{phrase}", repr([phrase]), f"{phrase!r}"):
        assert "すずめ" not in shown


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (WORDS[:1699], "1699 words"),
        ((*WORDS[:-1], "すzume"), "not two to six"),
        ((*WORDS[:-1], "あ"), "not two to six"),
        ((*WORDS[:-1], "スズメ"), "not two to six"),
        ((*WORDS[:-1], "ながいながいことば"), "not two to six"),
        ((*WORDS, WORDS[5]), "twice"),
        ((*WORDS, "すすめ"), "confused with 'すずめ'"),
        ((*WORDS, "たるーと"), "confused with 'たると'"),
    ],
)
def test_an_unsafe_list_makes_no_maker(words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(BadWordList, match=reason):
        PassphraseMaker(words)


def test_a_shorter_list_gives_longer_phrases_never_weaker_ones() -> None:
    maker = PassphraseMaker(WORDS[:1700])
    assert maker.bits >= 64


@pytest.mark.parametrize(
    "typed",
    [
        "ぎんがのり すずめ みずうみ ぱんだ びーだま",
        "ぎんがのり　すずめ　みずうみ　ぱんだ　びーだま",
        "ぎんがのりすずめみずうみぱんだびーだま",
        "ギンガノリ スズメ ミズウミ パンダ ビーダマ",
        "ｷﾞﾝｶﾞﾉﾘ ｽｽﾞﾒ ﾐｽﾞｳﾐ ﾊﾟﾝﾀﾞ ﾋﾞｰﾀﾞﾏ",
        " ぎんがのり、すずめ。みずうみ・ぱんだ-びーだま\r\n",
        "1. ぎんがのり\n2. すずめ\n3. みずうみ\n4. ぱんだ\n5. びーだま",
        "きんかのり すすめ みすうみ はんた ひた\u3099ま",
        "ぎんがのり\u200bすずめ\u00a0みずうみ\u2003ぱんだ\ufeffびーだま",
        "「ぎんがのり」「すずめ」「みずうみ」「ぱんだ」「びーだま」",
        "ぎんか\u3099のりすず\tめみずうみぱんだびーだま",
    ],
)
def test_what_a_tired_person_types_matches(typed: str) -> None:
    assert normalise(typed) == normalise("ぎんがのり すずめ みずうみ ぱんだ びーだま")


def test_another_phrase_does_not_match() -> None:
    assert normalise("すずめ みずうみ") != normalise("みずうみ すずめ")
    assert normalise("すずめ") != normalise("すずむし")


@given(phrases, st.sampled_from([" ", "　", "", "-", "・", "\n", "、", "\t", "‐", "."]))
def test_every_phrase_matches_itself_however_it_is_parted(words: list[str], gap: str) -> None:
    assert normalise(gap.join(words)) == normalise(Passphrase(tuple(words)).reveal())


@given(st.text(max_size=400))
def test_normalising_never_raises_and_is_bounded(typed: str) -> None:
    normal = normalise(typed)
    assert normalise(normal) == normal[:LONGEST_TYPED]
    assert all("ぁ" <= sign <= "ん" for sign in normal)


def test_what_is_beyond_the_longest_input_is_not_looked_at() -> None:
    assert normalise(" " * LONGEST_TYPED + "すずめ") == ""
    assert len(normalise("あ" * 1_000_000)) == LONGEST_TYPED


def test_equal_phrases_find_each_other_and_others_do_not() -> None:
    phrase = MAKER.make().reveal()
    tag = VERIFIER.verifier(phrase)
    assert tag == VERIFIER.verifier(phrase.replace("　", ""))
    assert tag != VERIFIER.verifier(MAKER.make().reveal())
    assert len(tag) == 32


def test_another_pepper_gives_another_verifier() -> None:
    assert Verifier(Secrets.fresh()).verifier("すずめ") != VERIFIER.verifier("すずめ")


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=300))
def test_the_verifier_never_raises(typed: str) -> None:
    assert len(VERIFIER.verifier(typed)) == 32


@pytest.mark.parametrize("typed", ["\ud800", "", "\x00", "😀" * 100, "ﷺ" * 200])
def test_the_verifier_takes_broken_input(typed: str) -> None:
    assert len(VERIFIER.verifier(typed)) == 32
