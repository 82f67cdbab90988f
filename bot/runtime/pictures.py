"""Pictures that people send: nothing of the file survives, only what can be seen on it.

A picture is drawn anew into a fresh JPEG, so that where and with which phone it was taken, an
older thumbnail, or anything hidden behind its end cannot be kept by accident.
"""

from __future__ import annotations

import asyncio
import base64
import io
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL import Image

LARGEST: Final = 10 * 1024 * 1024  # bytes
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 1600
QUALITY: Final = 82
MOST_SCANS: Final = 64
"""Steps in which a JPEG may build up; thousands of them in a small file would take minutes."""

_FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP")
_SCAN: Final = b"\xff\xda"
_ORIENTATION: Final = 0x0112  # the tag of EXIF that says how the camera was held
_SHOWN: Final = {"L", "RGB", "RGBA", "CMYK"}  # modes that can be made smaller as they are
_REFUSALS: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
)
"""What Pillow is known to raise for files that are broken, or made to break it."""

_one_at_a_time: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


async def clean_off_the_loop(data: bytes) -> str | None:
    """As ``clean_picture``, beside the event loop and one picture at a time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_one_at_a_time, clean_picture, data)


def clean_picture(data: bytes) -> str | None:
    """What may be kept of a picture: a new JPEG in base64, None where it is none that we take.

    JPEG, PNG, WebP and the first frame of a GIF, known by their content alone, of at most 10 MB
    and 40 million pixels. Raises nothing, whatever the bytes are. Takes up to a second.
    """
    if len(data) > LARGEST:
        return None
    try:
        anew = _drawn_anew(data)
    except _REFUSALS:
        return None
    return base64.b64encode(anew).decode("ascii") if anew is not None else None


def _drawn_anew(data: bytes) -> bytes | None:
    pillow = _pillow()
    try:
        with pillow.open(io.BytesIO(data), formats=_FORMATS) as found:
            if _too_large(found) or (_is_jpeg(data) and data.count(_SCAN) > MOST_SCANS):
                return None
            turn = _TURNS.get(found.getexif().get(_ORIENTATION, 1))
            small = _small(found)
    except pillow.DecompressionBombError:
        return None
    turned = small.transpose(pillow.Transpose[turn]) if turn is not None else small
    anew = io.BytesIO()
    _on_white(turned).save(anew, "JPEG", quality=QUALITY)
    return anew.getvalue()


_TURNS: Final = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""How to turn a picture upright, by its EXIF orientation."""


def _pillow() -> Any:  # noqa: ANN401  # a module has no better type
    """Pillow, loaded when the first picture comes: most houses never take one."""
    from PIL import Image, WebPImagePlugin  # noqa: PLC0415  # only when a picture comes

    del WebPImagePlugin  # importing it is enough: the others are always there
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    return Image


def _too_large(picture: Image.Image) -> bool:
    """Judged by its head, before anything is decoded."""
    return picture.width * picture.height > MOST_PIXELS


def _is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8")


def _small(found: Image.Image) -> Image.Image:
    """Decoded, in at most 1600 pixels a side. A JPEG is decoded small in the first place."""
    picture = found if found.mode in _SHOWN else _plain(found)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    return picture


def _plain(found: Image.Image) -> Image.Image:
    """Palettes, masks and sixteen-bit grey as modes that everything can be done with."""
    if found.mode.startswith("I"):
        return found.point(lambda grey: grey * (1 / 256)).convert("L")
    return found.convert("RGBA")


def _on_white(picture: Image.Image) -> Image.Image:
    """On a fresh white sheet, which carries nothing of what the file said beside its pixels."""
    sheet: Image.Image = _pillow().new("RGB", picture.size, "white")
    if picture.mode == "RGBA":
        sheet.paste(picture, mask=picture.getchannel("A"))
    else:
        sheet.paste(picture.convert("RGB"))
    return sheet
