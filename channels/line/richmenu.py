"""Pure: the two menus under LINE's chat, in the shape that LINE asks for.

A tap sends its choice to the house and writes nothing into the chat: somebody who looks over a
shoulder, or reads the chat later, sees no trace of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.core.ports.door import MENU

Say = Callable[[str, str], str]
"""Text key and locale in, words out."""
Mode = Literal["relay", "room"]

OURS: Final = "madoakari-"
"""How the names of all our menus begin, those of other versions too."""
_TAB: Final = {"relay": "messenger.menu.menu", "room": "messenger.menu.room"}


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu. ``name`` carries its version: raise it with any change of shape or picture."""

    name: str
    width: int
    height: int
    columns: int
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """Where a tap means ``choice``, in pixels from the upper left."""

    choice: str
    x: int
    y: int
    width: int
    height: int


RELAY: Final = Menu("madoakari-relay-1", 2500, 1686, 3, MENU)
ROOM: Final = Menu("madoakari-room-1", 2500, 843, 1, ("room",))
MENUS: Final[dict[Mode, Menu]] = {"relay": RELAY, "room": ROOM}


def fields(menu: Menu) -> list[Field]:
    """The fields row by row; they cover the menu without a gap and do not overlap."""
    rows = -(-len(menu.choices) // menu.columns)
    across, down = _cuts(menu.width, menu.columns), _cuts(menu.height, rows)
    found = []
    for number, choice in enumerate(menu.choices):
        row, column = divmod(number, menu.columns)
        x, y = across[column], down[row]
        found.append(Field(choice, x, y, across[column + 1] - x, down[row + 1] - y))
    return found


def shape(mode: Mode, say: Say, locale: str = "ja") -> dict[str, Any]:
    """The body of LINE's ``createRichMenu``."""
    menu = MENUS[mode]
    return {
        "size": {"width": menu.width, "height": menu.height},
        # Shut at first: whoever opens the chat is not met by a wall of choices.
        "selected": False,
        "name": menu.name,
        "chatBarText": say(_TAB[mode], locale),
        "areas": [_area(field, say, locale) for field in fields(menu)],
    }


def _area(field: Field, say: Say, locale: str) -> dict[str, Any]:
    return {
        "bounds": {"x": field.x, "y": field.y, "width": field.width, "height": field.height},
        "action": {
            "type": "postback",
            "label": say(f"messenger.menu.{field.choice}", locale),
            "data": field.choice,
        },
    }


def _cuts(length: int, parts: int) -> Sequence[int]:
    return [length * part // parts for part in range(parts + 1)]
