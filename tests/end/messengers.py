"""People on LINE and Discord, and a house that serves them."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from tests.end.house import House, MakeHouse
from tests.end.people import Staff
from tests.fakes.discord.platform import TOKEN as DISCORD_TOKEN
from tests.fakes.discord.platform import FakeDiscord
from tests.fakes.line import webhook
from tests.fakes.line.platform import FakeLine

PATIENCE_S: Final = 20.0
LINK: Final = re.compile(r"https?://\S+/k/[0-9A-Za-z_-]+")
GRAVE: Final = "いま橋の上にいます。飛び降りて死にます"
PURPOSE: Final = (
    "相談", "ひきこもり", "引きこもり", "支援", "ピア", "カウンセ", "専門家", "悩み", "死", "自殺",
    "危険", "警察", "電話", "人が来", "返事", "読んで", "consult", "peer", "support", "crisis",
)  # fmt: skip
"""None of these may stand in anything that goes out in room mode."""
_NUMBERS: Iterator[int] = itertools.count(1)


def line_settings(line: FakeLine, *, mode: str = "relay") -> dict[str, str]:
    """What an operator writes into .env for LINE."""
    return {
        "LINE_CHANNEL_SECRET": line.secret,
        "LINE_CHANNEL_TOKEN": line.token,
        "LINE_API_HOST": line.url,
        "LINE_MODE": mode,
    }


def discord_settings(discord: FakeDiscord, *, mode: str = "relay") -> dict[str, str]:
    """What an operator writes into .env for Discord."""
    return {
        "DISCORD_TOKEN": DISCORD_TOKEN,
        "DISCORD_API_HOST": discord.api_base,
        "DISCORD_GATEWAY": str(discord.gateway_url),
        "DISCORD_MODE": mode,
    }


async def open_house(make_house: MakeHouse, **settings: str) -> House:
    """A running house; the platforms of this process go on answering while it starts."""
    return await asyncio.to_thread(lambda: make_house(**settings))


async def until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_S) -> None:
    """Wait until something holds. Raises ``TimeoutError`` with ``what``."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.02)


@dataclass
class OnLine:
    """Somebody who has added the account on LINE."""

    line: FakeLine
    house: House
    user: str
    redelivered: int = 0
    sent: list[tuple[str, str]] = field(default_factory=list)  # message id, words

    @property
    def texts(self) -> list[str]:
        """Everything that arrived on their phone, in order."""
        return self.line.texts(self.user)

    async def tell(self, make: Callable[..., webhook.Event]) -> webhook.Event:
        """LINE tells the house of an event, again and again until it says 200."""
        event = make(number=next(_NUMBERS), user=self.user, at=int(time.time() * 1000))
        url, again = f"{self.house.url}/line/webhook", False
        end = time.monotonic() + 150
        while True:
            event["deliveryContext"] = {"isRedelivery": again}
            try:
                if await self.line.tell(url, event) == 200:
                    return event
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass  # the house is down: LINE delivers again
            assert time.monotonic() < end, "the webhook was never acknowledged"
            self.redelivered, again = self.redelivered + 1, True
            await asyncio.sleep(0.2)

    async def write(self, words: str) -> str:
        """Write; the platform's id of the message."""
        event = await self.tell(lambda **common: webhook.text(words, **common))
        message_id = str(event["message"]["id"])
        self.sent.append((message_id, words))
        return message_id

    async def tap(self, choice: str) -> None:
        """Tap a button."""
        await self.tell(lambda **common: webhook.postback(choice, **common))

    async def follow(self, *, unblocked: bool = False) -> None:
        """Add the account."""
        await self.tell(lambda **common: webhook.follow(unblocked=unblocked, **common))

    async def hears(self, part: str) -> str:
        """Wait for a message that holds ``part``; the message."""
        await until(lambda: any(part in text for text in self.texts), f"{part!r} in {self.texts}")
        return next(text for text in self.texts if part in text)


@dataclass
class OnDiscord:
    """Somebody in a direct message with the bot."""

    discord: FakeDiscord
    user: int

    @property
    def texts(self) -> list[str]:
        """Everything that the bot said to them in the direct message, in order."""
        return self.discord.texts(self.user)

    async def write(self, words: str) -> str:
        """Write; the platform's id of the message."""
        return await self.discord.write(self.user, words)

    async def hears(self, part: str) -> str:
        """Wait for a message that holds ``part``; the message."""
        await until(lambda: any(part in text for text in self.texts), f"{part!r} in {self.texts}")
        return next(text for text in self.texts if part in text)


def link_in(text: str) -> str:
    """The link in a bell."""
    found = LINK.search(text)
    assert found is not None, text
    return found[0]


async def team(house: House) -> Staff:
    """The first account, which does everything, on duty."""
    staff = Staff(house.url)
    await staff.accept(await asyncio.to_thread(house.first_link), name="すみれ", small_team=True)
    await staff.on_duty()
    return staff


async def shown(staff: Staff, talk: str, part: str) -> str:
    """The page of a talk once it holds ``part``."""
    for _ in range(200):
        page = await staff.open(f"/talks/{talk}")
        if part in page.text or any(part in words for _, _, words in page.lines):
            return page.text
        await asyncio.sleep(0.05)
    raise AssertionError(f"{part!r} never stood on the page")


def in_clear(house: House, *needles: str) -> list[str]:
    """Which of the needles stand in any file of the house, its log included."""
    files = [path for path in house.folder.rglob("*") if path.is_file()]
    return [n for n in needles for path in files if n.encode() in path.read_bytes()]
