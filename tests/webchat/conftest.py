"""The visitor's page on a house with no walls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer, unused_port

from bot.http.headers import add_security_headers
from bot.texts import Texts
from channels import texts_folders
from channels.webchat import SPEC
from channels.webchat.channel import WebChat
from tests.fakes.door import FakeHouse, handed_by
from tests.webchat.visitor import Visitor

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def house(tmp_path: Path) -> FakeHouse:
    """A house that knows one messenger, a carrier pigeon."""
    folder = tmp_path / "pigeon" / "locale"
    folder.mkdir(parents=True)
    for locale, label in {"ja": "でんしょばと", "en": "Carrier pigeon"}.items():
        (folder / f"{locale}.toml").write_text(f'label = "{label}"', encoding="utf-8")
    return FakeHouse(texts=Texts.load(more=[*texts_folders(), folder]))


@pytest.fixture
def port() -> int:
    return unused_port()


@pytest.fixture
def exit_url() -> str:
    return "https://www.jma.go.jp/bosai/"


@pytest.fixture
def channel(house: FakeHouse, exit_url: str) -> WebChat:
    made = SPEC.make(handed_by(house, exit_url=exit_url))
    assert isinstance(made, WebChat)
    return made


@pytest.fixture
async def server(channel: WebChat, port: int) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.on_response_prepare.append(add_security_headers)
    app.add_routes(channel.routes())
    running = TestServer(app, port=port)
    async with running:
        yield running
        await channel.stop()


@pytest.fixture
async def visit(server: TestServer) -> AsyncIterator[Callable[[], Awaitable[Visitor]]]:
    """Opens another browser, with a cookie jar of its own."""
    visitors: list[Visitor] = []

    async def another() -> Visitor:
        client: Client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        visitors.append(Visitor(client))
        return visitors[-1]

    yield another
    for visitor in visitors:
        await visitor.close()


@pytest.fixture
async def visitor(visit: Callable[[], Awaitable[Visitor]]) -> Visitor:
    return await visit()
