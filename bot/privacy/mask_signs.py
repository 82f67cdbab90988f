"""Signs in the one width in which the patterns of ``mask`` are written.

Every sign becomes exactly one sign, so a place found in the plain text is the same place in
the words as they came.
"""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "\x00"
"""Stands where something was found already, so that nothing is found there twice."""
DIGITS: Final = frozenset("0123456789")
_WIDTH: Final = 0xFEE0
_PLAIN: Final[dict[int, str]] = {
    **{code: chr(code - _WIDTH) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "‐‑‒–—―−ｰ"), "-"),
    ord("　"): " ",
    ord("\t"): " ",
    ord(HIDDEN): " ",
}
KANJI_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")


def plain(words: str) -> str:
    """The words with Latin letters, digits, spaces and hyphens of one width."""
    return words.translate(_PLAIN)
