"""Long words in pieces that a messenger takes, cut where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ENDS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[。．！？!?…][」』）)]*|[.] "),
    re.compile(r"[、，, 　]"),
)
_JOINER: Final = "\u200d"
_FLAGS: Final = range(0x1F1E6, 0x1F200)
_TONES: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)


def cut(words: str, most: int) -> list[str]:
    """``words`` in pieces of at most ``most`` UTF-16 units, blanks around each left out.

    Cut where a reader would pause, never inside one sign (an emoji family, a flag).
    """
    found, rest = [], words.strip()
    while units(rest) > most:
        end = _end(rest, most)
        found.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [piece for piece in (*found, rest) if piece]


def units(words: str) -> int:
    """The length in UTF-16 units, as platforms count it: an emoji is two or more."""
    return len(words) + sum(char > "\uffff" for char in words)


def _end(words: str, most: int) -> int:
    """Where to cut: behind the last pause in the later half, or behind a whole sign."""
    longest, used = 0, 0
    for char in words:
        used += 2 if char > "\uffff" else 1
        if used > most:
            break
        longest += 1
    for end in _ENDS:
        ends = [found.end() for found in end.finditer(words, longest // 2, longest)]
        if ends and not _inside(words, ends[-1]):
            return ends[-1]
    place = longest
    while place > 1 and _inside(words, place):
        place -= 1
    return place if place > 1 else longest  # one endless sign: nobody reads it anyway


def _inside(words: str, place: int) -> bool:
    """Whether a cut before ``words[place]`` would tear one sign apart."""
    after, before = words[place], words[place - 1]
    if _JOINER in {after, before} or unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return True
    if ord(after) in _TONES or ord(after) in _TAGS:
        return True
    if ord(after) in _FLAGS and ord(before) in _FLAGS:
        start = place
        while start > 0 and ord(words[start - 1]) in _FLAGS:
            start -= 1
        return (place - start) % 2 == 1
    return False
