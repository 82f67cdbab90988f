"""Links, the page about oneself and words that vanish, in a real Chromium."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect

from bot.core.model.messages import Inbound, Sender
from bot.core.model.people import AgeBand, Leanings, Pace
from tests.fakes.door import PHRASE, TEXTS, FakeHouse
from tests.services.axe import axe_complaints
from tests.services.chromium import Pages, Scheme

FINGER = 44  # pixels that a thumb hits
TOKEN = "a1" * 32

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
def phone(phone_page: Pages, server: TestServer) -> Open:
    async def open_page(path: str = "/", *, javascript: bool = True) -> Page:
        return await phone_page(str(server.make_url(path)), javascript=javascript, scheme="dark")

    return open_page


@pytest.fixture
async def link(house: FakeHouse) -> str:
    """A way into a room that somebody opened by a messenger."""
    house._enter("pigeon", "window", "ja")
    for number, words in enumerate(["ねむれない", "しまった"]):
        inbound = Inbound("pigeon", "window", str(number), words, ref=str(number))
        await house.accept(inbound, expires_at=None)
    house.links[TOKEN] = house.only_room().person_id
    return f"/k/{TOKEN}"


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_tap_opens_the_room(phone: Open, link: str, *, javascript: bool) -> None:
    page = await phone(link, javascript=javascript)
    before = await page.evaluate("history.length")
    assert await _small(page) == []
    await page.click("main button")
    await expect(page.locator("#lines > li")).to_have_count(2)
    assert TOKEN not in page.url
    if javascript:
        assert await page.evaluate("history.length") == before


async def test_a_spent_link_shows_the_way(phone: Open, phone_page: Pages, link: str) -> None:
    phone_page.allow("status of 410")
    page, late = await phone(link), await phone(link)
    for tapped in (page, late):
        await tapped.click("main button")
    await expect(late.locator("main")).to_contain_text("もう使われたか")
    assert await _small(late) == []
    await late.click("main a.plain")
    await expect(late.locator("#words")).to_be_visible()


async def test_words_that_were_taken_back_vanish(phone: Open, link: str, house: FakeHouse) -> None:
    page = await phone(link)
    await page.click("main button")
    await expect(page.locator("#lines")).to_contain_text("しまった")
    await house.take_back("pigeon", "1")
    await expect(page.locator("#lines")).not_to_contain_text("しまった")
    await expect(page.locator("#l2")).to_contain_text(TEXTS.say("visitor.room.taken_back", "ja"))
    await expect(page.locator("#lines > li")).to_have_count(2)


@pytest.mark.parametrize("javascript", [True, False])
async def test_something_about_me(phone: Open, house: FakeHouse, *, javascript: bool) -> None:
    page = await _inside(phone, javascript=javascript)
    await page.click(".menu summary")
    await page.click(".menu a[href='/me']")
    await page.click("text=30代")
    await page.click("text=手紙のようにゆっくり")
    assert await _small(page) == []
    assert await _wider_than_the_screen(page) == 0
    await page.click(".sayings .send")
    await expect(page.locator(".done")).to_be_in_viewport()
    assert house.only_room().leanings == Leanings(age_band=AgeBand.THIRTIES, pace=Pace.LETTER)
    await page.click("text=ぜんぶ、言わなかったことにする")
    await expect(page.locator(".done")).to_contain_text("言わなかったことにしました")
    assert house.only_room().leanings == Leanings()


@pytest.mark.parametrize("javascript", [True, False])
async def test_joining_talks(
    phone: Open, phone_page: Pages, house: FakeHouse, *, javascript: bool
) -> None:
    phone_page.allow("status of 403")
    page = await _inside(phone, javascript=javascript)
    house._enter("pigeon", "window", "ja")
    earlier = next(person_id for person_id in house.rooms if person_id != "person-1")
    house.say_in(earlier, "むかしの言葉", Sender.VISITOR)
    await house.new_passphrase(earlier)
    await page.goto(page.url.partition("#")[0].partition("?")[0] + "me")
    await page.fill("#phrase", "ちがう")
    await page.press("#phrase", "Enter")
    await expect(page.locator("#phrase-error")).to_be_in_viewport()
    await expect(page.locator("#phrase")).to_be_focused()
    await page.fill("#phrase", PHRASE)
    await page.press("#phrase", "Enter")
    await expect(page.locator(".done")).to_contain_text("つながりました")
    await page.click("main a.plain >> nth=-1")
    await expect(page.locator("#lines")).to_contain_text("むかしの言葉")


async def test_words_sent_from_a_page_of_before_the_joining_are_shown(
    phone: Open, house: FakeHouse
) -> None:
    page = await _inside(phone)
    house._enter("pigeon", "window", "ja")
    earlier = next(person_id for person_id in house.rooms if person_id != "person-1")
    await page.fill("#words", "まだ途中")
    (session,) = (at for at, (who, _) in house.addresses.items() if who == "person-1")
    house._settle_at("webchat", session, earlier, None)
    house.say_in(next(iter(house.rooms)), "x", Sender.STAFF)
    await page.click(".send")
    await expect(page.locator("#lines")).to_contain_text("まだ途中")
    await expect(page.locator("#lines > li")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nobody_is_kept_out(
    phone_page: Pages, server: TestServer, house: FakeHouse, link: str, scheme: Scheme
) -> None:
    phone_page.allow("status of 4(10|03)")
    page = await phone_page(str(server.make_url(link)), scheme=scheme)
    assert await axe_complaints(page) == []
    await page.click("main button")
    await house.take_back("pigeon", "1")
    await expect(page.locator(".gone")).to_be_visible()
    assert await axe_complaints(page) == []
    await page.goto(str(server.make_url(link)))
    await page.click("main button")
    await expect(page.locator("main")).to_contain_text("もう使われたか")
    assert await axe_complaints(page) == []
    house.only_room().leanings = Leanings(pace=Pace.LETTER)
    for path in ("/me", "/me?done=say", "/me?lang=en", "/?before=2", "/k/a"):
        await page.goto(str(server.make_url(path)))
        assert await axe_complaints(page) == []
    await page.goto(str(server.make_url("/me")))
    await page.press("#phrase", "Enter")
    await expect(page.locator("#phrase-error")).to_be_visible()
    assert await axe_complaints(page) == []


async def _inside(phone: Open, *, javascript: bool = True) -> Page:
    page = await phone(javascript=javascript)
    await page.fill("#words", "a")
    await page.click(".send")
    await expect(page.locator("#lines")).to_contain_text("a")
    return page


async def _small(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        """finger => [...document.querySelectorAll('button, a, summary, .choices label, #phrase')]
          .filter(part => part.checkVisibility() && part.getBoundingClientRect().height < finger)
          .map(part => part.textContent)""",
        FINGER,
    )
    return found


async def _wider_than_the_screen(page: Page) -> int:
    return int(
        await page.evaluate("document.documentElement.scrollWidth - document.body.clientWidth")
    )
