"""The console over a back room in memory, and members of staff who use it by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from bot.core.model.ids import StaffId
from bot.core.model.people import Role
from bot.core.ports.console import ConsoleParts
from bot.http.headers import add_security_headers
from bot.settings import Settings
from moderator_ui import Console, make_console
from tests.fakes.backroom import FakeBackroom

Client = TestClient[web.Request, web.Application]
JSON = {"Accept": "application/json"}


@dataclass(slots=True)
class Browser:
    """Somebody's browser with the cookie that it was given."""

    client: Client
    backroom: FakeBackroom
    token: str

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(
            path, headers=self._with_cookie(headers), allow_redirects=False
        )

    async def page(self, path: str) -> str:
        response = await self.get(path)
        assert response.status == 200, await response.text()
        return await response.text()

    async def post(
        self, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> ClientResponse:
        sealed = {"seal": self.backroom.form_seal(self.token)} | (form or {})
        return await self.client.post(
            path, data=sealed, headers=self._with_cookie(headers), allow_redirects=False
        )

    def _with_cookie(self, headers: dict[str, str]) -> dict[str, str]:
        return headers | ({"Cookie": f"c={self.token}"} if self.token else {})


@pytest.fixture
def backroom() -> FakeBackroom:
    return FakeBackroom()


def settings(**chosen: object) -> Settings:
    return Settings.load(env_file=None, environ={}, overrides=chosen)


def console_over(
    backroom: FakeBackroom,
    *,
    fiction: bool = False,
    unreviewed: int = 0,
    degraded: bool = False,
    **chosen: object,
) -> Console:
    parts = ConsoleParts(
        backroom,
        backroom,
        backroom.live,
        settings(**chosen),
        fiction,
        backroom.statuses,
        degraded=degraded,
    )
    return make_console(parts, unreviewed=unreviewed)


async def serving(console: Console) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(console.routes())
    app.on_response_prepare.append(add_security_headers)
    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
        yield client
        await console.stop()  # as at a graceful stop: streams first, then the server


@pytest.fixture
def console(backroom: FakeBackroom) -> Console:
    return console_over(backroom)


@pytest.fixture
async def client(console: Console) -> AsyncIterator[Client]:
    async for client in serving(console):
        yield client


Enter = Callable[..., Browser]


@pytest.fixture
def enter(client: Client, backroom: FakeBackroom) -> Enter:
    """Somebody with these roles, signed in."""

    def enter(*roles: Role, name: str = "") -> Browser:
        staff_id = backroom.hire(name or "・".join(roles), *roles)
        return Browser(client, backroom, backroom.signed_in(staff_id))

    return enter


def staff_id(browser: Browser) -> StaffId:
    """Whose browser it is."""
    tag = browser.backroom.session_tag(browser.token)
    return browser.backroom.sessions[tag][0]
