"""A running channel between the fake LINE and the fake house, and its webhook's address."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.model.ids import MessageId
from bot.core.model.messages import Form, Outbound
from bot.core.ports.channel import Outcome, Pass, Sent
from bot.setting_kinds import Secret
from bot.texts import Texts
from channels import line as package
from channels.line.channel import LineChannel, Pauses
from channels.line.routes import PATH
from channels.line.settings import LineSettings
from tests.fakes.door import FakeHouse, handed_by
from tests.fakes.line import webhook
from tests.fakes.line.platform import FakeLine

USER: Final = webhook.USER
OTHER: Final = "U" + "f" * 32
TEXTS: Final = Texts.load(more=[Path(package.__path__[0]) / "locale"])
LOOK: Final = "line-look"
QUICK: Final = Pauses(well_s=600.0, first_s=0.01, longest_s=0.02)


def say(key: str, **values: int | str) -> str:
    """A Japanese text."""
    return TEXTS.say(key, "ja", **values)


def auto(words: str) -> str:
    """Words of ours, with the mark of machines."""
    return f"{say('messenger.automatic')}\n{words}"


def out(words: str, form: Form = Form.WORDS, *, automatic: bool = False) -> Outbound:
    """Something to carry."""
    return Outbound(MessageId("message"), words, automatic, "ja", form)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # what holds is anywhere in the house
            await asyncio.sleep(0.005)


@dataclass
class Stage:
    """What a test plays with."""

    line: FakeLine
    house: FakeHouse
    channel: LineChannel
    url: str
    number: int = 0

    @property
    def words(self) -> list[str]:
        """The words of everything that was stored, in order."""
        return [inbound.words for inbound in self.house.inbounds]

    @property
    def texts(self) -> list[str]:
        """What the one person got to read, in order."""
        return self.line.texts(USER)

    @property
    def asked(self) -> list[str]:
        """The paths of everything that the channel asked of LINE."""
        return [request.path for request in self.line.requests]

    async def tell(self, *events: webhook.Event, secret: str | None = None) -> int:
        """Let LINE tell of events, wait until everything that follows is done; the status."""
        status = await self.line.tell(self.url, *events, secret=secret)
        await self.settle()
        return status

    async def happen(self, make: Callable[..., webhook.Event], **more: Any) -> None:
        """Let LINE tell of one event, with the next number; it must be taken."""
        self.number += 1
        assert await self.tell(make(number=self.number, **more)) == 200

    async def settle(self) -> None:
        """Wait for everything that the channel spawned but its look around."""
        following = [task for task in self.house.tasks if task.get_name() != LOOK]
        await asyncio.gather(*following)

    async def post(self, raw: bytes, signature: str | None) -> tuple[int, bytes]:
        """Whatever bytes, with whatever signature; status and body of the answer."""
        headers = {} if signature is None else {"X-Line-Signature": signature}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=io.BytesIO(raw), headers=headers) as answer,
        ):
            return answer.status, await answer.read()

    async def post_signed(self, raw: bytes) -> int:
        """Whatever bytes, signed well; the status."""
        status, _ = await self.post(raw, webhook.sign(raw, self.line.secret))
        return status

    async def send(self, words: str, key: str = "key", free: Pass | None = None) -> Sent:
        """Let the channel carry words to the one person."""
        return await self.channel.send(USER, out(words), key=key, free=free)

    async def outcome(self, words: str, key: str = "key") -> Outcome:
        """The same; only what became of it."""
        return (await self.send(words, key)).outcome

    def a_pass(self, number: int = 1, *, begun: bool = False) -> Pass:
        """A pass as the house would hand out after the event of that number."""
        inbound = next(i for i in self.house.inbounds if i.ref == str(400_000 + number))
        assert inbound.ticket is not None
        return Pass(inbound.ticket.token, inbound.ticket.until, begun)


def own_settings(line: FakeLine, **more: Any) -> LineSettings:
    """What an operator sets for LINE."""
    return LineSettings.model_validate(
        {"channel_secret": Secret(line.secret), "channel_token": Secret(line.token)}
        | {"api_host": line.url}
        | more
    )


@asynccontextmanager
async def staged(
    *,
    start: bool = False,
    house: FakeHouse | None = None,
    own: dict[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """A LINE, a house and a channel; at the end nothing may be wrong and nothing may run on."""
    house = house or FakeHouse(texts=TEXTS)
    async with FakeLine(now=lambda: house.now().timestamp()) as line:
        mine = own_settings(line, **(own or {}))
        if mine.mode == "room":
            house.room_mode.add("line")
        channel = LineChannel(handed_by(house, own=mine, **settings), QUICK)
        app = web.Application()
        app.add_routes(channel.routes())
        server = TestServer(app)
        await server.start_server()
        try:
            if start:
                await channel.start()
            yield Stage(line, house, channel, str(server.make_url(PATH)))
        finally:
            await channel.stop()
            await server.close()
            await house.close()
        assert line.violations == []
