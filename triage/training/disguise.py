"""Ways in which people hide a word, put on training messages. Not the ways of the test split.

Harmless words are hidden as often as grave ones, so that a disguise alone is no sign of danger.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

Way = Callable[[str, random.Random], str]

_STAND_INS: Final = {
    "死": ("氏", "4", "タヒ", "○", "し", "シ", "亡", "〇", "市", "夕ヒ", "◯", "×", "歹匕"),
    "消": ("○", "き", "肖", "キ"),
    "殺": ("○", "56", "ころ", "コロ", "×", "サツ"),
    "自": ("○", "じ", "J"),
    "切": ("○", "き", "キ"),
    "飛": ("○", "と", "ト"),
    "薬": ("💊", "くすり", "○", "ク"),
    "血": ("🩸", "ち", "○"),
    "首": ("○", "くび", "クビ"),
    "吊": ("○", "つ", "ツ"),
    "包": ("🔪", "ほう"),
    "傷": ("○", "きず"),
    "猫": ("🐱", "ねこ", "○", "ネコ"),
    "食": ("○", "た", "タ"),
    "好": ("○", "す", "ス", "女子"),
    "学": ("○", "がく", "ガッ"),
    "親": ("○", "おや", "オヤ"),
    "友": ("○", "とも", "トモ"),
    "寝": ("○", "ね", "ネ", "💤"),
    "行": ("○", "い", "イ"),
    "泣": ("😭", "な", "○"),
    "楽": ("○", "たの", "ラク"),
}
_READINGS: Final = {
    "自殺": "じさつ", "死": "し", "消": "き", "首吊": "くびつ", "飛び降": "とびお", "殺": "ころ",
    "リスカ": "りすか", "手首": "てくび", "薬": "くすり", "全部": "ぜんぶ", "飲": "の", "切": "き",
    "今日": "きょう", "明日": "あした", "昨日": "きのう", "学校": "がっこう", "友達": "ともだち",
    "仕事": "しごと", "猫": "ねこ", "犬": "いぬ", "好": "す", "食": "た", "眠": "ねむ", "寝": "ね",
    "楽": "たの", "行": "い", "帰": "かえ", "会": "あ", "見": "み", "話": "はな", "家": "いえ",
    "母": "はは", "父": "ちち", "夜": "よる", "朝": "あさ", "疲": "つか", "元気": "げんき",
    "大丈夫": "だいじょうぶ", "先生": "せんせい", "電車": "でんしゃ", "無理": "むり", "怖": "こわ",
}  # fmt: skip
_SLANG: Final = {
    "自殺": ("自サツ", "自刹", "J殺", "じさつ", "自○"),
    "リストカット": ("リスカ", "りすか", "rsk", "カスリ", "リ○カ"),
    "リスカ": ("りすか", "rsk", "カスリ", "リ○カ", "risuka"),
    "アムカ": ("あむか", "ア○カ"),
    "レグカ": ("れぐか", "レ○カ"),
    "オーバードーズ": ("OD", "おーばーどーず"),
    "首吊り": ("首○り", "くびつり", "クビツリ"),
    "飛び降り": ("とびおり", "飛○降り", "飛び○り"),
    "友達": ("ともだち", "トモダチ", "友だち"),
    "学校": ("がっこ", "ガッコー", "○校"),
    "了解": ("りょ", "り", "ryo"),
    "本当": ("ほんま", "ガチ", "hnt"),
    "明日": ("あした", "asita", "アシタ"),
    "最高": ("さいこー", "サイコー", "最○"),
    "電車": ("でんしゃ", "🚃"),
}  # fmt: skip
_REVERSED: Final = (
    "死にたい", "しにたい", "消えたい", "きえたい", "自殺", "リスカ", "首吊り", "飛び降り",
    "つらい", "学校", "友達", "明日", "今日", "先生", "楽しい", "眠い", "ねむい", "好き",
    "かわいい", "電車",
)  # fmt: skip
_LOOKS: Final = {
    "に": ("丨こ", "ニ", "二", "レニ"),
    "た": ("夕", "ナこ", "†こ"),
    "い": ("ぃ", "ひ", "ゐ", "レヽ"),
    "え": ("ぇ", "工", "ゑ"),
    "か": ("力", "カゝ"),
    "り": ("リ", "丨ﾉ"),
    "し": ("ι", "∪"),
    "ろ": ("口",),
    "カ": ("力",),
    "エ": ("工",),
    "は": ("レよ",),
    "け": ("レナ",),
}
_SMALL: Final = str.maketrans("あいうえおやゆよわ", "ぁぃぅぇぉゃゅょゎ")
_KATAKANA: Final = {ord("ぁ") + n: chr(ord("ァ") + n) for n in range(83)}
_HALF_KANA: Final = [chr(code) for code in range(0xFF66, 0xFF9E)]
_HALF: Final = {unicodedata.normalize("NFKC", kana): kana for kana in _HALF_KANA} | {
    whole: kana + mark
    for kana in _HALF_KANA
    for mark in "ﾞﾟ"
    if len(whole := unicodedata.normalize("NFKC", kana + mark)) == 1
}
_SEPARATORS: Final = (
    " ", "　", ".", "・", "、", "/", "_", "\u200b", "-", "…", "\n", "〜", "💀", "😭", "♡",
    "|", "  ",
)  # fmt: skip

_VOWELS: Final = "aiueo"
_ROWS: Final = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ",
    "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_NIHON: Final = {
    **{kana: row + _VOWELS[n] for row, letters in _ROWS.items() for n, kana in enumerate(letters)},
    "や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "wo", "ん": "n", "ー": "-",
    "ゃ": "ya", "ゅ": "yu", "ょ": "yo", "っ": "t",
}  # fmt: skip
_HEPBURN: Final = {**_NIHON, "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji"}
_HIRAGANA: Final = {katakana: chr(hiragana) for hiragana, katakana in _KATAKANA.items()}


def _place(text: str, dice: random.Random, longest: int) -> tuple[int, int]:
    """A passage: as often as not a word that is often hidden, otherwise any."""
    size = min(len(text), dice.randint(2, longest))
    marks = [place for place, letter in enumerate(text) if letter in _STAND_INS]
    if marks and dice.random() < 0.5:
        return min(dice.choice(marks), len(text) - size), size
    return dice.randint(0, len(text) - size), size


def _swap(
    text: str, table: Mapping[str, tuple[str, ...]], dice: random.Random, share: float
) -> str:
    return "".join(
        dice.choice(table[letter]) if letter in table and dice.random() < share else letter
        for letter in text
    )


def _stand_in(text: str, dice: random.Random) -> str:
    return _swap(text, _STAND_INS, dice, 0.8)


def _looks(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=8)
    passage = _swap(text[start : start + size], _LOOKS, dice, 0.6)
    return text[:start] + passage + text[start + size :]


def _spaced(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=8)
    separator = dice.choice(_SEPARATORS)
    return text[:start] + separator.join(text[start : start + size]) + text[start + size :]


def _kana(text: str) -> str:
    """The message with well-known kanji words in hiragana."""
    for word, reading in _READINGS.items():
        text = text.replace(word, reading)
    return text


def _read(text: str, dice: random.Random) -> str:
    """A passage in hiragana."""
    start, size = _place(text, dice, longest=12)
    return text[:start] + _kana(text[start : start + size]) + text[start + size :]


def _katakana(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=14)
    passage = text[start : start + size]
    passage = _kana(passage) if dice.random() < 0.5 else passage
    return text[:start] + passage.translate(_KATAKANA) + text[start + size :]


def _mixed(text: str, dice: random.Random) -> str:
    """Hiragana and katakana by turns, some letters small."""
    start, size = _place(text, dice, longest=8)
    tables: tuple[Mapping[int, str | int], ...] = (_KATAKANA, _SMALL, {})
    passage = _kana(text[start : start + size])
    mixed = "".join(letter.translate(dice.choice(tables)) for letter in passage)
    return text[:start] + mixed + text[start + size :]


def _half_width(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=14)
    passage = _kana(text[start : start + size]).translate(_KATAKANA)
    return text[:start] + "".join(_HALF.get(x, x) for x in passage) + text[start + size :]


def _marks_apart(text: str, dice: random.Random) -> str:
    """Voiced kana as the plain one and a mark beside it."""
    start, size = _place(text, dice, longest=12)
    passage = unicodedata.normalize("NFD", _kana(text[start : start + size]))
    passage = passage.replace("\u3099", "゛").replace("\u309a", "゜")
    return text[:start] + passage + text[start + size :]


def _romaji(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=10)
    letters = _HEPBURN if dice.random() < 0.5 else _NIHON
    between = dice.choice(("", "", " "))
    passage = [_HIRAGANA.get(x, x) for x in _kana(text[start : start + size])]
    latin = [letters.get(x, x) for x in passage]
    spelled = between.join(latin) if dice.random() < 0.8 else " ".join("".join(latin))
    return text[:start] + spelled + text[start + size :]


def _backwards(text: str, dice: random.Random) -> str:
    words = [word for word in _REVERSED if word in text]
    if words and dice.random() < 0.8:
        word = dice.choice(words)
        return text.replace(word, dice.choice((_kana(word), word))[::-1])
    start, size = _place(text, dice, longest=6)
    return text[:start] + _kana(text[start : start + size])[::-1] + text[start + size :]


def _stretched(text: str, dice: random.Random) -> str:
    start, _ = _place(text, dice, longest=2)
    return (
        text[:start] + text[start : start + 1] + dice.choice("ーー〜ぁっ") * 2 + text[start + 1 :]
    )


def _slipped(text: str, dice: random.Random) -> str:
    """One letter twice, or drawn out within a word, or left out."""
    start, size = _place(text, dice, longest=6)
    at = start + dice.randint(0, size - 1) if size else start
    twice = dice.choice((text[at : at + 1] * 2, text[at : at + 1] + "ー", ""))
    return text[:at] + twice + text[at + 1 :]


def _masked(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=4)
    at = start + dice.randint(0, size - 1) if size else start
    return text[:at] + dice.choice("○●◯〇×*＊■☆_") + text[at + 1 :]


def _slang(text: str, dice: random.Random) -> str:
    for word, others in _SLANG.items():
        if word in text:
            text = text.replace(word, dice.choice(others))
    return text


WAYS: Final[dict[str, Way]] = {
    "stand-in": _stand_in,
    "look-alike": _looks,
    "spaced": _spaced,
    "kana": _read,
    "katakana": _katakana,
    "mixed": _mixed,
    "half-width": _half_width,
    "marks apart": _marks_apart,
    "romaji": _romaji,
    "backwards": _backwards,
    "stretched": _stretched,
    "slipped": _slipped,
    "masked": _masked,
    "slang": _slang,
}
_ORDER: Final = tuple(WAYS.values())
_OFTEN: Final = (4, 2, 4, 1, 2, 2, 1, 1, 3, 1, 2, 1, 3, 2)  # in the order of WAYS


def disguised(text: str, dice: random.Random) -> str:
    """The message with one or two of its words hidden; the same dice give the same disguise."""
    for way in dice.choices(_ORDER, _OFTEN, k=dice.choice((1, 1, 2))):
        text = way(text, dice)
    return text
