"""Spellings that hide a word, and the plain spelling behind each: data for ``triage.text``.

Every entry is a pattern over text that is already width-folded and lower-case. Stand-ins count
only where they read as the word: 氏にたい is a wish to die, 氏名 and 山田氏に対して are not.
Patterns repeat nothing without a bound, so the whole table stays linear in the message.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

JAPANESE: Final = "ぁ-ゖァ-ヺー々〆一-鿿㐀-䶿"
SEPARATORS: Final = r" \n\t.,・･、_\-/|:;~〜…\\'\"`^=+!"
MASK: Final = "○●〇◯◎□■△▲☆★*×✕✖╳x_?・"
_NOT_KANJI: Final = "(?<![一-鿿々])"
_NO_KANJI_BEFORE: Final = "(?<![一-鿿々].)"  # tried behind the sign: a search begins faster so
_NO_WORD: Final = r"[^ぁ-んァ-ヶ一-鿿々]|$"


ABOUT: Final = (
    "して|する|し[、,]|しま|しょ|へん|ほ(?!ど)|わん|ぺい|がい|ざい|てい|やき|焼|らげ|いく|おう|けい"
)
"""Behind 〜にたい: に対して and other words that begin with たい."""


class Spelling(NamedTuple):
    """One way of writing a word: where ``pattern`` matches, ``plain`` is meant.

    Every match holds ``key``, so that the pattern need not be tried without it.
    """

    pattern: re.Pattern[str]
    plain: str
    key: str
    hides: bool


def _hidden(pattern: str, plain: str, key: str = "") -> Spelling:
    return Spelling(re.compile(pattern), plain, key, hides=True)


def _variant(pattern: str, plain: str, key: str = "") -> Spelling:
    return Spelling(re.compile(pattern), plain, key, hides=False)


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

_BETWEEN: Final = r"[ \n.・_\-/|:;~〜…\\'\"`^=+]{1,3}"  # no comma: lists have single letters too
SPACED: Final = (
    re.compile(
        rf"(?<![{JAPANESE}\d])(?=.[匕ヒ]?[^{JAPANESE}]{{1,3}}[^ぁ-ヶ]{{0,5}}[ぁ-ヶ])"
        rf"(?:[タ夕歹][匕ヒ]|[{JAPANESE}4])(?:{_BETWEEN}[{JAPANESE}](?![{JAPANESE}])){{2,}}"
    ),
    re.compile(r"(?<![a-z])[a-z](?:[ ._\-]{1,2}[a-z](?![a-z])){4,}"),
)
SEPARATOR: Final = re.compile(rf"[{SEPARATORS}]")

_MASKED: Final = (
    _hidden(rf"[{MASK}]{_NO_KANJI_BEFORE}(?=にま(?:す|した))", "死"),
    _hidden(rf"[{MASK}]{_NO_KANJI_BEFORE}(?=のう(?:かな|と[思お]|か[なと]))", "死"),
    _hidden(rf"[{MASK}]{_NO_KANJI_BEFORE}(?=ぬ(?:しか|ほう|気|つもり|の[はが]))", "死"),
    _hidden(rf"[{MASK}]{_NO_KANJI_BEFORE}(?=にた(?:か[っん]|み|すぎ))", "死"),
    _hidden(
        rf"[自ジj][{MASK}](?=し(?:た|よ|て|ま)|する|未遂|願望|を考|の方法|って|しか|[、。!\n]|$)",
        "自殺",
    ),
    _hidden(rf"[{MASK}]殺(?=し(?:た|よ|て)|する|未遂|願望)", "自殺", "殺"),
    _hidden(rf"飛[{MASK}]り(?=た|る|よう|そう)", "飛び降り", "飛"),
    _hidden(rf"(?<=ぶっ|ぶち)[{MASK}](?=[すし])", "殺", "ぶ"),
    _hidden(rf"[{MASK}]{_NO_KANJI_BEFORE}(?=され(?:る|そう|た))", "殺"),
    _hidden(rf"リ[{MASK}]カ(?![ァ-ヶー])", "リスカ", "カ"),
    _hidden(rf"(?<![a-z])o[{MASK}](?=し[たてちま]|する)", "od", "o"),
)

_STAND_INS: Final = (
    _hidden(r"歹[匕ヒ]", "死", "歹"),
    _hidden(r"(?<=自)(?:夕[ヒ匕]|タ匕)", "死", "自"),
    _hidden(
        r"(?:氏(?<![一-鿿々\d].)|4(?<![一-鿿々\d].)|タ[ヒ匕](?<![一-鿿々]..)|夕[ヒ匕](?<![一-鿿々]..))"
        r"(?=ん[でだじ]|ぬ(?!い)|のう(?:か|と))",
        "死",
    ),
    _hidden(r"(?<!\d)56(?=す(?!ぎ)|した|され)", "殺", "56"),
    _hidden(rf"(?<=ガス) ?自(?={_NO_WORD})", "自殺", "ガス"),
)

_SHORTENED: Final = (
    _hidden(rf"{_NOT_KANJI}死たく(?=な)", "死にたく", "死たく"),
    _hidden(r"(?<=飛び降り)tai", "たい", "飛び降りtai"),
    _hidden(rf"{_NOT_KANJI}死たい(?!{ABOUT})", "死にたい", "死たい"),
    _hidden(rf"{_NOT_KANJI}(?<![りちき])消たい(?!{ABOUT})", "消えたい", "消たい"),
)

_KANA: Final = (
    _variant(r"(?<=死に)タイ", "たい", "タイ"),
    _variant(r"(?<=死に)タク(?=ナ|な)", "たく", "タク"),
    _variant(r"コロス(?!ケ)", "殺す", "コロス"),
    _variant(r"(?<=死)ヌ", "ぬ", "死ヌ"),
    _variant(r"(?<=死)ン(?=[デダジ])", "ん", "死ン"),
    _variant(r"(?<=飲)ンダ", "んだ", "飲ンダ"),
    _variant(r"(?<=切)ッタ", "った", "切ッタ"),
    _variant(r"(?<![ァ-ヶ])ノンダ", "のんだ", "ノンダ"),
    _variant(r"(?<![ァ-ヶ])ゼンブ", "ぜんぶ", "ゼンブ"),
    _variant(r"(?<!逆転)サヨナラ(?![ァ-ヶ勝負弾打安])", "さよなら", "サヨナラ"),
    _variant(r"(?<=[ーァ-ヶ])ヲ(?=[ァ-ヶ ])", "を", "ヲ"),
    _variant(r"ぱき(?=ってる|りた)", "パキ", "ぱき"),
)

_LONG: Final = (
    _variant(r"(?<=[ぁ-ん死消])[ー〜~]{1,9}(?=[ぁ-ん])", ""),
    _variant(r"(?<=死にた)[ぁあ]{1,9}(?=[いぃ])", "", "死にた"),
    _variant(r"(?<=消えた)[ぁあ]{1,9}(?=[いぃ])", "", "消えた"),
    _variant(r"(?<=死にた)[ぃィ]", "い", "死にた"),
    _variant(r"(?<=消えた)ぃ", "い", "消えたぃ"),
    _variant(r"(?<=死に)(?:てー|てぇ|てえ)", "たい", "死にて"),
    _variant(r"(?<=消え)(?:てー|てぇ|てえ)", "たい", "消えて"),
)


class Group(NamedTuple):
    """Spellings worth trying only where a message holds one of ``needs``."""

    needs: frozenset[str]
    spellings: tuple[Spelling, ...]


GROUPS: Final = (
    Group(frozenset("ー〜~ぁぃィえあ"), _LONG),
    Group(frozenset(MASK), _MASKED),
    Group(frozenset("氏4タ夕歹56ガ"), _STAND_INS),
    Group(frozenset("死消飛"), _SHORTENED),
    Group(frozenset("タコヌンノゼヲぱ"), _KANA),
)
