"""Ways in which people hide a word, put on training messages. Not the ways of the test split."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

_STAND_INS: Final = {
    "死": ("氏", "4", "タヒ", "○", "し", "シ", "亡", "〇"),
    "消": ("○", "き", "肖"),
    "殺": ("○", "56", "ころ", "コロ", "×"),
    "自": ("○", "じ"),
    "切": ("○", "き", "キ"),
    "飛": ("○", "と", "ト"),
    "薬": ("💊", "くすり", "○", "ク"),
    "血": ("🩸", "ち", "○"),
    "首": ("○", "くび", "クビ"),
    "吊": ("○", "つ", "ツ"),
    "包": ("🔪", "ほう"),
    "傷": ("○", "きず"),
}
_KATAKANA: Final = {ord("ぁ") + n: chr(ord("ァ") + n) for n in range(83)}
_SEPARATORS: Final = (" ", "　", ".", "・", "、", "/", "_", "\u200b", "-", "…")


def _stand_in(text: str, dice: random.Random) -> str:
    return "".join(
        dice.choice(_STAND_INS[letter]) if letter in _STAND_INS and dice.random() < 0.8 else letter
        for letter in text
    )


def _spaced(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=8)
    separator = dice.choice(_SEPARATORS)
    return text[:start] + separator.join(text[start : start + size]) + text[start + size :]


def _katakana(text: str, dice: random.Random) -> str:
    start, size = _place(text, dice, longest=14)
    return text[:start] + text[start : start + size].translate(_KATAKANA) + text[start + size :]


def _stretched(text: str, dice: random.Random) -> str:
    start, _ = _place(text, dice, longest=2)
    return (
        text[:start] + text[start : start + 1] + dice.choice("ーー〜ぁっ") * 2 + text[start + 1 :]
    )


def _masked(text: str, dice: random.Random) -> str:
    start, _ = _place(text, dice, longest=2)
    return text[:start] + dice.choice("○●×*＊■_") + text[start + 1 :]


_WAYS: Final[tuple[Callable[[str, random.Random], str], ...]] = (
    _stand_in,
    _stand_in,
    _spaced,
    _katakana,
    _stretched,
    _masked,
)


def disguised(text: str, dice: random.Random) -> str:
    """The message with one or two of its words hidden; the same dice give the same disguise."""
    for _ in range(dice.choice((1, 1, 2))):
        text = dice.choice(_WAYS)(text, dice)
    return text


def _place(text: str, dice: random.Random, longest: int) -> tuple[int, int]:
    size = min(len(text), dice.randint(2, longest))
    return dice.randint(0, len(text) - size), size
