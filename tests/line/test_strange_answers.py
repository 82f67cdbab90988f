"""What no manual says that LINE answers, and a proxy before it may: nothing of it raises."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.ports.channel import Outcome, Pass, PictureAway, Sent
from channels.line.channel import LineChannel
from channels.line.settings import LineSettings
from tests.fakes.door import NIGHT, FakeHouse, handed_by
from tests.line.stage import QUICK, USER, out, until

JSON: Final = "application/json"
FREE: Final = Pass("token", NIGHT, begun=False)
STRANGE: Final[dict[str, tuple[int, bytes, str]]] = {
    "no json": (200, b"<html>", JSON),
    "nothing": (200, b"", JSON),
    "another shape": (200, b'{"sentMessages": {"id": [1]}, "value": "x", "userId": 7}', JSON),
    "a list": (200, b"[1, null]", JSON),
    "null": (200, b"null", JSON),
    "no text": (200, b"\xff\xfe{}", JSON),
    "no charset": (200, b"{}", f"{JSON}; charset=moon"),
    "deep": (200, b"[" * 3_000 + b"]" * 3_000, JSON),
    "a gateway's page": (502, "<html>夜間</html>".encode("cp932"), "text/html"),
    "a deep refusal": (400, b"[" * 3_000 + b"]" * 3_000, JSON),
    "no refusal": (400, b"\xff", "text/plain"),
    "a teapot": (418, b"{}", JSON),
    "a new kind of success": (204, b"", JSON),
}


@asynccontextmanager
async def answered(status: int, body: bytes, kind: str, **headers: str) -> AsyncIterator[Any]:
    """A channel whose LINE says the same to everything."""

    async def same(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Content-Type": kind, **headers})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", same)
    async with TestServer(app) as server:
        host = str(server.make_url("")).rstrip("/")
        own = {"channel_secret": "s", "channel_token": "t", "api_host": host}
        house = FakeHouse()
        handed = handed_by(house, own=LineSettings.model_validate(own))
        channel = LineChannel(handed, QUICK)
        try:
            yield channel, house
        finally:
            await channel.stop()
            await house.close()


@pytest.mark.parametrize("what", STRANGE)
async def test_nothing_raises_and_nothing_counts_as_lost(what: str) -> None:
    async with answered(*STRANGE[what]) as (channel, house):
        for free in (None, FREE):
            sent = await channel.send(USER, out("一"), key="k", free=free)
            assert sent.outcome in {Outcome.LATER, Outcome.DELIVERED, Outcome.REJECTED}
        await channel.show_typing(USER)
        await channel.mark_read("read1")
        try:
            assert await channel.fetch("1", most=10_000) in {None, STRANGE[what][1]}
        except PictureAway:
            assert STRANGE[what][0] != 200
        await channel.start()
        await until(lambda: _looked(channel))
        assert all(not task.done() for task in house.tasks)  # it goes on looking


def _looked(channel: LineChannel) -> bool:
    """Whether it has heard something, whatever it was."""
    return channel.health().since is not None


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [("7", 7.0), ("9" * 400, 3600.0), ("²", None), ("-1", None), ("soon", None), ("", None)],
)
async def test_how_long_to_wait(told: str, wait_s: float | None) -> None:
    body = json.dumps({"message": "The API rate limit has been exceeded."}).encode()
    async with answered(429, body, JSON, **{"Retry-After": told}) as (channel, _):
        sent = await channel.send(USER, out("一"), key="k")
        assert sent == Sent(Outcome.LATER, wait_s=wait_s)
        assert channel.health().why == "rate"


@pytest.mark.parametrize(
    ("status", "message", "outcome"),
    [
        (400, "Failed to send messages", Outcome.GONE),
        (400, "The request body has 1 error(s)", Outcome.REJECTED),
        (403, "Not available", Outcome.LATER),
        (404, "Not found", Outcome.REJECTED),
        (409, "The retry key is already accepted", Outcome.DELIVERED),
        (429, "You have reached your monthly limit.", Outcome.HELD),
        (500, "Internal server error", Outcome.LATER),
    ],
)
async def test_a_refusal_says_what_to_do(status: int, message: str, outcome: Outcome) -> None:
    body = json.dumps({"message": message}).encode()
    async with answered(status, body, JSON) as (channel, _):
        assert (await channel.send(USER, out("一"), key="k")).outcome is outcome


@pytest.mark.parametrize("status", [400, 404])
async def test_a_pass_that_line_will_not_know_is_not_tried_for_ever(status: int) -> None:
    async with answered(status, b'{"message": "Not found"}', JSON) as (channel, _):
        sent = await channel.send(USER, out("一"), key="k", free=FREE)
        assert sent == Sent(Outcome.REJECTED, pass_spent=True)  # the push was tried too


async def test_what_line_allows_no_account_of_this_kind_stops_no_words() -> None:
    async with answered(403, b'{"message": "Not available"}', JSON) as (channel, _):
        await channel.show_typing(USER)
        await channel.mark_read("read1")
        assert channel.health().why != "token"
        await channel.send(USER, out("一"), key="k")
        assert channel.health().why == "token"
