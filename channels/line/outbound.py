"""Pure: what goes out, as LINE's message objects."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from bot.core.model.cutting import cut
from bot.core.ports.door import Button

Json = dict[str, Any]

LONGEST: Final = 5000
"""UTF-16 units of one text (LINE counts an emoji as two)."""
PER_CALL: Final = 5
"""Message objects of one reply or push."""
_LABEL: Final = 20
_DATA: Final = 300
_BUTTONS: Final = 13
_KEYS: Final = uuid.UUID("5d1f3a52-8a0e-4f5b-9b0c-6d61646f616b")


def texts(words: str, buttons: Sequence[Button] = ()) -> list[Json]:
    """Text messages; the buttons stand beneath the last one."""
    made: list[Json] = [{"type": "text", "text": piece} for piece in pieces(words)]
    if buttons and made:
        made[-1]["quickReply"] = {"items": [_item(button) for button in buttons[:_BUTTONS]]}
    return made


def calls(messages: Sequence[Json]) -> list[list[Json]]:
    """The messages, as many as one call may carry."""
    return [list(messages[at : at + PER_CALL]) for at in range(0, len(messages), PER_CALL)]


def retry_key(key: str, place: int) -> str:
    """By it LINE knows a second try of the same call: a UUID, the same for the same errand."""
    return str(uuid.uuid5(_KEYS, f"{key}/{place}"))


def pieces(words: str, most: int = LONGEST) -> list[str]:
    """``words`` as texts that LINE takes."""
    return cut(words, most)


def label(words: str) -> str:
    """As much of ``words`` as stands on a button."""
    return pieces(words, _LABEL)[0]


def _item(button: Button) -> Json:
    """Nothing is written into the chat by a tap."""
    action = {"type": "postback", "label": label(button.label), "data": button.choice[:_DATA]}
    return {"type": "action", "action": action}
