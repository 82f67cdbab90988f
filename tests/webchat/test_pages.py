from __future__ import annotations

import re
from importlib import resources

import pytest

from bot.core.model.messages import Inbound, Sender
from bot.core.ports.reads import DutyView
from bot.http.headers import SECURITY_HEADERS
from channels import discover
from channels.webchat import SPEC
from channels.webchat.routes import ROUTES
from tests.fakes.door import GRAVE, TEXTS, FakeHouse
from tests.webchat.visitor import Page, Visitor

FOLDER = resources.files("channels.webchat")
LINK = "/k/" + "a" * 32
PATHS = (
    "/",
    "/?view=read",
    "/?before=2",
    "/?lang=en",
    LINK,
    "/k/a",
    "/me",
    "/erase",
    "/erased",
    "/safety",
    "/about",
)
FILES = ("/s/page.css", "/s/page.js", "/s/icon.svg")


def test_the_channel_is_found_by_looking() -> None:
    assert SPEC in discover()


def test_every_address_of_the_page_is_in_one_table() -> None:
    assert len({(method, path) for method, path, _ in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("path", [*PATHS, *FILES, "/leave"])
async def test_every_answer_has_the_headers(visitor: Visitor, path: str) -> None:
    await visitor.write("a")
    page = await visitor.open(path, follow=False)
    assert page.status in {200, 303, 410}
    for name, value in SECURITY_HEADERS.items():
        assert page.headers[name] == value
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_is_neutral_and_can_be_left(visitor: Visitor, path: str) -> None:
    await visitor.write("a")
    page = await visitor.open(path)
    assert "<title>メモ</title>" in page.text
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert 'name="viewport"' in page.text
    assert 'name="color-scheme"' in page.text
    assert 'href="/leave" data-exit' in page.text
    assert "まどあかり" not in page.text


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_has_a_script_or_style_of_its_own(visitor: Visitor, path: str) -> None:
    await visitor.write("a")
    text = (await visitor.open(path)).text
    assert re.findall(r"<script(?! type=\"module\" src=\"/s/page.js\")", text) == []
    assert "<style" not in text
    assert re.findall(r"\s(?:style|on[a-z]+)=", text) == []


def test_nothing_comes_from_a_foreign_host() -> None:
    for folder in ("templates", "static"):
        for file in FOLDER.joinpath(folder).iterdir():
            text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert re.findall(r"https?:|(?<![:/])//[a-z]|@import|url\(", text) == [], file.name


def test_the_script_stores_nothing() -> None:
    script = FOLDER.joinpath("static", "page.js").read_text(encoding="utf-8")
    assert (
        re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches", script) == []
    )


async def test_the_notice_has_at_most_eight_lines(visitor: Visitor) -> None:
    for path in ("/", "/?lang=en"):
        notice = (await visitor.open(path)).text.partition('class="notice"')[2]
        lines = re.findall(r"<li>(.*?)</li>", notice.partition("</section>")[0])
        assert 1 <= len(lines) <= 8
        assert all(len(re.sub(r"<[^>]*>", "", line)) <= 130 for line in lines)


async def test_the_box_comes_before_the_notice(visitor: Visitor) -> None:
    text = (await visitor.open()).text
    assert text.index("<textarea") < text.index('class="notice"')


@pytest.mark.parametrize("part", ["police", "exception", "screening", "never", "statistics"])
async def test_the_full_notice_says_it_all(visitor: Visitor, part: str) -> None:
    text = (await visitor.open("/about")).text
    assert TEXTS.say(f"visitor.about.{part}.words", "ja").partition("。")[0] in text


async def test_looking_leaves_no_cookie(visitor: Visitor) -> None:
    for path in ("/", LINK, "/me", "/safety", "/about", "/erased", "/erase", *FILES):
        assert (await visitor.open(path, follow=False)).cookies == {}


async def test_with_nobody_on_duty_the_page_says_so(visitor: Visitor) -> None:
    words = TEXTS.say("visitor.duty.nobody", "ja")
    assert words in (await visitor.open()).text
    await visitor.write("a")
    assert words in (await visitor.open()).text


async def test_with_somebody_on_duty_the_page_counts(visitor: Visitor, house: FakeHouse) -> None:
    house.duty_view = DutyView(on_duty=3, wait_minutes=20, next_opening=None)
    assert "いま3人が受けています。返事まで、だいたい20分です。" in (await visitor.open()).text


async def test_lines_stand_in_order_with_who_said_them(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    house.say_in(house.only_room().person_id, "b", Sender.STAFF)
    await visitor.write("c", key="k")
    page = await visitor.open()
    assert page.words == ["a", "b", "c"]
    assert re.findall(r'<p class="by">([^<]+)<', page.text) == ["あなた", "みなと", "あなた"]


async def test_what_was_taken_back_is_nowhere_on_the_page(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("やっぱり")
    await _write_by_messenger(house, "しまった")
    assert (await visitor.open()).words == ["やっぱり", "しまった"]
    await house.take_back("pigeon", "ref")
    page = await visitor.open()
    assert page.words == ["やっぱり", TEXTS.say("visitor.room.taken_back", "ja")]
    assert "しまった" not in page.text


async def test_older_lines_are_a_link_away(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("1")
    room = house.only_room()
    assert "before=" not in (await visitor.open()).text
    for number in range(2, 451):
        house.say_in(room.person_id, str(number), Sender.STAFF)
    newest = await visitor.open()
    assert newest.words == [str(number) for number in range(251, 451)]
    middle = await visitor.open(_older(newest))
    assert middle.words == [str(number) for number in range(51, 251)]
    oldest = await visitor.open(_older(middle))
    assert oldest.words == [str(number) for number in range(1, 51)]
    assert "before=" not in oldest.text
    for page in (middle, oldest):
        assert "<textarea" not in page.text
        assert 'href="/#end"' in page.text


@pytest.mark.parametrize("before", ["", "0", "1", "-5", "あ", "9" * 12, "999999999"])
async def test_any_number_of_a_line_is_answered(visitor: Visitor, before: str) -> None:
    await visitor.write("a")
    page = await visitor.open(f"/?before={before}")
    assert page.status == 200
    assert page.words == (["a"] if before != "999999999" else [])


async def test_a_stranger_sees_no_older_lines(visitor: Visitor) -> None:
    assert (await visitor.open("/?before=5")).words == []


async def test_a_grave_word_brings_the_card(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write(GRAVE)
    page = await visitor.open()
    assert page.words[1] == TEXTS.say("safety.card", "ja")
    assert page.words[2] == TEXTS.say("safety.nobody_reads", "ja")
    card = page.text.partition("card")[2]
    assert card.index('href="tel:110"') < card.index('href="tel:119"')
    assert '<p class="by">自動<' in card
    house.duty_view = DutyView(on_duty=1, wait_minutes=None, next_opening=None)
    assert (await visitor.open()).words[2] == TEXTS.say("safety.somebody_reads", "ja")


async def test_the_safety_page_marks_hours_and_charges(visitor: Visitor) -> None:
    text = (await visitor.open("/safety")).text
    for key in ("open_now", "hours_vary", "charged"):
        assert TEXTS.say(f"safety.{key}", "ja") in text
    numbers = re.findall(r'href="tel:([^"]+)"', text)
    assert numbers[:2] == ["110", "119"]
    assert any(number.startswith("%23") for number in numbers)


async def test_language_follows_every_link_and_form(visitor: Visitor) -> None:
    page = await visitor.open("/?lang=en")
    assert '<html lang="en">' in page.text
    assert _links_without_language(page) == ["/?lang=ja", "/leave", "/?lang=ja"]
    sent = await visitor.post("/write", key=page.key, words="a", lang="en")
    assert sent.headers["Location"] == "/?lang=en#l1"
    room = await visitor.open("/?lang=en")
    assert "You" in room.text
    assert _links_without_language(room) == ["/?lang=ja", "/leave"]


async def test_a_room_keeps_the_language_it_was_opened_in(visitor: Visitor) -> None:
    key = (await visitor.open("/?lang=en")).key
    await visitor.post("/write", key=key, words="a", lang="en")
    assert '<html lang="en">' in (await visitor.open()).text
    assert '<html lang="ja">' in (await visitor.open("/?lang=ja")).text


async def test_an_unknown_language_is_japanese(visitor: Visitor) -> None:
    assert '<html lang="ja">' in (await visitor.open("/?lang=xx")).text


async def test_only_the_reading_view_renews_itself(visitor: Visitor) -> None:
    await visitor.write("a")
    assert "Refresh" not in (await visitor.open()).headers
    reading = await visitor.open("/?view=read")
    assert reading.headers["Refresh"] == "60"
    assert "<textarea" not in reading.text


async def test_files_that_do_not_exist(visitor: Visitor) -> None:
    assert (await visitor.open("/s/channel.py")).status == 404
    assert (await visitor.open("/s/..%2Fparts.py")).status == 404


async def test_head_does_not_count_as_having_read(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    answer = await visitor.client.head("/")
    assert answer.status == 405
    assert house.only_room().seen_upto == 0


def _links_without_language(page: Page) -> list[str]:
    links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
    return [link for link in links if "lang=en" not in link and not link.startswith("/s/")]


async def _write_by_messenger(house: FakeHouse, words: str) -> None:
    """The same person writes by a messenger that opens the same room."""
    house._settle_at("pigeon", "window", house.only_room().person_id, None)
    message = Inbound(channel="pigeon", address="window", event_id="1", words=words, ref="ref")
    await house.accept(message, expires_at=None)


def _older(page: Page) -> str:
    found = re.search(r'href="(/\?before=\d+)#end"', page.text)
    assert found is not None
    return found[1]
