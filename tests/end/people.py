"""People without a script at the running service: somebody who writes, somebody who answers."""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

PASSWORD: Final = "a-long-enough-password-for-tests"
_KEY: Final = re.compile(r'name="key" value="([^"]*)"')
_SEAL: Final = re.compile(r'name="seal" value="([^"]*)"')
_MINE: Final = re.compile(r'id="row-mine-([0-9A-Za-z]+)"')
_ERROR: Final = re.compile(r'<p class="(?:error|problem)"[^>]*>([^<]+)</p>')
_BOX: Final = re.compile(r"<textarea[^>]*>\n?(.*?)</textarea>", re.DOTALL)
_LINE: Final = re.compile(
    r'<li class="line ([a-z-]+)[^"]*"[^>]*data-seq="(\d+)".*?</li>', re.DOTALL
)
_WORDS: Final = re.compile(r'<p class="words">(.*?)</p>', re.DOTALL)
_PHRASE: Final = re.compile(r'<p class="phrase"[^>]*>(.*?)</p>', re.DOTALL)
_TAGS: Final = re.compile(r"<[^>]+>")
JSON: Final = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def key(self) -> str:
        """The key of the page's form."""
        found = _KEY.search(self.text)
        assert found is not None, self.text
        return found[1]

    @property
    def seal(self) -> str:
        """The seal of the console's forms."""
        found = _SEAL.search(self.text)
        assert found is not None, self.text
        return found[1]

    @property
    def error(self) -> str:
        """The sentence beside the box; empty where there is none."""
        found = _ERROR.search(self.text)
        return html.unescape(found[1]) if found else ""

    @property
    def box(self) -> str:
        """What stands in the first box."""
        found = _BOX.search(self.text)
        assert found is not None, self.text
        return html.unescape(found[1])

    @property
    def lines(self) -> list[tuple[int, str, str]]:
        """Number, sender (the class of the line) and words of every line."""
        found = []
        for line in _LINE.finditer(self.text):
            words = _WORDS.search(line[0])
            shown = html.unescape(_TAGS.sub("", words[1])) if words else ""
            found.append((int(line[2]), line[1], shown))
        return found

    def words_of(self, sender: str) -> list[str]:
        """The words of one sender's lines, in the order of the page."""
        return [words for _, who, words in self.lines if who == sender]


def talks_on(desk: Answer) -> list[str]:
    """The talks that the viewer of this desk holds."""
    return _MINE.findall(desk.text)


def client(**headers: str) -> aiohttp.ClientSession:
    """A browser's memory of its own; loopback addresses may set cookies."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=20),
    )


async def ask(
    session: aiohttp.ClientSession, method: str, url: str, *, follow: bool = True, **more: Any
) -> Answer:
    """One request."""
    async with session.request(method, url, allow_redirects=follow, **more) as got:
        return Answer(got.status, await got.text(), dict(got.headers))


@dataclass
class Visitor:
    """Somebody at the front page."""

    url: str
    session: aiohttp.ClientSession = field(default_factory=client)

    async def open(self, path: str = "/", **more: Any) -> Answer:
        """GET a page."""
        return await ask(self.session, "GET", self.url + path, **more)

    async def post(self, path: str, *, follow: bool = True, **fields: str) -> Answer:
        """Send a form."""
        return await ask(self.session, "POST", self.url + path, follow=follow, data=fields)

    async def write(self, words: str, *, key: str | None = None) -> Answer:
        """Open the page, write, send; the room."""
        used = key if key is not None else (await self.open()).key
        return await self.post("/write", words=words, key=used, lang="ja")

    async def make_phrase(self) -> str:
        """A new passphrase, as the page shows it."""
        page = await self.post("/passphrase", lang="ja")
        found = _PHRASE.search(page.text)
        assert found is not None, page.text
        return _TAGS.sub("", found[1]).strip()

    async def come_back(self, phrase: str) -> Answer:
        """Open the talk again with a typed passphrase."""
        key = (await self.open()).key
        return await self.post("/return", key=key, phrase=phrase, lang="ja", words="")

    async def erase(self) -> Answer:
        """Erase everything."""
        return await self.post("/erase", lang="ja")


@dataclass
class Staff:
    """Somebody at the console."""

    url: str
    session: aiohttp.ClientSession = field(default_factory=client)
    seal: str = ""

    async def open(self, path: str = "", **more: Any) -> Answer:
        """GET a page of the console."""
        return await ask(self.session, "GET", f"{self.url}/console{path}", **more)

    async def accept(
        self, link: str, *, name: str = "", password: str = PASSWORD, small_team: bool = False
    ) -> Answer:
        """Open an account with a one-time link; afterwards signed in."""
        seal = (await ask(self.session, "GET", link)).seal
        fields = {"seal": seal, "work_name": name, "password": password, "again": password}
        if small_team:
            fields["small_team"] = "yes"
        page = await ask(self.session, "POST", link, data=fields)
        assert page.status == 200, page.text
        self.seal = page.seal
        return page

    async def post(self, path: str, *, json: bool = False, **fields: str) -> Answer:
        """Send a sealed form."""
        more: dict[str, Any] = {"headers": JSON} if json else {}
        data = {"seal": self.seal} | fields
        return await ask(self.session, "POST", f"{self.url}/console{path}", data=data, **more)

    async def on_duty(self) -> None:
        """Go on duty."""
        assert (await self.post("/duty", to="on")).status == 200

    async def take_next(self) -> str:
        """Take whoever is next; the talk's id."""
        page = await self.post("/next", json=True)
        assert page.status == 200, page.text
        found = re.search(r"/console/talks/([0-9A-Za-z]+)", page.text)
        assert found is not None
        return found[1]

    async def mine(self) -> list[str]:
        """The talks that I hold."""
        return talks_on(await self.open())

    async def answer(self, talk: str, words: str, *, key: str | None = None) -> Answer:
        """Answer, as the script does."""
        used = key if key is not None else secrets.token_urlsafe(24)
        return await self.post(f"/talks/{talk}/answer", json=True, words=words, key=used)

    async def note(self, talk: str, words: str) -> Answer:
        """Leave a note."""
        key = secrets.token_urlsafe(24)
        return await self.post(f"/talks/{talk}/note", json=True, words=words, key=key)

    async def lines(self, talk: str) -> list[tuple[int, str, str]]:
        """Every line of a talk, through all its pages."""
        page = await self.open(f"/talks/{talk}")
        found = page.lines
        while older := re.search(r'href="\?before=(\d+)"', page.text):
            page = await self.open(f"/talks/{talk}?before={older[1]}")
            found = page.lines + found
        return found
