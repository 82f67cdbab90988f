"""What goes out, in the shapes of Discord's API; pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32encode
from collections.abc import Sequence
from typing import Any, Final

from bot.core.ports.door import Button

Json = dict[str, Any]

LONGEST: Final = 2000
"""Characters of one message; counted as UTF-16 units, which are never fewer."""
PRESS: Final = "m:"
"""Before the choice in the id of a button; it stays good for as long as the message stands."""
FIELD: Final = "typed"
EPHEMERAL: Final = 1 << 6
_NO_PREVIEWS: Final = 1 << 2
_ROW: Final = 5
_MOST_BUTTONS: Final = 13
_NONCE: Final = 25
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


def pieces(words: str, most: int = LONGEST) -> list[str]:
    """``words`` cut where a reader would pause, never inside one sign (an emoji family, a flag)."""
    found, rest = [], words.strip()
    while _units(rest) > most:
        end = _cut(rest, most)
        found.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [piece for piece in (*found, rest) if piece]


def nonce(key: str, place: int) -> str:
    """By it Discord knows a second try of the same piece, for some minutes; 25 characters."""
    digest = hashlib.sha256(f"{key}\n{place}".encode()).digest()
    return b32encode(digest).decode()[:_NONCE].lower()


def message(words: str, buttons: Sequence[Button] = (), *, mark: str | None = None) -> Json:
    """A direct message. Nobody is pinged, no link is unfurled. ``mark`` is its nonce."""
    shape = shown(words, buttons, flags=0)
    return shape if mark is None else shape | {"nonce": mark, "enforce_nonce": True}


def shown(words: str, buttons: Sequence[Button] = (), *, flags: int = EPHEMERAL) -> Json:
    """What an interaction shows; to that person alone unless ``flags`` say otherwise."""
    return {
        "content": words,
        "allowed_mentions": {"parse": []},
        "flags": flags | _NO_PREVIEWS,
        "components": rows(buttons),
    }


def rows(buttons: Sequence[Button]) -> list[Json]:
    """Buttons, five to a row."""
    made = [
        {"type": 2, "style": 2, "label": one.label, "custom_id": PRESS + one.choice}
        for one in buttons[:_MOST_BUTTONS]
    ]
    return [
        {"type": 1, "components": made[start : start + _ROW]} for start in range(0, len(made), _ROW)
    ]


def form(choice: str, title: str, label: str) -> Json:
    """A form with one field."""
    field = {
        "type": 4,
        "custom_id": FIELD,
        "style": 1,
        "min_length": 1,
        "max_length": 300,
        "required": True,
    }
    row = {"type": 18, "label": label, "component": field}
    return {"custom_id": PRESS + choice, "title": title, "components": [row]}


def _units(words: str) -> int:
    return len(words) + sum(char > "\uffff" for char in words)


def _cut(words: str, most: int) -> int:
    """Where to cut: behind the last pause in the later half, or behind a whole sign."""
    longest, units = 0, 0
    for char in words:
        units += 2 if char > "\uffff" else 1
        if units > most:
            break
        longest += 1
    for end in _ENDS:
        ends = [found.end() for found in end.finditer(words, longest // 2, longest)]
        if ends and not _inside(words, ends[-1]):
            return ends[-1]
    cut = longest
    while cut > 1 and _inside(words, cut):
        cut -= 1
    return cut if cut > 1 else longest  # one endless sign: nobody reads it anyway


def _inside(words: str, cut: int) -> bool:
    """Whether a cut before ``words[cut]`` would tear one sign apart."""
    after, before = words[cut], words[cut - 1]
    if _JOINER in {after, before} or unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return True
    if ord(after) in _TONES or ord(after) in _TAGS:
        return True
    if ord(after) in _FLAGS and ord(before) in _FLAGS:
        start = cut
        while start > 0 and ord(words[start - 1]) in _FLAGS:
            start -= 1
        return (cut - start) % 2 == 1
    return False
