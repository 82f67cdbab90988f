"""The plain form of a message, for matching only: what is stored and shown stays as written.

People who write of danger often write it strangely: half-width, spaced out, with a circle in
place of a letter, in romaji. ``normalise`` undoes that and remembers where each character
came from, so that the words can be marked in the original. It never raises and its work grows
linearly with the message.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from triage import hidden
from triage.hidden import Edit
from triage.spelling import EMOJI, GROUPS, JAPANESE, SEPARATOR, SPACED

_ROUNDS: Final = 8  # a rewriting may uncover another; four rounds are the most ever seen
_KEPT_OF_A_RUN: Final = 2
_APART: Final = str.maketrans("゛゜", "\u3099\u309a")  # marks that stand beside their kana
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u0300-\u036f\u20d0-\u20ff\u3164\uffa0]"
)
_SPLIT_UNSEEN: Final = re.compile(rf"(?<=[{JAPANESE}])[\u200b-\u200f\u2060\ufeff](?=[{JAPANESE}])")
_BLANK: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SIGNS: Final = {sign: re.compile(re.escape(sign)) for sign in EMOJI}
_EMOJI: Final = re.compile("|".join(map(re.escape, EMOJI)))
_RUN: Final = re.compile(r"([^\d])\1{2,}")
_SPACES: Final = re.compile(r" {2,}")
_LENGTHENED: Final = re.compile(r"[ー〜~]{2,}")


@dataclass(frozen=True, slots=True)
class Normalised:
    """The plain form of a message.

    ``origin[i]`` is the offset, in the message as written, of the character that ``text[i]``
    came from; it never falls. ``size`` is the length of the message as written. ``disguised``
    says that a word had been hidden (spaced out, masked, replaced); it is no sign of danger.
    """

    text: str
    origin: tuple[int, ...]
    disguised: bool
    size: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the message as written."""
        if not self.origin:
            return (0, self.size)
        begin = self.origin[min(start, len(self.origin) - 1)]
        stop = self.origin[end] if end < len(self.origin) else self.size
        return (begin, max(stop, begin))


class _Draft:
    """A text under rewriting, with the origin of each character."""

    __slots__ = ("disguised", "origin", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.origin: list[int] = list(range(len(text)))
        self.disguised = False

    def replace(self, pattern: re.Pattern[str], plain: str, *, hides: bool = False) -> None:
        """Put ``plain`` for each match."""
        self.rewrite(
            [
                Edit(*match.span(), plain, hides)
                for match in pattern.finditer(self.text)
                if match[0] != plain
            ]
        )

    def rewrite(self, edits: list[Edit]) -> None:
        """Carry out edits that are in order and do not overlap."""
        if not edits:
            return
        pieces: list[str] = []
        origin: list[int] = []
        done = 0
        for start, end, new, hides in edits:
            pieces += (self.text[done:start], new)
            origin += self.origin[done:start]
            origin += _spread(self.origin[start:end], len(new))
            done = end
            self.disguised = self.disguised or hides
        self.text = "".join((*pieces, self.text[done:]))
        self.origin = origin + self.origin[done:]


def _spread(origin: list[int], size: int) -> list[int]:
    """``size`` origins for what replaces a match: first to first, last to last."""
    if size <= 1 or not origin:
        return origin[:1] * size
    last = len(origin) - 1
    return [origin[index * last // (size - 1)] for index in range(size)]


def normalise(text: str) -> Normalised:
    """The plain form of ``text``. Never raises; normalising twice changes nothing more."""
    draft = _Draft(text)
    for _ in range(_ROUNDS):
        before = draft.text
        _fold(draft)
        _undress(draft)
        if draft.text == before:
            break
    return Normalised(draft.text, tuple(draft.origin), draft.disguised, len(text))


def _fold(draft: _Draft) -> None:
    """Width, case, emoji, blanks and everything invisible."""
    if not draft.text.isascii():
        draft.replace(_SURROGATE, "\ufffd")
        for sign in sorted(set(_EMOJI.findall(draft.text))):
            draft.replace(_SIGNS[sign], EMOJI[sign])
        _fold_width(draft)
    elif draft.text != draft.text.casefold():
        draft.text = draft.text.casefold()
    if _INVISIBLE.search(draft.text):
        draft.replace(_SPLIT_UNSEEN, "", hides=True)
        draft.replace(_INVISIBLE, "")
    draft.replace(_BLANK, " ")
    draft.replace(_SPACES, " ")


def _fold_width(draft: _Draft) -> None:
    """NFKC and case folding, one base character with its marks at a time."""
    if draft.text == _plain(draft.text):
        return
    pieces: list[str] = []
    origin: list[int] = []
    for start, end in _clusters(draft.text):
        new = _plain(draft.text[start:end])
        pieces.append(new)
        origin += _spread(draft.origin[start:end], len(new))
    draft.text, draft.origin = "".join(pieces), origin


def _plain(text: str) -> str:
    if "゛" in text or "゜" in text:
        text = text.translate(_APART)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _clusters(text: str) -> list[tuple[int, int]]:
    """The spans of base characters with the marks that follow them (ｶﾞ is one)."""
    starts = [index for index, letter in enumerate(text) if not index or not _is_mark(letter)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _is_mark(letter: str) -> bool:
    return letter in "ﾞﾟ゛゜" or unicodedata.combining(letter) != 0


def _undress(draft: _Draft) -> None:
    """Spaced-out words joined, runs shortened, hidden words written plainly."""
    draft.replace(_LENGTHENED, "ー")
    _shorten_runs(draft)
    for pattern in SPACED:
        draft.rewrite(_together(pattern, draft.text))
    draft.rewrite(hidden.words(draft.text))
    draft.rewrite(hidden.masked(draft.text))
    for group in GROUPS:
        if not group.needs.isdisjoint(draft.text):
            for spelling in group.spellings:
                if spelling.key in draft.text:
                    draft.replace(spelling.pattern, spelling.plain, hides=spelling.hides)


def _together(pattern: re.Pattern[str], text: str) -> list[Edit]:
    """Letters written apart, together; hidden only where a word of danger was."""
    return [
        Edit(*match.span(), SEPARATOR.sub("", match[0]), bool(hidden.words(match[0])))
        for match in pattern.finditer(text)
    ]


def _shorten_runs(draft: _Draft) -> None:
    """The same character three times or more becomes two."""
    if not _RUN.search(draft.text):
        return
    pieces: list[str] = []
    origin: list[int] = []
    position = 0
    for letter, group in groupby(draft.text):
        size = sum(1 for _ in group)
        kept = size if letter.isdigit() else min(size, _KEPT_OF_A_RUN)
        pieces.append(letter * kept)
        origin += draft.origin[position : position + kept]
        position += size
    draft.text, draft.origin = "".join(pieces), origin
