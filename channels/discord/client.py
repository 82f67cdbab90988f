"""The only file that knows discord.py: it signs in, keeps the gateway, and carries calls.

The library's own picture of the world is left out: frames are handed on as they came, and of
all its readers of events only those of the session remain. So no name is kept in memory, and a
frame that the library could not read does not end the connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from channels.discord.inbound import Heard, read_event
from channels.discord.troubles import Away, BadSetup, BadToken, Busy, Closed, Refused, Trouble

PATIENCE_S: Final = 30.0
"""Seconds that the library waits by itself when Discord asks it to; longer is ``Busy``."""
_CLOSED: Final = {50007, 50278, 50033, 10013}  # takes no messages, no server shared, no account
_TOO_FAST: Final = {20022, 20028, 40003}
_WEBHOOK: Final = 50027  # an interaction's token ran out; it is not the bot's
_BAD_TOKEN, _BAD_SETUP = 4004, {4010, 4011, 4012, 4013, 4014}
_SESSION: Final = {"READY", "RESUMED"}

Spawn = Callable[[Coroutine[Any, Any, None], str], object]


class Ear(Protocol):
    """Who listens to the gateway. None of these waits for anything."""

    def identified(self) -> None:
        """A new session began: what happened before it is not told."""
        ...

    def resumed(self) -> None:
        """An old session goes on: what was missed has been told."""
        ...

    def lost(self) -> None:
        """The connection is gone; the library tries to get it back."""
        ...

    def hears(self, heard: Heard) -> None:
        """Something happened."""
        ...

    async def signed_in(self) -> None:
        """The token is good; the gateway comes next."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """Where Discord is (empty: where it always is), and how long to wait before IDENTIFY."""

    api_host: str = ""
    gateway: str = ""
    identify_pause_s: float = 5.0


class Wire(discord.Client):
    """One signed-in bot. A closed one is not used again."""

    def __init__(self, ear: Ear, line: Line, spawn: Spawn) -> None:
        intents = discord.Intents.none()
        intents.dm_messages = intents.dm_reactions = True
        super().__init__(
            intents=intents,
            max_messages=None,
            guild_ready_timeout=0,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            enable_debug_events=True,
            max_ratelimit_timeout=PATIENCE_S,
        )
        self._ear, self._line, self._spawn = ear, line, spawn
        self._flying: dict[str, asyncio.Future[Any]] = {}
        self.signed_in = False
        readers = self._connection.parsers
        for name in [name for name in readers if name not in _SESSION]:
            del readers[name]
        if line.api_host:
            Route.BASE = line.api_host
        if line.gateway:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(line.gateway)

    @property
    def own_id(self) -> int:
        """The bot's own id; 0 before it signed in."""
        return self.user.id if self.user is not None else 0

    async def live(self, token: str) -> None:
        """Sign in and listen until ``close``.

        Raises ``Trouble`` kinds, and whatever the library makes of a hostile frame.
        """
        try:
            await self.start(token)
        except discord.LoginFailure:
            raise BadToken from None
        except discord.PrivilegedIntentsRequired:
            raise BadSetup from None
        except discord.ConnectionClosed as end:
            raise _of_close(end.code) from None
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise trouble_in(error) from None

    async def call(
        self, method: str, path: str, body: object = None, *, once: str | None = None, **filled: str
    ) -> Any:  # noqa: ANN401  # JSON
        """One call to the API; ``filled`` are the names in ``path``. Raises ``Trouble`` kinds.

        Whoever stops waiting for it does not stop the call: the library would never again send
        anything if it were stopped while it waits for a limit that holds everywhere. A call
        named ``once`` that is still under way is joined instead of made again.
        """
        if not self.signed_in:
            raise Away
        name = once or ""
        future = self._flying.get(name)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._spawn(self._fly(future, method, path, body, filled), "discord-call")
            if name:
                self._flying[name] = future
                future.add_done_callback(lambda _: self._flying.pop(name, None))
        return await asyncio.shield(future)

    async def _fly(
        self,
        future: asyncio.Future[Any],
        method: str,
        path: str,
        body: object,
        filled: dict[str, str],
    ) -> None:
        more: dict[str, Any] = {} if body is None else {"json": body}
        try:
            answer = await self.http.request(Route(method, path, **filled), **more)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            future.set_exception(trouble_in(error))
        else:
            future.set_result(answer)
        finally:
            if not future.done():  # the house stops
                future.set_exception(Away())
            future.exception()  # it may be that nobody waits any more

    async def setup_hook(self) -> None:
        """Signed in, not yet listening."""
        self.signed_in = True
        await self._ear.signed_in()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants a pause before each IDENTIFY but the first."""
        del shard_id
        if not initial:
            await asyncio.sleep(self._line.identify_pause_s)

    async def on_socket_raw_receive(self, frame: str) -> None:
        """One frame of the gateway, before the library has read it."""
        try:
            payload = json.loads(frame)
        except (ValueError, RecursionError):
            return
        if not isinstance(payload, dict) or payload.get("op") != 0:
            return
        name = payload.get("t")
        if name == "READY":
            self._ear.identified()
        elif name == "RESUMED":
            self._ear.resumed()
        else:
            heard = read_event(name, payload.get("d"))
            if heard is not None:
                self._ear.hears(heard)

    async def on_disconnect(self) -> None:
        """The gateway hung up, or cannot be reached."""
        self._ear.lost()


def trouble_in(error: BaseException) -> Trouble:
    """An error of the library or of the network, in our words."""
    if isinstance(error, discord.RateLimited):
        return Busy(error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return Away()
    kinds: list[tuple[bool, type[Trouble]]] = [
        (error.code in _CLOSED, Closed),
        (error.status == HTTPStatus.UNAUTHORIZED and error.code != _WEBHOOK, BadToken),
        (error.status == HTTPStatus.TOO_MANY_REQUESTS or error.code in _TOO_FAST, Busy),
        (error.status >= HTTPStatus.INTERNAL_SERVER_ERROR, Away),
    ]
    return next((kind for holds, kind in kinds if holds), Refused)()


def _of_close(code: int) -> Trouble:
    if code == _BAD_TOKEN:
        return BadToken()
    return BadSetup() if code in _BAD_SETUP else Away()
