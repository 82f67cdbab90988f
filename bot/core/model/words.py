"""What may be written: one place for cleaning and for the limit.

Cleaning removes what can deceive a reader (bidi overrides, zero-width and control
characters) and nothing else: the words stay as they were written.
"""

from __future__ import annotations

import re
import unicodedata

from bot.core.model.errors import BadEncoding, EmptyText, TextTooLong

_NEWLINES = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_BLANK_LINES = re.compile(r"\n{4,}")
_KEPT_FORMATS = frozenset("\u200d\ufe0f")  # they hold emoji families together
_VISIBLE_BLANKS = frozenset("\u3164\u115f\u1160\uffa0\u2800")  # letters that look like nothing


def clean(text: str, *, limit: int) -> str:
    """``text`` without control and bidi characters, at most ``limit`` characters long.

    Raises ``EmptyText`` where nothing readable is left, ``TextTooLong`` (with ``limit``) and
    ``BadEncoding`` for text that is not valid Unicode (lone surrogates).
    """
    kept = _BLANK_LINES.sub("\n\n\n", "".join(filter(_may_stay, _NEWLINES.sub("\n", text))))
    kept = kept.strip()
    if any(unicodedata.category(char) == "Cs" for char in kept):
        raise BadEncoding
    if not any(_readable(char) for char in kept):
        raise EmptyText
    if len(kept) > limit:
        raise TextTooLong(limit=limit, length=len(kept))
    return kept


def _may_stay(char: str) -> bool:
    if char in "\n\t" or char in _KEPT_FORMATS:
        return True
    return unicodedata.category(char) not in {"Cc", "Cf"}


def _readable(char: str) -> bool:
    blank = char.isspace() or char in _KEPT_FORMATS or char in _VISIBLE_BLANKS
    return not blank
