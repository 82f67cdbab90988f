"""The small drawings on the menus: lines and circles, nothing that needs a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PIL import ImageDraw

LINE: Final = 11
"""How thick a line is, in pixels of the picture."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws around a middle; ``ground`` is the colour behind."""

    canvas: ImageDraw.ImageDraw
    x: float
    y: float
    scale: int
    colour: str
    ground: str

    def line(self, *points: Point, thick: float = LINE) -> None:
        """A line with round ends and corners."""
        placed = [self._at(point) for point in points]
        width = round(thick * self.scale)
        self.canvas.line(placed, self.colour, width, joint="curve")
        half = width / 2
        for x, y in placed:
            self.canvas.ellipse((x - half, y - half, x + half, y + half), self.colour)

    def arc(self, middle: Point, radius: float, start: float, end: float) -> None:
        """A part of a circle, in degrees from three o'clock, as a clock goes."""
        self.canvas.arc(
            self._around(middle, radius + LINE / 2), start, end, self.colour, LINE * self.scale
        )

    def ring(self, middle: Point, radius: float) -> None:
        """A circle."""
        self.arc(middle, radius, 0, 360)

    def dot(self, middle: Point, radius: float) -> None:
        """A full circle."""
        self.canvas.ellipse(self._around(middle, radius), self.colour)

    def box(
        self,
        start: Point,
        end: Point,
        *,
        corner: float = 14,
        full: bool = False,
        thick: float = LINE,
    ) -> None:
        """A box with round corners."""
        self.canvas.rounded_rectangle(
            (*self._at(start), *self._at(end)),
            corner * self.scale,
            fill=self.colour if full else None,
            outline=self.colour,
            width=round(thick * self.scale),
        )

    def clear(self, start: Point, end: Point) -> None:
        """Take away what was drawn there."""
        self.canvas.rectangle((*self._at(start), *self._at(end)), self.ground)

    def _at(self, point: Point) -> Point:
        return (self.x + point[0]) * self.scale, (self.y + point[1]) * self.scale

    def _around(self, middle: Point, radius: float) -> tuple[float, float, float, float]:
        x, y = self._at(middle)
        wide = radius * self.scale
        return x - wide, y - wide, x + wide, y + wide


def pencil(pen: Pen) -> None:
    """To write."""
    pen.line((-52, 38), (34, -48), (58, -24), (-28, 62), (-62, 72), (-52, 38))
    pen.line((14, -28), (38, -4))
    pen.line((12, 74), (72, 74))


def envelope(pen: Pen) -> None:
    """A letter."""
    pen.box((-84, -58), (84, 62))
    pen.line((-72, -44), (0, 14), (72, -44))


def two_people(pen: Pen) -> None:
    """Somebody to talk with."""
    for side in (-46, 46):
        pen.ring((side, -34), 26)
        pen.arc((side, 66), 40, 180, 360)
    pen.line((-86, 66), (86, 66))


def somebody(pen: Pen) -> None:
    """Myself."""
    pen.ring((0, -36), 32)
    pen.arc((0, 70), 62, 180, 360)
    pen.line((-62, 70), (62, 70))


def bell(pen: Pen) -> None:
    """A notice."""
    pen.arc((0, -14), 46, 180, 360)
    pen.line((-46, -14), (-46, 20), (-66, 48), (66, 48), (46, 20), (46, -14))
    pen.line((0, -76), (0, -62))
    pen.dot((0, 70), 13)


def key(pen: Pen) -> None:
    """A passphrase."""
    pen.ring((-46, 0), 36)
    pen.line((-10, 0), (86, 0), (86, 30))
    pen.line((50, 0), (50, 24))


def calendar(pen: Pen) -> None:
    """How long."""
    pen.box((-74, -56), (74, 70))
    pen.line((-70, -18), (70, -18))
    pen.line((-38, -74), (-38, -48))
    pen.line((38, -74), (38, -48))
    pen.dot((-34, 16), 9)
    pen.dot((0, 16), 9)
    pen.dot((34, 16), 9)
    pen.dot((-34, 44), 9)


def eraser(pen: Pen) -> None:
    """To erase."""
    pen.line((-70, 24), (14, -60), (66, -8), (-6, 64), (-30, 64), (-70, 24))
    pen.line((-28, -18), (24, 34))
    pen.line((-30, 66), (80, 66))


def signpost(pen: Pen) -> None:
    """Where else there is somebody."""
    pen.line((0, -80), (0, 78))
    pen.line((-64, -62), (46, -62), (72, -40), (46, -18), (-64, -18), (-64, -62))
    pen.clear((-6, -54), (6, -26))
    pen.line((-30, 78), (30, 78))


def window(pen: Pen) -> None:
    """A lit window in the night."""
    pen.box((-150, -190), (150, 190), corner=30, thick=16)
    for x in (-124, 10):
        for y in (-164, 10):
            pen.box((x, y), (x + 114, y + 154), corner=12, full=True)
    pen.line((-184, 218), (184, 218), thick=16)


OF_CHOICE: Final[Mapping[str, Callable[[Pen], None]]] = {
    "write": pencil,
    "pace": envelope,
    "wish": two_people,
    "about": somebody,
    "bell": bell,
    "phrase": key,
    "kept": calendar,
    "erase": eraser,
    "lines": signpost,
}
"""One for every choice in ``MENU``."""
