"""Draws the pictures of the menus: ``python -m channels.line.picture``, in the repository.

The pictures are committed, so a running service needs no font. Everything is drawn twice as large
and made smaller, which smooths the lines. The font is Noto Sans CJK (SIL Open Font License).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.texts import LOCALES, Texts
from channels.line.drawings import OF_CHOICE, Pen, window
from channels.line.richmenu import MENUS, ROOM, WIDTH, Field, Menu

FONT: Final = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
NIGHT: Final = "#10141d"
PANE: Final = "#1b2130"
EDGE: Final = "#2c3346"
LIGHT: Final = "#f2b760"
WORDS: Final = "#efe9dc"
SCALE: Final = 2
GAP: Final = 20
CORNER: Final = 44
LABEL: Final = 78
LARGE_LABEL: Final = 132
COLOURS: Final = 64


def draw(menu: Menu, texts: Texts, locale: str) -> Image.Image:
    """The picture of a menu in one language, as large as the menu."""
    size = (WIDTH * SCALE, menu.height * SCALE)
    image = Image.new("RGB", size, NIGHT)
    canvas = ImageDraw.Draw(image)
    for field in menu.fields:
        _pane(canvas, field)
        words = texts.say(f"messenger.menu.{field.choice}", locale)
        (_room if menu is ROOM else _choice)(canvas, field, words)
    return image.resize((WIDTH, menu.height), Image.Resampling.LANCZOS)


def _pane(canvas: ImageDraw.ImageDraw, field: Field) -> None:
    left, top = field.x + GAP, field.y + GAP
    right, bottom = field.x + field.width - GAP, field.y + field.height - GAP
    box = tuple(edge * SCALE for edge in (left, top, right, bottom))
    canvas.rounded_rectangle(box, CORNER * SCALE, PANE, EDGE, 2 * SCALE)


def _choice(canvas: ImageDraw.ImageDraw, field: Field, words: str) -> None:
    """A small drawing, and beneath it what it means."""
    x, y = field.x + field.width / 2, field.y + field.height / 2
    OF_CHOICE[field.choice](Pen(canvas, x, y - 60, SCALE, LIGHT, PANE))
    _write(canvas, (x, y + 140), words, LABEL)


def _room(canvas: ImageDraw.ImageDraw, field: Field, words: str) -> None:
    """A lit window, and one word that says nothing of what lies behind it."""
    x, y = field.x + field.width / 2, field.y + field.height / 2
    window(Pen(canvas, x - 300, y, SCALE, LIGHT, PANE))
    _write(canvas, (x + 190, y), words, LARGE_LABEL)


def _write(canvas: ImageDraw.ImageDraw, at: tuple[float, float], words: str, height: int) -> None:
    font = ImageFont.truetype(str(FONT), height * SCALE)
    place = (at[0] * SCALE, at[1] * SCALE)
    canvas.text(place, words, WORDS, font, anchor="mm")


def main() -> None:
    """Write every picture anew."""
    texts = Texts.load()
    for menu in MENUS:
        for locale in LOCALES:
            few = draw(menu, texts, locale).quantize(COLOURS)
            few.save(menu.own_file(locale), optimize=True)


if __name__ == "__main__":
    main()
