"""Ten thousand webhook bodies: right, spoilt and hostile (the gateway has as many)."""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace
from typing import Final, cast

import pytest
from aiohttp import web

from bot.setting_kinds import Secret
from bot.texts import Texts
from channels import texts_folders
from channels.line import inbound as i
from channels.line.channel import LineChannel
from channels.line.genuine import is_genuine, sign
from channels.line.settings import LineSettings
from tests.fakes.door import FakeHouse, handed_by
from tests.fakes.line import webhook

SECRET: Final = "a secret"
LONG: Final = 0.05


@pytest.mark.timeout(120)
async def test_ten_thousand_bodies_right_spoilt_and_hostile() -> None:
    """Never anything but 200, and never a stored half: what was stored reads back whole."""
    dice, house = random.Random(20261125), FakeHouse(texts=Texts.load(more=texts_folders()))
    own = LineSettings(
        channel_secret=Secret(SECRET), channel_token=Secret("t"), api_host="http://127.0.0.1:9"
    )
    channel = LineChannel(handed_by(house, own=own))  # what is answered goes nowhere, at once
    receive = channel.routes()[0].handler
    seen, whole = 0, {"こんばんは", "［スタンプ：泣く］"}
    for number in range(10_000):
        raw = _spoilt(dice, number)
        assert is_genuine(raw, sign(raw, SECRET), [SECRET])
        i.parse(raw)
        request = SimpleNamespace(
            headers={"X-Line-Signature": sign(raw, SECRET)},
            content_length=len(raw),
            content=_Payload(raw),
        )
        response = await receive(cast("web.Request", request))
        assert response.status == 200, raw
        seen += 1
    assert seen == 10_000
    words_stored = [inbound.words for inbound in house.inbounds]
    assert len(words_stored) > 1_000
    odd = [w for w in words_stored if w not in whole and not w.startswith(("［", "x"))]
    assert len(odd) < len(words_stored) / 10  # a changed letter is all that a spoilt byte can do
    await asyncio.gather(*house.tasks)
    await channel.stop()


class _Payload:
    """A request's body as aiohttp hands it on."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    async def iter_any(self):  # type: ignore[no-untyped-def]  # an iterator of bytes
        """All of it at once."""
        yield self._raw


def _spoilt(dice: random.Random, number: int) -> bytes:
    """A body that was right before something happened to it."""
    makers = (
        lambda: webhook.text("こんばんは", number=number),
        lambda: (
            webhook.text("x" * dice.choice((3, 30, 300, 13_000)), number=number)
            if dice.random() < LONG
            else webhook.text("こんばんは", number=number)
        ),
        lambda: webhook.sticker(number=number, keywords=["泣く"]),
        lambda: webhook.image(number=number),
        lambda: webhook.location(number=number),
        lambda: webhook.postback("menu", number=number),
        lambda: webhook.follow(number=number),
        lambda: webhook.unsend(str(400_000 + dice.randrange(10_000)), number=number),
        lambda: webhook.unfollow(number=number),
        lambda: webhook.unknown(number=number),
    )
    events = [dice.choice(makers)() for _ in range(dice.randrange(1, 3))]
    raw = bytearray(webhook.body(webhook.BOT, events))
    for _ in range(dice.choice((0, 0, 1, 3))):
        at = dice.randrange(len(raw))
        kind = dice.randrange(4)
        if kind == 0:
            raw[at] = dice.randrange(256)
        elif kind == 1:
            del raw[at : at + dice.randrange(40)]
        elif kind == 2:
            raw[at:at] = dice.choice((b"null", b"{", b"[[", b'"', b"\\ud800", b"1e999", b"\xff"))
        else:
            raw = bytearray(bytes(raw).replace(b'"userId"', b'"userId":7,"x"', 1))
        if not raw:
            raw = bytearray(b"[]")
    return bytes(raw)
