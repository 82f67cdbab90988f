"""Somebody at the page, without a script: they open pages and send forms."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

_KEY = re.compile(r'name="key" value="([^"]*)"')
_BOX = re.compile(r"<textarea[^>]*>\n?(.*?)</textarea>", re.DOTALL)
_ERROR = re.compile(r'<p class="error"[^>]*>([^<]+)</p>')
_WORDS = re.compile(r'<p class="words">(.*?)</p>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came."""

    status: int
    text: str
    headers: dict[str, str]
    cookies: dict[str, str]

    @property
    def key(self) -> str:
        found = _KEY.search(self.text)
        assert found is not None
        return found[1]

    @property
    def box(self) -> str:
        found = _BOX.search(self.text)
        assert found is not None
        return html.unescape(found[1])

    @property
    def error(self) -> str:
        found = _ERROR.search(self.text)
        return html.unescape(found[1]) if found else ""

    @property
    def words(self) -> list[str]:
        return [html.unescape(words) for words in _WORDS.findall(self.text)]


class Visitor:
    """One browser."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self._streams: list[ClientResponse] = []

    async def open(self, path: str = "/", *, follow: bool = True, **headers: str) -> Page:
        return await _page(
            await self.client.get(path, allow_redirects=follow, headers=_dashed(headers))
        )

    async def post(self, path: str, *, follow: bool = False, **fields: str) -> Page:
        return await self.send(path, fields, follow=follow)

    async def send(self, path: str, fields: dict[str, str], *, follow: bool = False) -> Page:
        return await _page(await self.client.post(path, data=fields, allow_redirects=follow))

    async def write(self, words: str, *, key: str | None = None) -> Page:
        """Load the page, write, send; the answer to the form itself."""
        used = key if key is not None else (await self.open()).key
        return await self.post("/write", words=words, key=used, lang="ja")

    async def write_as_script(self, words: str, *, key: str) -> tuple[int, dict[str, object]]:
        answer = await self.client.post(
            "/write",
            data={"words": words, "key": key, "lang": "ja"},
            headers={"Accept": "application/json"},
        )
        return answer.status, await answer.json()

    async def stream(self, **headers: str) -> ClientResponse:
        answer = await self.client.get("/stream", headers=_dashed(headers))
        self._streams.append(answer)
        return answer

    async def close(self) -> None:
        for stream in self._streams:
            stream.close()
        await self.client.session.close()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


async def _page(answer: ClientResponse) -> Page:
    return Page(
        status=answer.status,
        text=await answer.text(),
        headers=dict(answer.headers),
        cookies={name: morsel.OutputString() for name, morsel in answer.cookies.items()},
    )
