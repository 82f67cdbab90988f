"""Ten thousand frames of the gateway: right, spoilt and hostile (the webhook has as many)."""

from __future__ import annotations

import json
import random
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from bot.core.model.errors import MadoakariError
from channels import discord as package
from channels.discord.inbound import Wrote, read_event
from channels.discord.stored import as_stored
from tests.discord_channel.stage import new_house, say

SAMPLES: Final = [
    path.read_bytes() for path in sorted((Path(package.__path__[0]) / "samples").glob("*.json"))
]
INTO: Final = (b"null", b"{}", b"[[", b'"', b"\\ud800", b"1e999", b"-1", b"true", b"\xff")


@pytest.mark.timeout(120)
async def test_ten_thousand_frames_right_spoilt_and_hostile() -> None:
    """Nothing raises, and what is stored is whole: words, an address and an id."""
    dice, house, heard = random.Random(20261125), new_house(), 0  # the same every time
    for _ in range(10_000):
        frame = _read(_spoilt(dice))
        event = read_event(frame.get("t"), frame.get("d"))
        heard += event is not None
        if isinstance(event, Wrote):
            told = as_stored(event, say, "ja", pictures=bool(dice.getrandbits(1)))
            for inbound in told.parts:
                try:
                    await house.accept(inbound, expires_at=None)
                except MadoakariError:
                    continue  # the same id with other words, or nothing readable
    assert heard > 2_000
    assert len(house.inbounds) > 300
    assert all(each.words.strip() and each.address and each.event_id for each in house.inbounds)


def _read(raw: bytes) -> dict[str, Any]:
    """As the connection reads it; what is no JSON never comes to us."""
    try:
        read = json.loads(raw)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _spoilt(dice: random.Random) -> bytes:
    """A sample with an id of its own, and now and then something wrong with it."""
    raw = bytearray(dice.choice(SAMPLES))
    change = partial(_change, raw, dice)
    at = raw.find(b'"id": "') + len(b'"id": "')
    if at > len(b'"id": "'):
        raw[at + 8 : at + 12] = b"%04d" % dice.randrange(10_000)
    for _ in range(dice.choice((0, 0, 1, 2))):
        change()
    return bytes(raw)


def _change(raw: bytearray, dice: random.Random) -> None:
    at = dice.randrange(max(1, len(raw)))
    kind = dice.randrange(4)
    if kind == 0 and raw:
        raw[at] = dice.randrange(256)
    elif kind == 1:
        del raw[at : at + dice.randrange(40)]
    elif kind == 2:
        raw[at:at] = dice.choice(INTO)
    else:
        parts = bytes(raw).split(b": ")
        place = dice.randrange(len(parts))
        parts[place] = dice.choice(INTO) + b", " + parts[place].rpartition(b", ")[2]
        raw[:] = b": ".join(parts)
