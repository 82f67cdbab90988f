"""A busy night with marked words; then every file, log line and figure is searched for them."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import sqlite3
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import pytest

from bot.core.model.errors import Sealed
from bot.core.model.sealed import SealedWords, WrappedKey
from bot.privacy import keyfile
from bot.privacy.vault import SealedVault
from tests.end.house import House, MakeHouse
from tests.end.people import JSON, Answer, Staff, Visitor, ask, client

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]

VISITORS: Final = 30
TALKS: Final = 4
LOUD: Final = {
    "LOG_LEVEL": "debug",
    "PASSPHRASE_TRIES_PER_MINUTE": "1000",
    "LIVE_CAP_SUPERVISOR": "20",
}
_GRAVE: Final = "死にたい"


@dataclass
class Marks:
    """Words that occur nowhere else; each is made for one purpose."""

    made: dict[str, str] = field(default_factory=dict)

    def new(self, what: str) -> str:
        """A word of letters and digits that no other text holds."""
        mark = f"zq{secrets.token_hex(8)}"
        self.made[mark] = what
        return mark

    def keep(self, secret: str, what: str) -> str:
        """Something that the house itself made and must not keep as it stands."""
        self.made[secret] = what
        return secret

    def found_in(self, content: bytes) -> list[str]:
        """What can be read in ``content``, in any of the usual spellings."""
        return [
            f"{what} as {spelling}"
            for mark, what in self.made.items()
            for spelling, needle in _spellings(mark)
            if needle in content
        ]


def _spellings(mark: str) -> list[tuple[str, bytes]]:
    utf8 = mark.encode()
    found = [
        ("utf-8", utf8),
        ("utf-16-le", mark.encode("utf-16-le")),
        ("utf-16-be", mark.encode("utf-16-be")),
        ("hex", utf8.hex().encode()),
        ("HEX", utf8.hex().upper().encode()),
        ("percent", quote(mark).encode()),
    ]
    for shift in range(3):  # base64 looks different at each of three places
        padded = base64.b64encode(b"\0" * shift + utf8)
        inner = padded[4 if shift else 0 : -4]
        found += [("base64", inner), ("base64url", inner.translate(_URLSAFE))]
    return found


_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")


@dataclass
class Person:
    """A marked visitor."""

    visitor: Visitor
    words: str
    phrase: str = ""


async def _live(house: House, marks: Marks, number: int) -> Person:
    """Headers, words, a passphrase, a try with a wrong one, a return; all of it marked."""
    session = client(
        **{
            "User-Agent": f"Browser {marks.new('User-Agent')}",
            "Accept-Language": f"ja,{marks.new('Accept-Language')};q=0.5",
            "Referer": f"https://{marks.new('Referer')}.example/",
            "X-Forwarded-For": f"{marks.new('X-Forwarded-For')}, 203.0.113.{number}",
            "X-Real-IP": marks.new("X-Real-IP"),
        }
    )
    visitor = Visitor(house.url, session)
    session.cookie_jar.update_cookies({"old": marks.new("foreign cookie")})
    words = marks.new("words")
    more = _GRAVE if number % 10 == 0 else "こんばんは"
    assert (await visitor.write(f"{words} {more}")).status == 200
    person = Person(visitor, words)
    await visitor.write(f"つづき {marks.new('second words')}")
    for cookie in session.cookie_jar:
        if cookie.key == "s":
            marks.keep(cookie.value, "session cookie")
    person.phrase = await visitor.make_phrase()
    marks.keep(person.phrase, "passphrase")
    marks.keep("".join(person.phrase.split()), "joined passphrase")
    other = Visitor(house.url, client(**{"X-Forwarded-For": f"203.0.113.{number}"}))
    wrong = await other.come_back(marks.new("wrong passphrase"))
    assert wrong.status == 403
    await other.session.close()
    await visitor.open(f"/?lang=ja&q={marks.new('query')}")
    await visitor.open(f"/{marks.new('path')}")
    return person


async def _staff_at_work(house: House, marks: Marks) -> Staff:
    """An administrator who answers, with a marked password; a wrong sign-in; notes and answers."""
    agent = {"User-Agent": f"Desk {marks.new('staff User-Agent')}"}
    staff = Staff(house.url, client(**agent))
    link = house.first_link()
    marks.keep(link.rpartition("/")[2], "one-time link")
    await staff.accept(link, name="すみれ", password=marks.new("password"), small_team=True)
    for cookie in staff.session.cookie_jar:
        marks.keep(cookie.value, "staff cookie")
    await staff.on_duty()
    stranger = Staff(house.url)
    stranger.seal = (await stranger.open("/sign-in")).seal
    wrong = marks.new("wrong password")
    await stranger.post("/sign-in", work_name=marks.new("wrong name"), password=wrong)
    await stranger.session.close()
    return staff


def _everything(house: House) -> dict[str, bytes]:
    """Every file of the data folder, and all output."""
    files = {str(path): path.read_bytes() for path in house.data.rglob("*") if path.is_file()}
    said = re.sub(r"https?://\S+/console/welcome/\S+", "", house.said())  # told the operator
    return files | {"output": said.encode()}


async def _metrics(house: House) -> bytes:
    session = client()
    page = await ask(session, "GET", f"{house.url}/metrics")
    await session.close()
    assert "madoakari_commands_total" in page.text
    return page.text.encode()


async def test_a_busy_night_leaves_no_word_no_address_and_no_header(
    make_house: MakeHouse,
) -> None:
    house, marks = make_house(**LOUD), Marks()
    staff = await _staff_at_work(house, marks)
    people = []
    for start in range(0, VISITORS, 5):
        batch = (_live(house, marks, number) for number in range(start, start + 5))
        people += await asyncio.gather(*batch)
    for _ in range(TALKS):
        talk = await staff.take_next()
        assert (await staff.answer(talk, f"返事 {marks.new('answer')}")).status == 200
        assert (await staff.note(talk, f"メモ {marks.new('note')}")).status == 200
    page = await staff.open(f"/talks/{(await staff.mine())[0]}")
    read = re.sub(r"</?mark[^>]*>", "", page.text)  # what triage marks may begin within a word
    assert any(person.words in read for person in people), "the console reads no words"
    assert len(marks.made) > VISITORS * 10
    places = _everything(house) | {"metrics": await _metrics(house)}
    assert any(name.endswith("-wal") for name in places)
    assert {name: found for name, text in places.items() if (found := marks.found_in(text))} == {}
    assert re.search(rb"203\.0\.113\.\d", b"".join(places.values())) is None
    assert house.stop() == 0
    stopped = {name: marks.found_in(text) for name, text in _everything(house).items()}
    assert {name: found for name, found in stopped.items() if found} == {}
    for session in (staff.session, *(person.visitor.session for person in people)):
        await session.close()


def test_the_search_finds_what_is_there() -> None:
    marks = Marks()
    mark = marks.new("words")
    for shift in range(3):
        assert marks.found_in(b"x" + base64.b64encode(b"a" * shift + mark.encode() + b"end"))
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert marks.found_in(f"…{mark}…".encode(encoding))
    assert marks.found_in(mark.encode().hex().encode())
    assert marks.found_in(b"something else") == []


@dataclass(frozen=True)
class Taken:
    """What somebody took out of the database before an erasure."""

    person: str
    wrapped: bytes
    sealed: list[tuple[str, bytes]]  # what it is bound to, and the sealed bytes


def _take(house: House) -> Taken:
    """The newest person's key and sealed rows."""
    connection = sqlite3.connect(house.data / "madoakari.sqlite3")
    try:
        talk, person = connection.execute(
            "select id, person_id from talks order by id desc limit 1"
        ).fetchone()
        (wrapped,) = connection.execute(
            "select wrapped from person_keys where person_id = ?", (person,)
        ).fetchone()
        rows = connection.execute(
            "select 'message:' || id, sealed from messages"
            " where talk_id = ? and sealed is not null union all"
            " select 'note:' || id, sealed from notes where talk_id = ?",
            (talk, talk),
        ).fetchall()
    finally:
        connection.close()
    return Taken(person, wrapped, [(name, sealed) for name, sealed in rows])


def _keys_left(house: House) -> list[bytes]:
    connection = sqlite3.connect(house.data / "madoakari.sqlite3")
    try:
        return [row[0] for row in connection.execute("select wrapped from person_keys")]
    finally:
        connection.close()


def _opened(vault: SealedVault, keys: list[bytes], taken: Taken) -> list[str]:
    found = []
    for key in keys:
        for name, sealed in taken.sealed:
            try:
                found.append(vault.open(WrappedKey(key), SealedWords(sealed), bound_to=name))
            except Sealed:
                continue
    return found


def _remains(house: House, taken: Taken) -> list[str]:
    """Files in which the key or a sealed row still lies, however little of it."""
    pieces = [taken.wrapped[5:], *(sealed[13:77] for _, sealed in taken.sealed)]
    return [
        path.name
        for path in house.data.rglob("*")
        if path.is_file() and any(piece in path.read_bytes() for piece in pieces)
    ]


async def test_after_an_erasure_nobody_opens_the_words_even_with_the_key_file(
    make_house: MakeHouse,
) -> None:
    house = make_house(**LOUD)
    staff = Staff(house.url)
    await staff.accept(house.first_link(), name="すみれ", small_team=True)
    await staff.on_duty()
    stays, goes = Visitor(house.url), Visitor(house.url)
    await stays.write("ここに残ります")
    talk_of_other = await staff.take_next()
    for number in range(12):
        await goes.write(f"消えてほしい言葉 {number}" + "ながい" * 200)
    talk = await staff.take_next()
    assert talk != talk_of_other
    await staff.answer(talk, "読みました")
    await staff.note(talk, "雨の話")
    taken = _take(house)
    vault = SealedVault(keyfile.load(house.data / "keys.json"))
    before = _opened(vault, _keys_left(house), taken)
    assert len(before) == 14
    assert "雨の話" in before
    assert _remains(house, taken) != []
    assert "消しました" in (await goes.erase()).text
    await asyncio.sleep(0.5)
    assert _remains(house, taken) == []
    keys = _keys_left(house)
    assert taken.wrapped not in keys
    assert len(keys) == 1
    assert _opened(vault, keys, taken) == []
    assert "ここに残ります" in (await stays.open()).text
    assert "消去されました" in (await staff.open(f"/talks/{talk}")).text
    for session in (staff.session, stays.session, goes.session):
        await session.close()
    assert house.stop() == 0
    assert _remains(house, taken) == []


def _without_key(answer: Answer) -> tuple[int, str, dict[str, str]]:
    """An answer without what is new in every one: form keys and the time of day."""
    text = re.sub(r"[A-Za-z0-9_-]{64}", "KEY", answer.text)
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status, text, headers


async def test_a_wrong_passphrase_and_an_erased_persons_look_the_same(
    make_house: MakeHouse,
) -> None:
    house = make_house(**LOUD)
    gone, back = Visitor(house.url), Visitor(house.url)
    await gone.write("母にはいわないでください")
    phrase = await gone.make_phrase()
    words = phrase.split()
    assert (await back.come_back(phrase)).status == 200
    assert "消しました" in (await gone.erase()).text
    wrong = " ".join([words[1], words[0], *words[2:]])
    for headers in ({}, JSON):
        answers = []
        for typed in (wrong, phrase):
            family = Visitor(house.url, client(**headers))
            answers.append(_without_key(await family.come_back(typed)))
            await family.session.close()
        assert answers[0] == answers[1]
        assert answers[0][0] == 403
    for session in (gone.session, back.session):
        await session.close()


def test_the_data_folder_is_the_owners_alone(make_house: MakeHouse) -> None:
    house = make_house()
    assert house.data.stat().st_mode & 0o077 == 0
    assert (house.data / "keys.json").stat().st_mode & 0o077 == 0
