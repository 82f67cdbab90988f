"""What the contract of channels needs to know of each: settings, samples, and a platform."""

from __future__ import annotations

import importlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.discord.platform import FakeDiscord
from tests.fakes.line import webhook
from tests.fakes.line.platform import FakeLine

THIRD: Final = "bridge"
"""The channel that the scaffold writes for these tests."""


@dataclass(frozen=True, slots=True)
class World:
    """A platform that stands on loopback. ``bodies`` are what it was sent, as decoded JSON."""

    own: Mapping[str, object]
    bodies: Callable[[], list[Any]]
    address: str


@dataclass(frozen=True, slots=True)
class ChannelCase:
    """One channel. ``unreachable`` makes settings for a host and port where nobody listens."""

    own: Mapping[str, object] = field(default_factory=dict)
    unreachable: Callable[[str], Mapping[str, object]] | None = None
    read: Callable[[str], object] | None = None  # its pure parser on the text of a sample
    world: Callable[[], AbstractAsyncContextManager[World]] | None = None
    address: str = "somebody"


def read_bridge(sample: str) -> object:
    inbound = importlib.import_module(f"channels.{THIRD}.inbound")
    return inbound.parse(sample.encode("utf-8", "surrogatepass"))


def read_discord(sample: str) -> object:
    from channels.discord.inbound import read_event  # noqa: PLC0415  # only its own tests need it

    try:
        frame = json.loads(sample)
    except (ValueError, RecursionError):
        return None
    return read_event(frame.get("t"), frame.get("d")) if isinstance(frame, dict) else None


def read_line(sample: str) -> object:
    inbound = importlib.import_module("channels.line.inbound")
    return inbound.parse(sample.encode("utf-8", "surrogatepass"))


@asynccontextmanager
async def bridge_world() -> AsyncIterator[World]:
    sent: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        sent.append(await request.json())
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/take", take)
    async with TestServer(app) as server:
        yield World({"address": str(server.make_url("/take"))}, lambda: sent, "somebody")


@asynccontextmanager
async def discord_world() -> AsyncIterator[World]:
    async with FakeDiscord() as discord:
        own = {
            "token": discord.token,
            "api_host": discord.api_base,
            "gateway": str(discord.gateway_url),
        }
        user_id = "1180000000000000001"
        await discord.write(user_id, "こんばんは")

        def bodies() -> list[Any]:
            return [
                call.body
                for call in discord.calls
                if call.method == "POST" and call.path.endswith("/messages")
            ]

        yield World(own, bodies, user_id)


@asynccontextmanager
async def line_world() -> AsyncIterator[World]:
    async with FakeLine() as line:
        own = {"channel_secret": line.secret, "channel_token": line.token, "api_host": line.url}

        def bodies() -> list[Any]:
            return [asked.body for asked in line.requests if asked.path.endswith("/push")]

        yield World(own, bodies, webhook.USER)
        assert line.violations == []


CASES: Final[Mapping[str, ChannelCase]] = {
    "webchat": ChannelCase(),
    "discord": ChannelCase(
        own={"token": "a.fictional.token"},
        unreachable=lambda place: {
            "api_host": f"http://{place}/api/v10",
            "gateway": f"ws://{place}/gateway/",
        },
        read=read_discord,
        world=discord_world,
        address="1180000000000000001",
    ),
    "line": ChannelCase(
        own={"channel_secret": "fictional-secret", "channel_token": "fictional-token"},
        unreachable=lambda place: {"api_host": f"http://{place}"},
        read=read_line,
        world=line_world,
        address=webhook.USER,
    ),
    THIRD: ChannelCase(
        own={"address": "https://bridge.example/take", "secret": "some long random text"},
        unreachable=lambda place: {"address": f"http://{place}/take"},
        read=read_bridge,
        world=bridge_world,
    ),
}
