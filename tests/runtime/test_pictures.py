"""Pictures are drawn anew: nothing of the file is left, and no file can do harm."""

from __future__ import annotations

import asyncio
import base64
import io
import random
import struct
import subprocess
import sys
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from bot.runtime.pictures import (
    LARGEST,
    LONGEST_SIDE,
    MOST_PIXELS,
    MOST_SCANS,
    clean_off_the_loop,
    clean_picture,
)

XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">secret-xmp</x:xmpmeta>'
TELLTALES = (b"Exif", b"GPS", b"secret", b"xmpmeta", b"ICC_PROFILE", b"acsp", b"Apple", b"\xff\xfe")
RED, BLUE = (220, 30, 30), (30, 30, 220)


def drawn(size: tuple[int, int] = (80, 40), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, and a little noise."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    noise = random.Random(7)
    for _ in range(50):
        picture.putpixel((noise.randrange(size[0]), noise.randrange(size[1])), (9, 9, 9))
    return picture.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Apple secret-maker"
    tags.get_ifd(0x8825).update({1: "N", 2: (35.0, 40.0, 52.3), 3: "E", 4: (139.0, 46.0, 1.0)})
    tags.get_ifd(0x8769).update({0x9286: b"secret-usercomment", 0x9003: "2026:11:25 03:07:00"})
    return tags


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def telling(kind: str, orientation: int = 1) -> bytes:
    """A file that says where and with what it was made, in every way that its format has."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if kind == "GIF":
        return saved(drawn(mode="P"), kind, comment=b"secret-comment") + b"secret-tail"
    more: dict[str, Any] = {"exif": exif(orientation).tobytes(), "icc_profile": icc, "xmp": XMP}
    if kind == "JPEG":
        more["comment"] = b"secret-comment"
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", "secret-comment", zip=True)
        words.add_itxt("XML:com.adobe.xmp", XMP.decode())
        more["pnginfo"] = words
        del more["xmp"]
    return saved(drawn(), kind, **more) + b"secret-tail"


def opened(kept: str | None) -> Image.Image:
    assert kept is not None
    picture = Image.open(io.BytesIO(base64.b64decode(kept, validate=True)))
    picture.load()
    assert picture.format == "JPEG"
    return picture


def near(picture: Image.Image, x: int, y: int) -> str:
    pixel = picture.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return "red" if pixel[0] > pixel[2] else "blue"


def png_head(width: int, height: int) -> bytes:
    """A small file that claims to be large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


KINDS = ("JPEG", "PNG", "GIF", "WEBP")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_a_file_tells_is_kept(kind: str) -> None:
    file = telling(kind)
    assert any(sign in file for sign in TELLTALES)
    kept = clean_picture(file)
    assert kept is not None
    data = base64.b64decode(kept)
    assert [sign for sign in TELLTALES if sign in data] == []
    picture = opened(kept)
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.size == (80, 40)


@pytest.mark.parametrize("kind", KINDS)
def test_no_bytes_of_the_file_itself_are_kept(kind: str) -> None:
    """Also a plain JPEG that could have stayed as it is."""
    noise = Image.frombytes("RGB", (80, 40), random.Random(8).randbytes(80 * 40 * 3))
    file = saved(noise.quantize() if kind == "GIF" else noise, kind)
    start = file.rfind(b"\xff\xda") + 14 if kind == "JPEG" else 0  # the tables before are public
    kept = clean_picture(file)
    assert kept is not None
    data = base64.b64decode(kept)
    assert not any(file[at : at + 16] in data for at in range(start, len(file) - 16))


def test_the_place_where_a_picture_was_taken_was_in_the_file() -> None:
    """Otherwise the tests above would prove nothing."""
    tags = Image.open(io.BytesIO(telling("JPEG"))).getexif()
    assert tags.get_ifd(0x8825)[1] == "N"
    assert tags[0x010F] == "Apple secret-maker"


@pytest.mark.parametrize(
    ("orientation", "size", "at_start"),
    [
        (1, (80, 40), "red"),
        (2, (80, 40), "blue"),
        (3, (80, 40), "blue"),
        (4, (80, 40), "red"),
        (5, (40, 80), "red"),
        (6, (40, 80), "red"),
        (7, (40, 80), "blue"),
        (8, (40, 80), "blue"),
        (77, (80, 40), "red"),
    ],
)
def test_a_picture_stands_upright(orientation: int, size: tuple[int, int], at_start: str) -> None:
    picture = opened(clean_picture(telling("JPEG", orientation)))
    assert picture.size == size
    assert near(picture, 4, 4) == at_start


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_becomes_smaller(kind: str) -> None:
    picture = opened(clean_picture(saved(drawn((3200, 800)), kind)))
    assert picture.size == (LONGEST_SIDE, 400)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_taken(mode: str) -> None:
    grey = Image.new("I;16", (80, 40), 40_000)
    picture = opened(clean_picture(saved(grey if mode == "I;16" else drawn(mode=mode), "PNG")))
    assert picture.mode == "RGB"
    if mode == "I;16":
        assert picture.getpixel((5, 5)) == (156, 156, 156)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_every_mode_of_jpeg_is_taken(mode: str) -> None:
    assert opened(clean_picture(saved(drawn(mode=mode), "JPEG"))).mode == "RGB"


def test_what_is_clear_becomes_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert opened(clean_picture(saved(clear, "PNG"))).getpixel((10, 10)) == (255, 255, 255)


def test_a_moving_picture_stands_still() -> None:
    frames = [Image.new("P", (20, 20), index) for index in range(3)]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert getattr(opened(clean_picture(moving)), "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO"])
def test_other_kinds_are_refused(kind: str) -> None:
    assert clean_picture(saved(drawn(), kind)) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\xff\xd8\xff\xd9"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert clean_picture(data) is None


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_file_is_refused(kind: str) -> None:
    file = saved(drawn((200, 200), "P" if kind == "GIF" else "RGB"), kind)
    assert clean_picture(file) is not None
    assert clean_picture(file[: len(file) // 2]) is None


@pytest.mark.parametrize("size", [(6400, 6400), (10_000, 10_000), (60_000, 60_000), (0, 9)])
def test_a_small_file_with_too_many_pixels_is_refused(size: tuple[int, int]) -> None:
    assert clean_picture(png_head(*size)) is None


def test_the_largest_picture_is_taken_and_one_more_line_is_not() -> None:
    line = MOST_PIXELS // 5000
    assert clean_picture(saved(Image.new("L", (line, 5000)), "PNG")) is not None
    assert clean_picture(saved(Image.new("L", (line, 5001)), "PNG")) is None


def test_a_file_of_too_many_bytes_is_refused() -> None:
    file = saved(drawn(), "PNG")
    assert clean_picture(file + bytes(LARGEST - len(file))) is not None
    assert clean_picture(file + bytes(LARGEST - len(file) + 1)) is None


def test_a_jpeg_of_thousands_of_steps_is_refused() -> None:
    file = saved(drawn(), "JPEG", progressive=True)
    step = file[file.rfind(b"\xff\xda") : -2]
    assert clean_picture(file) is not None
    assert clean_picture(file[:-2] + step * MOST_SCANS + file[-2:]) is None


REAL = [telling(kind) for kind in KINDS]


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", *(file[:16] for file in REAL)]))
def test_any_bytes_raise_nothing(data: bytes, start: bytes) -> None:
    kept = clean_picture(start + data)
    assert kept is None or opened(kept).size


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(REAL),
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 6000),
)
def test_a_changed_file_raises_nothing(
    file: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(file)
    for at, value in changes:
        data[at % len(data)] = value
    kept = clean_picture(bytes(data[: len(data) - cut % 40]))
    assert kept is None or not any(sign in base64.b64decode(kept) for sign in TELLTALES)


async def test_pictures_are_cleaned_one_at_a_time_beside_the_loop() -> None:
    files = [telling(kind) for kind in KINDS]
    kept = await asyncio.gather(*map(clean_off_the_loop, files))
    assert kept == [clean_picture(file) for file in files]


def test_a_house_that_takes_no_pictures_never_loads_pillow() -> None:
    code = (
        "import sys, bot.runtime.pictures; sys.exit(any(m.startswith('PIL') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
