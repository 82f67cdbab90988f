"""A whole Discord for one bot, on a free port of the loopback address."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, Self

import yarl
from aiohttp import web

from tests.fakes.discord.desk import Desk
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.hooks import Hooks
from tests.fakes.discord.memory import Memory
from tests.fakes.discord.people import Id, People
from tests.fakes.discord.rest import PREFIX, Call, Front
from tests.fakes.discord.shapes import Json, attachment

TOKEN: Final = "a.fictional.token"


class FakeDiscord(People):
    """``async with FakeDiscord() as discord``: a gateway, a REST API, and people who write.

    ``violations`` lists, in words, everything that a well-behaved bot does not do; it must be
    empty at the end of a test. ``faults`` decides which sent messages go wrong.
    """

    def __init__(
        self, *, token: str = TOKEN, seed: int = 0, clock: Callable[[], float] = time.time
    ) -> None:
        self.token = token
        self.violations: list[str] = []
        self.memory = Memory(clock)
        self.faults = Faults(seed=seed)
        self.gateway = Gateway(token, self.violations)
        self.front = Front(token, self.violations, self.faults)
        self.hooks = Hooks(self.memory, self.gateway, self.front)
        self.desk = Desk(self.memory, self.gateway, self.front)
        self.fetched: list[str] = []  # paths of attachments that somebody downloaded
        self.origin = ""
        self._runner: web.AppRunner | None = None
        super().__init__(self.memory, self.gateway, self.front, self.hooks)

    @property
    def api_base(self) -> str:
        """What belongs into ``discord.http.Route.BASE``."""
        return self.origin + PREFIX

    @property
    def gateway_url(self) -> yarl.URL:
        """What belongs into ``discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY``."""
        return yarl.URL(self.gateway.url)

    @property
    def calls(self) -> list[Call]:
        """Every REST request so far."""
        return self.front.calls

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/attachments/{rest:.*}", self._file)
        app.router.add_route("*", "/{rest:.*}", self.front.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        self.gateway.url = f"ws://{host}:{port}/gateway/"

    async def stop(self) -> None:
        """Hang up and stop listening."""
        self.gateway.gate.set()
        await self.gateway.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def attach(self, name: str, content: bytes, content_type: str) -> Json:
        """Keep a file; what comes back goes into ``write(attachments=[...])``."""
        file_id = self.memory.new_id()
        path = f"/attachments/1/{file_id}/{name}"
        self.memory.files[path] = (content, content_type)
        url = f"{self.origin}{path}?ex=1&is=1&hm=1"
        return attachment(file_id, name, len(content), url, content_type)

    async def _file(self, request: web.Request) -> web.Response:
        self.fetched.append(request.path)
        if request.path not in self.memory.files:
            return web.Response(status=404)
        content, content_type = self.memory.files[request.path]
        return web.Response(body=content, content_type=content_type)

    def texts(self, user_id: Id) -> list[str]:
        """The words of the bot's messages in the person's direct messages, oldest first."""
        return [message["content"] for message in self.seen(user_id)]

    async def seeing(self, user_id: Id, count: int) -> list[str]:
        """The same, once there are ``count`` of them.

        Raises TimeoutError where they do not come.
        """
        await self.memory.news.until(lambda: len(self.seen(user_id)) >= count)
        return self.texts(user_id)

    async def connected(self, times: int = 1) -> None:
        """Return once a bot has identified or resumed so many times."""
        happened = self.gateway.happened
        await self.gateway.news.until(lambda: happened["identified"] + happened["resumed"] >= times)

    def close_dms(self, user_id: Id, *, findable: bool = True) -> None:
        """Let the person take no messages; with ``findable`` off no channel can be opened."""
        person = self.memory.person(user_id)
        person.open, person.findable = False, findable

    def open_dms(self, user_id: Id) -> None:
        """Let the person take messages again."""
        person = self.memory.person(user_id)
        person.open = person.findable = True

    def pass_by(self, seconds: float) -> None:
        """Move the fake's clock on."""
        self.memory.shift += seconds

    async def disconnect(self, code: int = 4000) -> None:
        """Hang up on the bot with this close code."""
        await self.gateway.close(code)

    def hold(self) -> None:
        """Keep whoever connects waiting, until ``release``."""
        self.gateway.gate.clear()

    def release(self) -> None:
        """Let them in."""
        self.gateway.gate.set()

    async def invalidate(self) -> None:
        """Forget the bot's session: it must identify anew, and gets no old events."""
        await self.gateway.invalidate()

    async def revoke(self) -> None:
        """Make the token worthless: 401 on every call, 4004 at the gateway."""
        self.front.token = self.gateway.token = None
        await self.gateway.close(4004)

    async def dispatch(self, event: str, data: Any) -> None:
        """Send the bot any event at all."""
        await self.gateway.dispatch(event, data)
