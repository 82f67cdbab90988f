"""A night between two people in real browsers, from the first start to the erasure."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import BrowserContext, Page, expect

from tests.end.house import House, MakeHouse
from tests.end.people import PASSWORD
from tests.services.axe import axe_complaints
from tests.services.chromium import Pages, Scheme

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(240),
]

EACH: Final = 10
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
ALARM_S: Final = 2.0
SEEN: Final = "相手の画面かアプリに届いた"
GRAVE: Final = "いま橋の上にいます。飛び降りて死にます"


async def _administrator(page: Page, house: House) -> None:
    """The first link: a name, a password, the tick of a small team; then on duty."""
    await page.goto(house.first_link())
    await page.fill("#work_name", "すみれ")
    await page.fill("#password", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.check("input[name=small_team]")
    await page.click("button.strong")
    await page.wait_for_url(re.compile("/console"))
    await page.click("#duty")
    await expect(page.locator("#duty")).to_have_attribute("value", "off")


async def _write(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.click("#write .send")


async def _enter(page: Page, words: str) -> None:
    """The first message, from the front page into the room."""
    await _write(page, words)
    await expect(page.locator(".line.mine .words").last).to_have_text(words)


async def _take(page: Page, words: str) -> None:
    """The supporter presses 'next' and reads the first words."""
    await expect(page.locator(".waiting strong")).to_be_visible()
    await page.click("#next")
    await page.wait_for_url(re.compile("/console/talks/"))
    await expect(page.locator(".from-visitor .words").first).to_have_text(words)


async def _mark(page: Page) -> None:
    """Leave something in the page that a reload would lose."""
    await page.evaluate("window.stayed = true")


async def _exchange(visitor: Page, supporter: Page, *, rounds: int) -> list[str]:
    """Messages both ways, each read on the other side without a reload; all of them in order."""
    said: list[str] = []
    await _mark(visitor)
    await _mark(supporter)
    for number in range(rounds):
        there, back = f"きょうは雨です {number}", f"読んでいます {number}"
        await _write(visitor, there)
        await expect(supporter.locator(".from-visitor .words").last).to_have_text(there)
        await supporter.fill("#answer-words", back)
        await supporter.click("#answer button")
        await expect(visitor.locator(".line.theirs .words").last).to_have_text(back)
        await expect(supporter.locator(".from-staff .delivery").last).to_have_text(SEEN)
        await expect(visitor.locator("#words")).to_have_value("")
        await expect(supporter.locator("#answer-words")).to_have_value("")
        said += [there, back]
    assert await visitor.evaluate("window.stayed")
    assert await supporter.evaluate("window.stayed")
    return said


async def _flag(visitor: Page, supporter: Page, watching: Page) -> None:
    """Grave words: an alarm on another page within two seconds, a card; taken and resolved."""
    began = time.monotonic()
    await _write(visitor, GRAVE)
    await expect(watching.locator("#alarms .alarm")).to_be_visible(timeout=ALARM_S * 1000)
    assert time.monotonic() - began < ALARM_S
    await expect(visitor.locator(".line.card .hotlines")).to_be_visible()
    await watching.click("#alarms .alarm button.strong")
    await watching.wait_for_url(re.compile("/console/talks/"))
    await expect(supporter.locator("#alarms .alarm .state")).to_contain_text("すみれ")
    await watching.click("#resolve-fold")
    await watching.check("#resolution-talked")
    await watching.click("#resolve")
    await expect(watching.locator("#alarms .alarm")).to_have_count(0)
    await expect(supporter.locator("#alarms .alarm")).to_have_count(0)


async def _note(page: Page, words: str) -> None:
    await page.click(".notes > summary")
    await page.fill("#note-words", words)
    await page.click("#note button")
    await expect(page.locator(".note-list .words")).to_have_text(words)


async def _phrase(page: Page) -> str:
    """A passphrase, made from the offer in the room; back in the talk afterwards."""
    await page.click("#standing .offer button")
    phrase = await page.locator("#phrase").inner_text()
    await page.click("main a.plain")
    await expect(page.locator("#lines")).to_be_visible()
    return phrase


def _sloppy(phrase: str) -> str:
    """As somebody types it on a phone: katakana here and there, wide spaces, one at the end."""
    words = phrase.split()
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in words[0])
    return " " + "　".join([katakana, *words[1:]]) + "  "


async def _come_back(pages: Pages, house: House, phrase: str, *, javascript: bool = True) -> Page:
    """Another browser, the passphrase, the talk."""
    page = await pages(f"{house.url}/", javascript=javascript)
    await page.click("details.return summary")
    await page.fill("#phrase", _sloppy(phrase))
    await page.click("details.return button")
    await expect(page.locator("#lines")).to_be_visible()
    return page


async def _erase(page: Page, house: House) -> None:
    await page.goto(f"{house.url}/erase")
    await page.click("main form button")
    await expect(page.locator("h1")).to_have_text("消しました")


async def _console_forgot(page: Page, url: str, handle: str, words: list[str]) -> None:
    """What the console still shows of somebody who erased their record: that it is erased."""
    await page.goto(url)
    await expect(page.locator("h1")).to_have_text("消去されました")
    for address in (url, url.partition("/talks/")[0], url.partition("/talks/")[0] + "/live"):
        await page.goto(address)
        text = await page.content()
        assert handle not in text
        assert not [each for each in words if each in text]


async def test_ten_messages_each_way_a_flag_a_return_and_an_erasure(
    make_house: MakeHouse, phone_page: Pages, desk_page: Pages
) -> None:
    house = make_house()
    supporter = await desk_page()
    await _administrator(supporter, house)
    visitor = await phone_page(f"{house.url}/")
    await _enter(visitor, "ねむれない夜です")
    await _take(supporter, "ねむれない夜です")
    handle = await supporter.locator("#talk-head h1").inner_text()
    said = await _exchange(visitor, supporter, rounds=EACH)
    watching = await supporter.context.new_page()
    await watching.goto(f"{house.url}/console")
    await _flag(visitor, supporter, watching)
    await _note(supporter, "雨の話をした")
    phrase = await _phrase(visitor)
    await visitor.context.close()
    again = await _come_back(phone_page, house, phrase)
    lines = await again.locator(".line:not(.auto) .words").all_inner_texts()
    assert lines[0] == "ねむれない夜です"
    assert lines[1 : 1 + 2 * EACH] == said
    address = supporter.url
    await _erase(again, house)
    await expect(supporter.locator("h1")).to_have_text("消去されました")
    await _console_forgot(supporter, address, handle, [*said, "ねむれない夜です", "雨の話をした"])
    assert house.stop() == 0


async def _plain_send(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.click("#write .send")
    await expect(page.locator(".line.mine .words").last).to_have_text(words)


async def _plain_answer(page: Page, words: str) -> None:
    await page.reload()
    await page.fill("#answer-words", words)
    await page.click("#answer button")
    await expect(page.locator(".from-staff .words").last).to_have_text(words)


async def _plain_exchange(visitor: Page, supporter: Page, *, rounds: int) -> list[str]:
    """The same by forms and looking again."""
    said = []
    for number in range(rounds):
        there, back = f"きょうは雨です {number}", f"読んでいます {number}"
        await _plain_send(visitor, there)
        await _plain_answer(supporter, back)
        await expect(supporter.locator(".from-visitor .words").last).to_have_text(there)
        await visitor.click(".plain-only a >> nth=0")
        await expect(visitor.locator(".line.theirs .words").last).to_have_text(back)
        said += [there, back]
    await supporter.reload()
    await expect(supporter.locator(".from-staff .delivery").last).to_have_text(SEEN)
    return said


async def test_the_same_night_without_javascript(
    make_house: MakeHouse, phone_page: Pages, desk_page: Pages
) -> None:
    await _plain_night(make_house(), phone_page, desk_page, rounds=EACH)


@pytest.mark.postgres
async def test_the_same_night_on_postgresql(
    make_house: MakeHouse, phone_page: Pages, desk_page: Pages, postgres_url: str
) -> None:
    await _plain_night(make_house(DATABASE_URL=postgres_url), phone_page, desk_page, rounds=2)


async def _plain_night(house: House, phone_page: Pages, desk_page: Pages, *, rounds: int) -> None:
    supporter = await desk_page(javascript=False)
    await _administrator(supporter, house)
    visitor = await phone_page(f"{house.url}/", javascript=False)
    await _plain_send(visitor, "ねむれない夜です")
    await supporter.reload()
    await _take(supporter, "ねむれない夜です")
    handle = await supporter.locator("#talk-head h1").inner_text()
    said = await _plain_exchange(visitor, supporter, rounds=rounds)
    await _plain_send(visitor, GRAVE)
    await expect(visitor.locator(".line.card .hotlines")).to_be_visible()
    address = supporter.url
    await supporter.reload()
    await supporter.click("#alarms .alarm button.strong")
    await supporter.click("#resolve-fold")
    await supporter.check("#resolution-talked")
    await supporter.click("#resolve")
    await expect(supporter.locator("#alarms .alarm")).to_have_count(0)
    await _note(supporter, "雨の話をした")
    phrase = await _phrase(visitor)
    await visitor.context.close()
    again = await _come_back(phone_page, house, phrase, javascript=False)
    lines = await again.locator(".line:not(.auto) .words").all_inner_texts()
    assert lines[: 1 + 2 * rounds] == ["ねむれない夜です", *said]
    await _erase(again, house)
    await _console_forgot(supporter, address, handle, [*said, "ねむれない夜です", "雨の話をした"])
    assert house.stop() == 0


async def _session_cookie(context: BrowserContext) -> list[str]:
    return [str(cookie.get("value")) for cookie in await context.cookies()]


@pytest.fixture
async def elsewhere() -> AsyncIterator[str]:
    """A harmless page of somebody else."""

    async def weather(_: web.Request) -> web.Response:
        page = "<!doctype html><title>weather</title><p>くもり</p>"
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", weather)
    async with TestServer(app) as server:
        yield str(server.make_url("/today"))


@pytest.mark.parametrize("way", ["button", "escape"])
async def test_leaving_quickly_leaves_nothing_on_the_screen(
    make_house: MakeHouse, phone_page: Pages, elsewhere: str, way: str
) -> None:
    house = make_house(EXIT_URL=elsewhere)
    page = await phone_page(f"{house.url}/")
    assert await _session_cookie(page.context) == []
    await _enter(page, "だれにも見せない言葉")
    kept = await page.context.cookies()
    assert len(kept) == 1
    if way == "button":
        await page.click("[data-exit]")
    else:
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
    await page.wait_for_url(elsewhere)
    assert await _session_cookie(page.context) == []
    await page.go_back()
    await page.wait_for_load_state()
    assert "だれにも見せない言葉" not in await page.content()
    await page.goto(f"{house.url}/")
    await expect(page.locator("#lines")).to_have_count(0)
    await page.context.add_cookies(
        [{"name": "s", "value": kept[0].get("value", ""), "url": house.url}]
    )
    await page.goto(f"{house.url}/")
    await expect(page.locator("#lines")).to_have_count(0)


async def test_no_screen_is_hard_to_read_for_a_screen_reader(
    make_house: MakeHouse, phone_page: Pages, desk_page: Pages
) -> None:
    house = make_house()
    link = house.first_link()
    for scheme in SCHEMES:
        visitor = await phone_page(f"{house.url}/", scheme=scheme)
        staff = await desk_page(f"{house.url}/console/sign-in", scheme=scheme)
        await _axe(visitor, f"landing {scheme}")
        await _axe(staff, f"sign-in {scheme}")
        await _enter(visitor, "きょうは雨です")
        await _axe(visitor, f"room {scheme}")
        await _write(visitor, GRAVE)
        await expect(visitor.locator(".line.card .hotlines")).to_be_visible()
        # Tall, for what lies under the writing box for a moment can be scrolled out from there.
        await visitor.set_viewport_size({"width": 390, "height": 2400})
        await _axe(visitor, f"room with a card {scheme}")
        for path in ("safety", "about", "erase"):
            await visitor.goto(f"{house.url}/{path}")
            await _axe(visitor, f"{path} {scheme}")
        await visitor.goto(f"{house.url}/")
        await visitor.click("#standing .offer button")
        await expect(visitor.locator("#phrase")).to_be_visible()
        await _axe(visitor, f"passphrase {scheme}")
        if scheme == "light":
            await staff.goto(link)
            await _axe(staff, "welcome light")
            await _administrator(staff, house)
        else:
            await staff.fill("#work_name", "すみれ")
            await staff.fill("#password", PASSWORD)
            await staff.click("button.strong")
            await staff.wait_for_url(re.compile("/console$"))
        await _axe(staff, f"desk {scheme}")
        await staff.goto(f"{house.url}/console/staff")
        await _axe(staff, f"staff {scheme}")
        await staff.goto(f"{house.url}/console")
        await staff.click("#next")
        await staff.wait_for_url(re.compile("/console/talks/"))
        await _axe(staff, f"talk {scheme}")


async def _axe(page: Page, where: str) -> None:
    assert await axe_complaints(page) == [], where
