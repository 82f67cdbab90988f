"""After a busy night nothing that anybody wrote or sent can be found outside the vault."""

from __future__ import annotations

import base64
import re
import secrets
import sqlite3
from collections.abc import Iterator

import aiohttp
import pytest

from bot.core.model.errors import Sealed
from bot.core.model.sealed import SealedWords, WrappedKey
from bot.privacy.keyfile import load
from bot.privacy.vault import SealedVault
from tests.whole.people import Supporter, Visitor, field
from tests.whole.process import RunningService

VISITORS = 12
PHRASE = re.compile(r'<p class="phrase"[^>]*>(.*?)</p>', re.DOTALL)

pytestmark = pytest.mark.timeout(180)


class Markers:
    """Words that occur nowhere else, each remembered."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def new(self, about: str) -> str:
        marker = f"{about}{secrets.token_hex(8)}"
        self.made.append(marker)
        return marker

    def headers(self) -> dict[str, str]:
        """What a browser and a proxy tell about somebody, all of it recognisable."""
        return {
            "User-Agent": self.new("Agent"),
            "Accept-Language": f"ja,{self.new('x-')}",
            "Referer": f"https://{self.new('from')}.example/",
            "X-Forwarded-For": f"203.0.113.{secrets.randbelow(250)}",
            "X-Request-Id": self.new("trace"),
            "Origin": "null",
        }


def _forms(marker: str) -> Iterator[bytes]:
    raw = marker.encode()
    yield raw
    yield marker.encode("utf-16-le")
    yield raw.hex().encode()
    yield base64.b64encode(raw).rstrip(b"=")[:-1]


def _found(markers: list[str], places: dict[str, bytes]) -> list[str]:
    return [
        f"{marker} in {place}"
        for marker in markers
        for place, content in places.items()
        if any(form in content for form in _forms(marker))
    ]


def _files(service: RunningService) -> dict[str, bytes]:
    data = [path for path in (service.folder / "data").iterdir() if path.is_file()]
    return {path.name: path.read_bytes() for path in (*data, service.output_file)}


async def _metrics(service: RunningService) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(f"{service.url}/metrics") as page:
        return await page.read()


async def _new_passphrase(visitor: Visitor) -> str:
    _, page = await visitor.post("/passphrase", lang="ja")
    found = PHRASE.search(page)
    assert found is not None
    return " ".join(re.findall(r"<span>(.*?)</span>", found[1]))


async def _busy_night(service: RunningService, markers: Markers) -> list[Visitor]:
    password = markers.new("よるのまどべ")
    async with Supporter(service.url, headers=markers.headers()) as supporter:
        await supporter.begin(service.first_link(), name="あかり", password=password)
        visitors = [Visitor(service.url, headers=markers.headers()) for _ in range(VISITORS)]
        for visitor in visitors:
            await visitor.write(f"もう死にたいです {markers.new('言葉')}")
            await visitor.write(f"090-1234-{secrets.randbelow(9000) + 1000} {markers.new('電話')}")
        while talk := await supporter.next():
            await supporter.answer(talk, markers.new("答え"))
            note = {"key": secrets.token_urlsafe(16), "words": markers.new("メモ")}
            assert (await supporter.act(f"{talk}/note", **note))[0] == 200
    for visitor in visitors:
        markers.made.append(await _new_passphrase(visitor))
        await visitor.get(f"/{markers.new('nowhere')}?q={markers.new('query')}")
        for cookie in visitor.session.cookie_jar:
            markers.made.append(cookie.value)
    return visitors


async def test_nothing_anybody_wrote_or_sent_is_found(service: RunningService) -> None:
    markers = Markers()
    visitors = await _busy_night(service, markers)
    for visitor in visitors:
        await visitor.session.close()
    places = _files(service) | {"metrics": await _metrics(service)}
    assert _found(markers.made, places) == []
    assert service.stop() == 0
    assert _found(markers.made, _files(service)) == []
    assert b"203.0.113." not in b"".join(_files(service).values())


def _rows(service: RunningService, question: str) -> list[tuple[bytes, ...]]:
    file = service.folder / "data" / "madoakari.sqlite3"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        rows = list(database.execute(question))
    database.close()
    return rows


async def test_after_an_erasure_the_words_cannot_be_opened(service: RunningService) -> None:
    async with Visitor(service.url) as visitor, Visitor(service.url) as other:
        await visitor.write("消えてほしい言葉")
        await other.write("残ってよい言葉")
        await visitor.write("もうひとつの言葉")
        sealed = _rows(service, "SELECT m.id, m.sealed, k.wrapped FROM messages m"
                                " JOIN talks t ON t.id = m.talk_id"
                                " JOIN person_keys k ON k.person_id = t.person_id"
                                " ORDER BY m.id")  # fmt: skip
        vault = SealedVault(load(service.folder / "data" / "keys.json"))
        opened = [_open(vault, *row) for row in sealed]
        assert opened == ["消えてほしい言葉", "残ってよい言葉", "もうひとつの言葉"]
        assert (await visitor.post("/erase", lang="ja"))[0] == 200
        assert await visitor.lines() == []
    assert service.stop() == 0
    left = b"".join(_files(service).values())
    mine, theirs = [sealed[0], sealed[2]], sealed[1]
    for _, words, wrapped in mine:
        assert words not in left
        assert wrapped not in left
    assert theirs[1] in left
    remaining = _rows(service, "SELECT wrapped FROM person_keys")
    assert remaining == [(theirs[2],)]
    for message_id, words, _ in mine:  # the other person's key opens nothing of theirs
        with pytest.raises(Sealed):
            vault.open(
                WrappedKey(theirs[2]), SealedWords(words), bound_to=f"message:{message_id!s}"
            )


def _open(vault: SealedVault, message_id: bytes, words: bytes, wrapped: bytes) -> str:
    return vault.open(WrappedKey(wrapped), SealedWords(words), bound_to=f"message:{message_id!s}")


async def test_nobody_learns_whether_somebody_was_here(service: RunningService) -> None:
    """A wrong passphrase and an erased person's get the very same answer (R-092)."""
    async with Visitor(service.url) as visitor:
        await visitor.write("こんばんは")
        phrase = await _new_passphrase(visitor)
        await visitor.post("/erase", lang="ja")
    answers = []
    for typed in (phrase, "ひつじ くも すずめ かわら みかん とけい"):
        async with Visitor(service.url) as stranger:
            key = field(await stranger.get("/"), "key")
            status, page = await stranger.post("/return", phrase=typed, key=key, words="")
            answers.append((status, re.sub(r'value="[\w-]{40,}"', "", page).replace(typed, "")))
    assert answers[0] == answers[1]


def test_the_search_would_find_a_leak() -> None:
    for form in _forms("言葉0123456789abcdef"):
        assert _found(["言葉0123456789abcdef"], {"file": b"before" + form + b"after"})
