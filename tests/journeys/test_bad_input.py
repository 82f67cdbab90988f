"""Everything that must not be taken: one sentence for the person, and what is stored stays."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import re
import secrets
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.async_api import expect

from bot.texts import Texts
from tests.end.house import House, MakeHouse
from tests.end.people import JSON, PASSWORD, Answer, Staff, Visitor, ask, client
from tests.services.chromium import Pages

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.timeout(180)]

say: Final = Texts.load().say
LOCALES: Final = ("ja", "en")
LIMIT: Final = 2000
NASTY: Final = '<script>alert("1")</script><img src=x onerror=alert(1)>&lt;b&gt; {{ 7*7 }}'
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One service for all of these; each test brings people of its own."""
    running = House(tmp_path_factory.mktemp("house"), {"LIVE_CAP_SUPERVISOR": "20"})
    running.start()
    yield running
    running.end()
    assert "Traceback" not in running.said()
    assert "request_failed" not in running.said()


def _place() -> aiohttp.ClientSession:
    """A browser somewhere of its own, so that no limit is shared between tests."""
    return client(**{"X-Forwarded-For": f"2001:db8::{secrets.token_hex(2)}"})


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """Somebody new."""
    somebody = Visitor(house.url, _place())
    yield somebody
    await somebody.session.close()


async def _staff(house: House) -> Staff:
    """A supervisor on duty, with an account made on the command line."""
    staff = Staff(house.url, _place())
    name = f"すみれ{secrets.token_hex(3)}"
    made = await asyncio.to_thread(house.invite, name, "supervisor")
    await staff.accept(made, name=name)
    await staff.on_duty()
    return staff


KEPT: Final = (
    "select id, handle from persons",
    "select * from person_keys",
    "select * from passphrases",
    "select id, person_id, last_seq from talks",
    "select id, talk_id, seq, sealed, text_key from messages",
    "select * from notes",
    "select id, talk_id, level from concerns",
)
"""What a refusal may not change; how far a message came may change at any time."""


def _stored(house: House) -> str:
    """A fingerprint of everything that anybody ever wrote."""
    connection = sqlite3.connect(f"file:{house.data}/madoakari.sqlite3?mode=ro", uri=True)
    try:
        rows = [connection.execute(question).fetchall() for question in KEPT]
    finally:
        connection.close()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _change(house: House, statement: str) -> None:
    """What only time could do."""
    connection = sqlite3.connect(house.data / "madoakari.sqlite3", timeout=10)
    try:
        connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


REFUSED: Final = {
    "nothing": ("", 422, "error.empty_text"),
    "blanks": (" \t\r\n　", 422, "error.empty_text"),
    "invisible": ("\u200b\u202e\u3164\u2800", 422, "error.empty_text"),
    "one too many": ("あ" * (LIMIT + 1), 422, "error.text_too_long"),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("what", REFUSED)
async def test_words_that_cannot_be_sent_stay_in_the_box(
    house: House, visitor: Visitor, what: str, locale: str
) -> None:
    words, status, key = REFUSED[what]
    sentence = say(key, locale, limit=LIMIT, length=len(words))
    for _ in ("at the front page", "in the room"):
        form_key = (await visitor.open()).key
        before = _stored(house)
        got = await visitor.post("/write", words=words, key=form_key, lang=locale)
        assert (got.status, got.error) == (status, sentence)
        assert got.box.strip() == words.strip()
        assert f'lang="{locale}"' in got.text
        assert _stored(house) == before
        sent = await visitor.post("/write", words="これは届きます", key=form_key, lang=locale)
        assert sent.words_of("mine")[-1] == "これは届きます"


async def test_the_longest_message_and_its_limit_are_said(house: House, visitor: Visitor) -> None:
    page = await visitor.open()
    assert say("visitor.box.limit", "ja", limit=LIMIT) in page.text
    longest = "𠮷" * LIMIT
    got = await visitor.write(longest, key=page.key)
    assert got.words_of("mine") == [longest]


async def test_ten_megabytes_are_refused_before_they_are_read(
    house: House, visitor: Visitor
) -> None:
    await visitor.write("さきに書いたもの")
    before = _stored(house)
    for path, back in (("/write", "ja"), ("/write?lang=en", "en")):
        for chunked in (False, True):
            status, text = await asyncio.to_thread(_send_big, house, path, chunked)
            assert status == 413
            assert say("error.body_too_large", back) in text
    assert _stored(house) == before
    assert house.is_ready()


def _send_big(house: House, path: str, chunked: bool) -> tuple[int, str]:  # noqa: FBT001  # a case
    """Ten megabytes; the answer is read even where the house hangs up while we send."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM['Content-Type']}\r\n"
    head += "Transfer-Encoding: chunked\r\n" if chunked else "Content-Length: 10485760\r\n"
    piece = b"words=" + b"a" * 65530
    frame = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as wire:
        wire.sendall(head.encode() + b"\r\n")
        try:
            for _ in range(160):
                wire.sendall(frame)
        except OSError:
            pass  # it has said enough; its answer is there to be read
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("body", [b"words=%ff%fe&", b"words=\xff\xfe&", b"words=%ed%a0%80&"])
async def test_bytes_that_are_no_text_are_refused(
    house: House, visitor: Visitor, body: bytes
) -> None:
    await visitor.write("さきに書いたもの")
    before = _stored(house)
    got = await ask(visitor.session, "POST", f"{house.url}/write", data=body, headers=FORM)
    assert (got.status, got.error) == (400, say("error.bad_encoding", "ja"))
    assert _stored(house) == before


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/x"])
async def test_what_is_no_form_is_refused(house: House, visitor: Visitor, kind: str) -> None:
    before = _stored(house)
    headers = {"Content-Type": kind}
    got = await ask(visitor.session, "POST", f"{house.url}/write", data=b"{}", headers=headers)
    assert (got.status, got.error) == (400, say("error.bad_input", "ja"))
    assert _stored(house) == before


async def test_characters_that_deceive_are_taken_out(house: House, visitor: Visitor) -> None:
    got = await visitor.write("右\u202e左\x07\x00\u2066は\u200bい\ufeff👨\u200d👩\u200d👧")
    assert got.words_of("mine") == ["右左はい👨\u200d👩\u200d👧"]


@pytest.mark.browser
async def test_markup_is_shown_as_text_on_both_screens(
    make_house: MakeHouse, phone_page: Pages, desk_page: Pages
) -> None:
    home = make_house()
    desk = await desk_page(home.first_link())
    await desk.fill("#work_name", "<b>すみれ</b>")
    await desk.fill("#password", PASSWORD)
    await desk.fill("#again", PASSWORD)
    await desk.check("input[name=small_team]")
    await desk.click("button.strong")
    await desk.click("#duty")
    phone = await phone_page(f"{home.url}/")
    for number in ("first", "live"):
        await phone.fill("#words", f"{number} {NASTY}")
        await phone.click("#write .send")
        await expect(phone.locator(".line.mine .words").last).to_have_text(f"{number} {NASTY}")
        if number == "first":
            await desk.click("#next")
        await expect(desk.locator(".from-visitor .words").last).to_have_text(f"{number} {NASTY}")
    await desk.fill("#answer-words", NASTY)
    await desk.click("#answer button")
    await expect(phone.locator(".line.theirs .words")).to_have_text(NASTY)
    await expect(phone.locator(".line.theirs .by")).to_contain_text("<b>すみれ</b>")
    assert await phone.locator(".line img, .line script, .line b").count() == 0
    assert await desk.locator(".line img, .line script, .line b").count() == 0


async def test_fifty_messages_in_a_second_are_slowed_and_none_is_half_stored(
    house: House, visitor: Visitor
) -> None:
    await visitor.write("はじめまして")

    async def send(number: int) -> Answer:
        fields = {"words": f"はやい {number:02}", "key": secrets.token_urlsafe(16)}
        url = f"{house.url}/write"
        return await ask(visitor.session, "POST", url, data=fields, headers=JSON)

    answers = await asyncio.gather(*(send(number) for number in range(50)))
    taken = {f"はやい {n:02}" for n, answer in enumerate(answers) if answer.status == 200}
    refused = [answer for answer in answers if answer.status != 200]
    assert {answer.status for answer in refused} == {429}
    sentences = {json.loads(answer.text)["error"] for answer in refused}
    assert sentences == {say("error.slow_down", "ja")}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert len(taken) >= 29
    assert set((await visitor.open()).words_of("mine")) == taken | {"はじめまして"}
    grave = await ask(
        visitor.session, "POST", f"{house.url}/write",
        data={"words": "もう死にたい", "key": secrets.token_urlsafe(16)}, headers=JSON,
    )  # fmt: skip
    assert grave.status == 200, "grave words must pass every limit (R-179)"


async def test_a_key_that_comes_again_with_other_words_changes_nothing(
    house: House, visitor: Visitor
) -> None:
    await visitor.write("はじめまして")
    key = secrets.token_urlsafe(16)
    first = await visitor.write("ひとつめ", key=key)
    before = _stored(house)
    assert (await visitor.write("ひとつめ", key=key)).words_of("mine") == first.words_of("mine")
    got = await visitor.write("べつの言葉", key=key)
    assert (got.status, got.error) == (409, say("visitor.key_was_used", "ja"))
    assert got.box == "べつの言葉"
    assert _stored(house) == before
    assert (await visitor.write("べつの言葉", key=got.key)).words_of("mine")[-1] == "べつの言葉"


async def test_a_guessed_passphrase_is_slow_and_limited(house: House, visitor: Visitor) -> None:
    await visitor.write("だれにも言わないで")
    phrase = await visitor.make_phrase()
    before = _stored(house)
    guesser = Visitor(house.url, _place())
    tries = [await guesser.come_back(f"あめ そら いぬ {number}") for number in range(7)]
    assert [got.status for got in tries] == [403] * 5 + [429] * 2
    assert {got.error for got in tries[:5]} == {say("error.unknown_passphrase", "ja")}
    assert {got.error for got in tries[5:]} == {say("error.slow_down", "ja")}
    assert int(tries[5].headers["Retry-After"]) > 1
    assert (await guesser.come_back(phrase)).status == 429, "the right one would tell as much"
    assert _stored(house) == before
    await guesser.session.close()


async def test_guessing_at_the_consoles_door_is_limited(house: House) -> None:
    stranger = Staff(house.url, _place())
    stranger.seal = (await stranger.open("/sign-in")).seal
    name = f"だれか{secrets.token_hex(3)}"
    tries = [
        await stranger.post("/sign-in", work_name=name, password=f"guess number {number}")
        for number in range(8)
    ]
    assert [got.status for got in tries] == [400] * 6 + [429] * 2
    assert {got.error for got in tries[:6]} == {say("error.wrong_sign_in", "ja")}
    assert {got.error for got in tries[6:]} == {say("error.slow_down", "ja")}
    await stranger.session.close()


async def test_a_session_that_ended_says_so_and_keeps_what_was_written(
    house: House, visitor: Visitor
) -> None:
    await visitor.write("ここにいます")
    phrase = await visitor.make_phrase()
    before = _stored(house)
    _change(house, "update addresses set expires_at = (select min(first_seen_at) from persons)")
    got = await visitor.write("まだ書いています", key=secrets.token_urlsafe(16))
    assert got.status == 401
    assert say("visitor.expired", "ja") in got.text
    assert "まだ書いています" in got.text
    assert _stored(house) == before
    again = await visitor.come_back(phrase)
    assert again.words_of("mine") == ["ここにいます"]


async def test_staff_whose_session_ended_get_their_answer_back(
    house: House, visitor: Visitor
) -> None:
    await visitor.write("ここにいます")
    staff = await _staff(house)
    talk = await staff.take_next()
    _change(house, "update sessions set expires_at = opened_at")
    before = _stored(house)
    key, words = secrets.token_urlsafe(24), "長く書いた返事"
    got = await staff.post(f"/talks/{talk}/answer", words=words, key=key)
    assert (got.status, got.error) == (401, say("error.session_expired", "ja"))
    assert "長く書いた返事" in got.text
    assert _stored(house) == before
    await staff.session.close()


CONSOLE_REFUSED: Final = {
    "nothing": ("", "error.empty_text"),
    "one too many": ("あ" * (LIMIT + 1), "error.text_too_long"),
}


@pytest.mark.parametrize("what", CONSOLE_REFUSED)
async def test_answers_that_cannot_be_sent_stay_in_the_box(
    house: House, visitor: Visitor, what: str
) -> None:
    words, sentence = CONSOLE_REFUSED[what]
    await visitor.write("ここにいます")
    staff = await _staff(house)
    talk = await staff.take_next()
    before, key = _stored(house), secrets.token_urlsafe(24)
    for locale in LOCALES:
        expected = say(sentence, locale, limit=LIMIT, length=len(words))
        got = await staff.post(f"/talks/{talk}/answer?lang={locale}", words=words, key=key)
        assert got.status == 400
        assert expected in got.text
        assert words in got.text
        note = f"/talks/{talk}/note?lang={locale}"
        told = await staff.post(note, json=True, words=words, key=key)
        assert (told.status, json.loads(told.text)["said"]) == (400, expected)
    unsealed = Staff(house.url, staff.session, "0" * 32)
    got = await unsealed.post(f"/talks/{talk}/answer?lang=ja", words="にせもの", key=key)
    assert (got.status, got.error) == (403, say("console.form_not_ours", "ja"))
    assert _stored(house) == before
    await staff.session.close()


async def test_a_consoles_key_that_comes_again_with_other_words(
    house: House, visitor: Visitor
) -> None:
    await visitor.write("ここにいます")
    staff = await _staff(house)
    talk, key = await staff.take_next(), secrets.token_urlsafe(24)
    assert (await staff.answer(talk, "ひとつめ", key=key)).status == 200
    assert (await staff.answer(talk, "ひとつめ", key=key)).status == 200
    got = await staff.answer(talk, "べつの返事", key=key)
    assert (got.status, json.loads(got.text)["said"]) == (400, say("error.key_reused", "ja"))
    said = [words for _, who, words in await staff.lines(talk) if who == "from-staff"]
    assert said == ["ひとつめ"]
    await staff.session.close()


# --- starts that must be refused ----------------------------------------------------------


def _refusal(house: House) -> str:
    """Start, and be refused: status 2 and one line."""
    done = house.command("serve")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith(".")
    return lines[0]


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[House]:
    """A service that nobody has started."""
    made = House(tmp_path)
    yield made
    made.end()


def test_a_misspelt_setting_stops_the_start(stopped: House) -> None:
    stopped.settings["PORTT"] = "8080"
    said = _refusal(stopped)
    assert "MADOAKARI_PORTT" in said
    assert "MADOAKARI_PORT." in said
    assert not stopped.data.exists()


def test_a_value_that_does_not_fit_stops_the_start(stopped: House) -> None:
    stopped.settings["WORDS_LIMIT"] = "many"
    assert "MADOAKARI_WORDS_LIMIT must be a whole number from 100 to 20000" in _refusal(stopped)


def test_a_folder_that_cannot_be_written_stops_the_start(stopped: House) -> None:
    blocker = stopped.folder / "file"
    blocker.write_text("in the way")
    stopped.settings["DATA_DIR"] = str(blocker / "sub")
    said = _refusal(stopped)
    assert "MADOAKARI_DATA_DIR" in said
    assert str(blocker) in said


def test_a_newer_database_stops_the_start_and_is_not_touched(stopped: House) -> None:
    assert stopped.command("db", "upgrade").returncode == 0
    _change(stopped, "update alembic_version set version_num = '9999'")
    database = stopped.data / "madoakari.sqlite3"
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    assert "revision 9999" in _refusal(stopped)
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


def test_a_taken_port_stops_the_start(stopped: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", stopped.port))
        taken.listen()
        assert f"port {stopped.port}" in _one_sentence(stopped)


def _one_sentence(house: House) -> str:
    """The refusal of a start that got as far as logging."""
    done = house.command("serve")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_second_process_on_the_same_folder_is_refused(house: House, tmp_path: Path) -> None:
    second = House(tmp_path, {"DATA_DIR": str(house.data)})
    assert "already serves" in _one_sentence(second)
    assert house.is_ready()


# --- bytes that nobody thought of -----------------------------------------------------------

EXPECTED: Final = frozenset({200, 303, 400, 401, 403, 409, 413, 422, 429})
FEW: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES: Final = st.sampled_from(["words", "key", "lang", "mood", "seal", "work_name", "password"])
FIELDS: Final = st.dictionaries(NAMES, st.text(max_size=60), max_size=7)
BODIES: Final = st.one_of(
    st.binary(max_size=400),
    st.text(alphabet="%=&+;ab0fF\x00", max_size=60).map(str.encode),
    FIELDS.map(lambda fields: urlencode(fields, errors="surrogatepass").encode()),
)


def _post(house: House, path: str, body: bytes, **headers: str) -> tuple[int, str]:
    wire = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    try:
        wire.request("POST", path, body=body, headers=FORM | headers)
        answer = wire.getresponse()
        return answer.status, answer.read().decode()
    finally:
        wire.close()


@FEW
@given(body=BODIES)
def test_no_body_troubles_the_front_page(house: House, body: bytes) -> None:
    before = _stored(house)
    status, text = _post(house, "/write", body)
    assert status in EXPECTED
    assert say("error.unexpected", "ja") not in text
    assert _stored(house) == before


@FEW
@given(words=st.text(max_size=80))
def test_any_words_are_stored_as_they_are_or_refused(house: House, words: str) -> None:
    """A genuine form with words that nobody thought of."""
    page = _get(house, "/")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    body = f"key={key[1]}&words={quote(words, errors='surrogatepass')}".encode()
    before = _stored(house)
    status, text = _post(house, "/write", body, **JSON)
    assert status in {200, 400, 422, 429}
    if status == 200:
        assert json.loads(text)["seq"] == 1
    else:
        assert _stored(house) == before


def _get(house: House, path: str) -> str:
    wire = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    try:
        wire.request("GET", path)
        return wire.getresponse().read().decode()
    finally:
        wire.close()


@FEW
@given(body=BODIES)
def test_no_body_troubles_the_consoles_door(house: House, body: bytes) -> None:
    status, text = _post(house, "/console/sign-in", body)
    assert status in EXPECTED - {200, 303}
    assert say("error.unexpected", "ja") not in text
