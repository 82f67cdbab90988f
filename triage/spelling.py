"""Spellings that hide a word, and the plain spelling behind each: data for ``triage.text``.

Every entry is a pattern over text that is already width-folded and lower-case. Stand-ins count
only where they read as the word: 氏にたい is a wish to die, 氏名 and 山田氏に対して are not.
Patterns repeat nothing without a bound, so the whole table stays linear in the message.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

JAPANESE: Final = "ぁ-ゖァ-ヺー々〆一-鿿㐀-䶿"
_SEPARATORS: Final = r" \n\t.,・･、_\-/|:;~〜…\\'\"`^=+!"
_GAP: Final = rf"[{_SEPARATORS}]{{0,3}}"
_MASK: Final = "○●〇◯◎□■△▲☆★*×✕✖╳x_?・"
_NOT_KANJI: Final = "(?<![一-鿿々])"
_NOT_ABOUT: Final = "(?!して|する|し[、,]|しま|へん)"  # に対して, written in kana


class Spelling(NamedTuple):
    """One way of writing a word: where ``pattern`` matches, ``plain`` is meant."""

    pattern: re.Pattern[str]
    plain: str
    hides: bool


def _hidden(pattern: str, plain: str) -> Spelling:
    return Spelling(re.compile(pattern), plain, hides=True)


def _variant(pattern: str, plain: str) -> Spelling:
    return Spelling(re.compile(pattern), plain, hides=False)


def _broken(word: str) -> Spelling:
    """The word with up to three separators between its letters, at least one in all."""
    letters = _GAP.join(re.escape(letter) for letter in word)
    return _hidden(rf"(?!{re.escape(word)}){letters}", word)


EMOJI: Final = {
    "💊": "〔薬〕",
    "🔪": "〔刃物〕",
    "🗡": "〔刃物〕",
    "🩸": "〔血〕",
    "⚰": "〔棺〕",
    "🪦": "〔墓〕",
    "👋": "〔手を振る〕",
    "💀": "〔骸骨〕",
    "☠": "〔骸骨〕",
    "😭": "〔泣〕",
    "😢": "〔泣〕",
    "🌉": "〔橋〕",
    "🚃": "〔電車〕",
    "🪢": "〔縄〕",
}

SPACED: Final = (
    re.compile(
        rf"(?<![{JAPANESE}])[{JAPANESE}](?:[{_SEPARATORS}]{{1,3}}[{JAPANESE}](?![{JAPANESE}])){{2,}}"
    ),
    re.compile(r"(?<![a-z])[a-z](?:[ ._\-]{1,2}[a-z](?![a-z])){4,}"),
)
SEPARATOR: Final = re.compile(rf"[{_SEPARATORS}]")

_BROKEN: Final = tuple(
    _broken(word)
    for word in ("死にたい", "死にたく", "消えたい", "自殺", "殺す", "殺され", "死のう", "死んだ")
)

_MASKED: Final = (
    _hidden(rf"{_NOT_KANJI}[{_MASK}](?=にた[いくか]){_NOT_ABOUT}", "死"),
    _hidden(rf"{_NOT_KANJI}[{_MASK}](?=にます)", "死"),
    _hidden(rf"{_NOT_KANJI}[{_MASK}](?=のう(?:かな|と[思お]|か[なと]))", "死"),
    _hidden(rf"{_NOT_KANJI}[{_MASK}](?=ぬ(?:しか|ほう|気|つもり|の[はが]))", "死"),
    _hidden(rf"死[{_MASK}]た(?=[いくか])", "死にた"),
    _hidden(rf"死に[{_MASK}](?=[いく])", "死にた"),
    _hidden(rf"消[{_MASK}]た(?=[いく])", "消えた"),
    _hidden(rf"{_NOT_KANJI}[{_MASK}]えたい", "消えたい"),
    _hidden(
        rf"自[{_MASK}](?=し(?:た|よ|て|ま)|する|未遂|願望|を考|の方法|って|しか|[、。!\n]|$)",
        "自殺",
    ),
    _hidden(rf"[{_MASK}]殺(?=し(?:た|よ|て)|する|未遂|願望)", "自殺"),
    _hidden(rf"首[{_MASK}]り", "首吊り"),
    _hidden(rf"飛び?[{_MASK}]り", "飛び降り"),
    _hidden(rf"(?<=ぶっ|ぶち)[{_MASK}](?=[すし])", "殺"),
    _hidden(rf"{_NOT_KANJI}[{_MASK}](?=され(?:る|そう|た))", "殺"),
    _hidden(rf"リ[{_MASK}]カ", "リスカ"),
    _hidden(rf"(?<![a-z])o[{_MASK}](?=し[たてちま]|する)", "od"),
)

_STAND_INS: Final = (
    _hidden(
        rf"{_NOT_KANJI}(?<!\d)(?:氏|4|四|市|師|タヒ|たひ)(?=に(?:た[いくかみ]|てえ|てぇ)){_NOT_ABOUT}"
        r"(?!にたい(?:して|する|し[、,]))",
        "死",
    ),
    _hidden(rf"{_NOT_KANJI}(?<!\d)(?:氏|4|タヒ)(?=ん[でだじ]|ぬ(?!い)|のう(?:か|と))", "死"),
    _hidden(r"死にたひ", "死にたい"),
    _hidden(r"(?<!\d)56(?=す(?!ぎ)|した|され)", "殺"),
)

_KANA: Final = (
    _variant(
        r"(?<!さが)(?<!はな)(?<!なが)(?<!もど)(?<!ため)(?<![話探楽試])し(?=にた(?:い|く|か[ったん]|み)"
        r")(?!にたい(?:して|する|し[、,]|へん|ほ|わん|ぺい|がい|しょ|ざい))",
        "死",
    ),
    _variant(r"シニ(?=タ[イク])", "死に"),
    _variant(r"(?<=死)ニ(?=タ[イク])", "に"),
    _variant(r"(?<=死に)タイ", "たい"),
    _variant(r"(?<=死に)タク(?=ナ|な)", "たく"),
    _variant(r"(?<![ぁ-ん一-鿿])しのう(?=かな|と[思お])", "死のう"),
    _variant(r"(?<=もう)しのう(?=かな|と[思お])", "死のう"),
    _variant(r"しんじゃいた(?=[いく])", "死んじゃいた"),
    _variant(r"しんでしまいた(?=[いく])", "死んでしまいた"),
    _variant(r"(?<![か聞書])きえた(?=い)", "消えた"),
    _variant(r"キエタイ", "消えたい"),
    _variant(r"きえてしまいたい", "消えてしまいたい"),
    _variant(r"きえてなくなりたい", "消えてなくなりたい"),
    _variant(r"じさつ(?!し?ゃ)", "自殺"),
    _variant(r"ころされ(?=る|そう|た)", "殺され"),
    _variant(r"コロされ", "殺され"),
    _variant(r"りすか(?=し[たてちま]|する)", "リスカ"),
)

_ROMAJI: Final = (
    _hidden(r"(?<![a-z])s(?:h)?i ?ni ?taku ?na[ik]", "死にたくない"),
    _hidden(r"(?<![a-z])s(?:h)?i ?ni ?tai(?![a-z]{0,1}s(?:hi|i)te)", "死にたい"),
    _hidden(r"(?<![a-z])s(?:h)?i ?no ?u ?ka ?na", "死のうかな"),
    _hidden(r"(?<![a-z])s(?:h)?ini ?masu(?![a-z])", "死にます"),
    _hidden(r"(?<![a-z])kie ?tai", "消えたい"),
    _hidden(r"(?<![a-z])kie ?chai ?tai", "消えちゃいたい"),
    _hidden(r"(?<![a-z])[jz]isats?u", "自殺"),
    _hidden(r"(?<![a-z])iki ?ta ?ku ?nai", "生きたくない"),
    _hidden(r"(?<![a-z])ikite ?itaku ?nai", "生きていたくない"),
    _hidden(r"(?<![a-z])risuka", "リスカ"),
    _hidden(r"(?<![a-z])koro ?sare", "殺され"),
    _hidden(r"(?<![a-z])korosh?i ?tai", "殺したい"),
    _hidden(r"(?<![a-z])tasuke ?te(?![a-z])", "助けて"),
)

_LONG: Final = (
    _variant(r"(?<=[ぁ-ん死消])[ー〜~]{1,9}(?=[ぁ-ん])", ""),
    _variant(r"(?<=死にた)[ぁあ]{1,9}(?=[いぃ])", ""),
    _variant(r"(?<=消えた)[ぁあ]{1,9}(?=[いぃ])", ""),
    _variant(r"(?<=死にた)[ぃィ]", "い"),
    _variant(r"(?<=消えた)ぃ", "い"),
    _variant(r"(?<=死に)(?:てー|てぇ|てえ)", "たい"),
    _variant(r"(?<=消え)(?:てー|てぇ|てえ)", "たい"),
)


class Group(NamedTuple):
    """Spellings worth trying only where a message holds one of ``needs``."""

    needs: frozenset[str]
    spellings: tuple[Spelling, ...]


GROUPS: Final = (
    Group(frozenset("ー〜~ぁぃぅぇぉえあ"), _LONG),
    Group(frozenset("死消自殺"), _BROKEN),
    Group(frozenset(_MASK), _MASKED),
    Group(frozenset("氏4四市師タたひ5"), _STAND_INS),
    Group(frozenset("しシきキじロころりタ"), _KANA),
    Group(frozenset("skjzirtaeou"), _ROMAJI),
)
