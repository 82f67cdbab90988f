"""What goes out, in the shapes of Discord's API; pure."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from typing import Any, Final

from bot.core.model.cutting import cut
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


def pieces(words: str, most: int = LONGEST) -> list[str]:
    """``words`` as messages that Discord takes."""
    return cut(words, most)


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
