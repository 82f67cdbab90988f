"""A visitor and a member of staff over plain HTTP, as a page without a script would."""

from __future__ import annotations

import asyncio
import html
import re
import secrets
from typing import Self

import aiohttp

_FIELD = re.compile(r'<input[^>]*name="(?P<name>[\w]+)"[^>]*value="(?P<value>[^"]*)"')
_LINE = re.compile(
    r'<li class="line (?P<who>\w+)[^"]*"[^>]*data-seq="(?P<seq>\d+)".*?'
    r'<p class="words">(?P<words>.*?)</p>',
    re.DOTALL,
)
_CONSOLE_LINE = re.compile(
    r'<li class="line from-(?P<who>\w+)"[^>]*data-seq="(?P<seq>\d+)">.*?'
    r'<p class="words">(?P<words>.*?)</p>',
    re.DOTALL,
)
_MARK = re.compile(r"</?mark[^>]*>")
PATIENCE_S = 60
PAUSE_S = 0.1


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, url: str, *, headers: dict[str, str] | None = None) -> None:
        self.url = url
        self.session = aiohttp.ClientSession(
            url,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=15),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def get(self, path: str) -> str:
        """A page's text; asked again while the service is away."""
        return (await self._insist("GET", path, None))[1]

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form until there is an answer; the same fields every time."""
        return await self._insist("POST", path, fields)

    async def _insist(
        self, method: str, path: str, fields: dict[str, str] | None
    ) -> tuple[int, str]:
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE_S
        while True:
            try:
                async with self.session.request(method, path, data=fields) as answer:
                    text = await answer.text()
                    if answer.status != 503:
                        return answer.status, text
            except (aiohttp.ClientError, TimeoutError):
                pass  # killed meanwhile
            assert loop.time() < end, f"{method} {path} had no answer for {PATIENCE_S} s"
            await asyncio.sleep(PAUSE_S)


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    for found in _FIELD.finditer(page):
        if found["name"] == name:
            return html.unescape(found["value"])
    raise AssertionError(f"no field {name}")


class Visitor(Person):
    """Somebody who writes."""

    def __init__(self, url: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(url, headers=headers)
        self._key = ""

    async def write(self, words: str) -> None:
        """Write one message and see it stored."""
        key = secrets.token_urlsafe(16) if self._key else field(await self.get("/"), "key")
        self._key = key
        status, text = await self.post("/write", words=words, key=key)
        assert status == 200, (status, text[:2000])

    async def lines(self) -> list[tuple[int, str, str]]:
        """Number, who, words of everything in the room."""
        page = await self.get("/")
        return [(int(m["seq"]), m["who"], html.unescape(m["words"])) for m in _LINE.finditer(page)]


class Supporter(Person):
    """Somebody of the staff."""

    def __init__(self, url: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(url, headers=headers)
        self._seal = ""

    async def begin(self, link: str, *, name: str, password: str) -> None:
        """Open the first account with its one-time link; it answers people too."""
        seal = field(await self.get(link), "seal")
        status, text = await self.post(
            link, seal=seal, work_name=name, password=password, again=password, small_team="yes"
        )
        assert status == 200, (status, text[:2000])
        self._seal = field(await self.get("/console"), "seal")

    async def next(self) -> str | None:
        """Take whoever is next; the talk's path, or None where nobody waits."""
        async with self.session.post("/console/next", data={"seal": self._seal}) as answer:
            await answer.read()
            path = answer.url.path
        return path if "/talks/" in path else None

    async def act(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form of the console."""
        return await self.post(path, seal=self._seal, **fields)

    async def answer(self, talk: str, words: str) -> None:
        """Answer, with one key until it is shown as sent."""
        status, text = await self.act(f"{talk}/answer", key=secrets.token_urlsafe(16), words=words)
        assert status == 200, (status, text[:2000])

    async def lines(self, talk: str) -> list[tuple[int, str, str]]:
        """Number, sender, words of a talk as the console shows it."""
        page = await self.get(talk)
        return [
            (int(m["seq"]), m["who"], html.unescape(_MARK.sub("", m["words"])))
            for m in _CONSOLE_LINE.finditer(page)
        ]
