"""Kana as people write them down and type them again.

``fold`` takes away everything that gets lost between a note on paper and a tired thumb:
width, katakana or hiragana, marks of voicing, small kana, long vowels, and whatever stands
between the words.
"""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_TYPED: Final = 200
"""Characters of typed input that are looked at; what follows is ignored."""

_SMALL: Final = "ぁぃぅぇぉっゃゅょゎゕゖ"
_LARGE: Final = "あいうえおつやゆよわかけ"
_VOICED: Final = "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔ"
_PLAIN: Final = "かきくけこさしすせそたしすてとはひふへほはひふへほう"
_OLD: Final = "ゐゑを"
_NEW: Final = "いえお"
# ぢ and づ sound like じ and ず: people write one for the other, so both end in the same kana.
_FOLD: Final = str.maketrans(_SMALL + _VOICED + _OLD, _LARGE + _PLAIN + _NEW)
_HIRAGANA: Final = frozenset(map(chr, range(ord("ぁ"), ord("ゖ") + 1)))
_KATAKANA: Final = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def fold(typed: str) -> str:
    """Keep only the kana of ``typed``, in one plain form without anything between them."""
    kana = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).translate(_KATAKANA)
    return "".join(sign for sign in kana if sign in _HIRAGANA).translate(_FOLD)
