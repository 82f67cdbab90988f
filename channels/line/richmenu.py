"""Pure: the two menus beneath the field for writing, as LINE wants them described.

The relay menu has a field for everything in ``MENU``. The room menu has one field and says
nothing of what this place is. Both are found again at LINE by their names, which carry a number
that goes up with every change, so that an older one can be told from ours of now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.core.ports.door import MENU
from channels.line.outbound import Json, label

RELAY_NAME: Final = "madoakari-relay-1"
ROOM_NAME: Final = "madoakari-room-1"
OURS: Final = "madoakari-"
"""Every menu of ours begins with this, also of earlier versions."""
OUR_ROOMS: Final = "madoakari-room-"
"""People who want notices only have a menu of this kind; an older one must not be taken away."""
WIDTH: Final = 2500
TALL: Final = 1686
LOW: Final = 843
COLUMNS: Final = 3

Say = Callable[[str, str], str]  # a text key and a locale to words


@dataclass(frozen=True, slots=True)
class Field:
    """One field to tap, in pixels of the picture."""

    choice: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu."""

    name: str
    height: int
    fields: tuple[Field, ...]
    opens: str  # what the bar above it says, a choice of the menu

    def shape(self, say: Say, locale: str) -> Json:
        """What is sent to LINE. A tap writes nothing into the chat."""
        return {
            "size": {"width": WIDTH, "height": self.height},
            "selected": False,
            "name": self.name,
            "chatBarText": label(say(f"messenger.menu.{self.opens}", locale)),
            "areas": [_area(field, say, locale) for field in self.fields],
        }

    def picture(self, locale: str) -> bytes:
        """The picture that was drawn for it; the Japanese one where there is no other."""
        own = self.own_file(locale)
        return (own if own.exists() else self.own_file("ja")).read_bytes()

    def own_file(self, locale: str) -> Path:
        """Where the picture in one language lies."""
        kind = "room" if self.name == ROOM_NAME else "relay"
        return Path(__file__).with_name("pictures") / f"{kind}-{locale}.png"


def _grid() -> tuple[Field, ...]:
    height = TALL // (len(MENU) // COLUMNS)
    edges = [round(WIDTH * column / COLUMNS) for column in range(COLUMNS + 1)]
    return tuple(
        Field(
            choice,
            edges[at % COLUMNS],
            at // COLUMNS * height,
            edges[at % COLUMNS + 1] - edges[at % COLUMNS],
            height,
        )
        for at, choice in enumerate(MENU)
    )


def _area(field: Field, say: Say, locale: str) -> Json:
    return {
        "bounds": {"x": field.x, "y": field.y, "width": field.width, "height": field.height},
        "action": {
            "type": "postback",
            "label": label(say(f"messenger.menu.{field.choice}", locale)),
            "data": field.choice,
        },
    }


RELAY: Final = Menu(RELAY_NAME, TALL, _grid(), "menu")
ROOM: Final = Menu(ROOM_NAME, LOW, (Field("room", 0, 0, WIDTH, LOW),), "room")
MENUS: Final = (RELAY, ROOM)
