"""The page in a real Chromium, on a house with no walls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, Route, expect

from bot.core.model.messages import Sender
from tests.fakes.door import GRAVE, PHRASE, FakeHouse
from tests.services.axe import axe_complaints
from tests.services.chromium import Pages, Scheme

FINGER = 44  # pixels that a thumb hits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
def exit_url(port: int) -> str:
    """A harmless page under another name of this machine: another site to a browser."""
    return f"http://localhost:{port}/s/icon.svg"


@pytest.fixture
def phone(phone_page: Pages, server: TestServer) -> Open:
    async def open_page(path: str = "/", *, javascript: bool = True) -> Page:
        return await phone_page(str(server.make_url(path)), javascript=javascript, scheme="dark")

    return open_page


async def test_the_box_is_on_the_first_screen(phone: Open) -> None:
    page = await phone()
    for part in ("#words", ".send", ".exit", ".front .duty"):
        await expect(page.locator(part)).to_be_in_viewport(ratio=1)
    await expect(page.locator(".notice li").nth(7)).to_be_in_viewport(ratio=1)
    assert await _wider_than_the_screen(page) == 0


async def test_everything_to_touch_is_large_enough(phone: Open) -> None:
    page = await phone()
    await _write(page, "a")
    await page.click(".menu summary")
    small = await page.evaluate(
        """finger => [...document.querySelectorAll('button, a.exit, .menu a, summary, textarea')]
          .filter(part => part.checkVisibility() && part.getBoundingClientRect().height < finger)
          .map(part => part.textContent)""",
        FINGER,
    )
    assert small == []


async def test_words_stay_until_they_are_stored(
    phone: Open, phone_page: Pages, house: FakeHouse
) -> None:
    phone_page.allow("status of 500")
    page = await phone()
    await _write(page, "a")
    house.broken = True
    await page.fill("#words", "だいじなこと")
    await page.click(".send")
    await expect(page.locator("#state")).to_contain_text("もういちど送っています")
    await expect(page.locator("#words")).to_have_value("だいじなこと")
    house.broken = False
    await expect(page.locator("#lines > li")).to_have_count(2, timeout=15_000)
    await expect(page.locator("#words")).to_have_value("")
    await expect(page.locator("#state")).to_have_text("とどきました")
    assert [line.words for line in house.only_room().lines] == ["a", "だいじなこと"]


async def test_a_lost_answer_does_not_store_words_twice(
    phone: Open, phone_page: Pages, house: FakeHouse
) -> None:
    phone_page.allow("ERR_FAILED")
    page = await phone()
    lost: list[str] = []

    async def lose_the_first(route: Route) -> None:
        response = await route.fetch()
        lost.append(str(response.status))
        if len(lost) == 1:
            await route.abort()
        else:
            await route.fulfill(response=response)

    await page.route("**/write", lose_the_first)
    await _write(page, "一度だけ")
    assert lost == ["200", "200"]
    assert [line.words for line in house.only_room().lines] == ["一度だけ"]


async def test_too_long_words_are_counted_and_stay(phone: Open, phone_page: Pages) -> None:
    phone_page.allow("status of 422")
    page = await phone()
    await page.fill("#words", "あ" * 1900)
    await expect(page.locator("#limit")).to_have_text("あと100文字")
    await page.fill("#words", "あ" * 2003)
    await expect(page.locator("#limit")).to_have_text("3文字多いです")
    await page.click(".send")
    await expect(page.locator("#error")).to_contain_text("2000文字まで")
    await expect(page.locator("#words")).to_have_value("あ" * 2003)
    await page.fill("#words", "みじかく")
    await page.click(".send")
    await expect(page.locator("#lines")).to_contain_text("みじかく")


async def test_answers_come_live_once_and_are_told_as_seen(phone: Open, house: FakeHouse) -> None:
    page = await phone()
    await _write(page, "a")
    room = house.only_room()
    for number in range(3):
        house.say_in(room.person_id, f"答え{number}", Sender.STAFF)
    await expect(page.locator("#lines > li")).to_have_count(4)
    await page.wait_for_function("() => document.querySelector('#lines').dataset.upto === '4'")
    await page.reload()
    await expect(page.locator("#lines > li")).to_have_count(4)
    assert room.seen_upto == 4


async def test_a_card_is_read_from_its_beginning(phone: Open) -> None:
    page = await phone()
    await _write(page, "a")
    await page.fill("#words", GRAVE)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".card")).to_be_visible()
    await expect(page.locator(".card .by")).to_be_in_viewport()
    await expect(page.locator('.card a[href="tel:110"]')).to_be_in_viewport()


async def test_a_mood_leaves_the_draft(phone: Open, house: FakeHouse) -> None:
    page = await phone()
    await page.fill("#words", "まだ送らない")
    await page.click("button[value=here]")
    await expect(page.locator("#lines > li")).to_have_count(1)
    await expect(page.locator("#words")).to_have_value("まだ送らない")
    assert [line.words for line in house.only_room().lines] == ["まだここにいます"]


async def test_a_whole_visit_is_one_entry_and_leaves_none(
    phone: Open, house: FakeHouse, exit_url: str
) -> None:
    page = await phone()
    before = await page.evaluate("history.length")
    await _write(page, "a")
    await page.click(".offer button")
    await expect(page.locator("#phrase")).to_contain_text(PHRASE.split()[0])
    await page.click("main a.plain")
    await page.click(".menu summary")
    await page.click(".menu a[href='/safety']")
    await expect(page.locator("h1")).to_have_text("相談先の番号")
    assert await page.evaluate("history.length") == before
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.wait_for_url(exit_url)
    assert await page.context.cookies() == []
    assert house.addresses == {}
    await page.go_back()
    assert page.url == "about:blank"


async def test_an_ended_session_keeps_the_words_through_the_return(
    phone: Open, phone_page: Pages, house: FakeHouse
) -> None:
    phone_page.allow("status of 40[13]")
    page = await phone()
    await _write(page, "a")
    await page.click(".offer button")
    await page.click("main a.plain")
    await expect(page.locator("#lines")).to_be_visible()
    await page.fill("#words", "だいじなこと")  # a page with an empty box would simply go home
    house.expire_all()
    await page.click(".send")
    await expect(page.locator("#words")).to_have_value("だいじなこと")
    await page.fill("#phrase", "ちがう")
    await page.click(".return button")
    await expect(page.locator(".error").first).to_contain_text("見つかりませんでした")
    await expect(page.locator("#words")).to_have_value("だいじなこと")
    await page.fill("#phrase", PHRASE)
    await page.click(".return button")
    await expect(page.locator("#lines")).to_contain_text("a")
    await expect(page.locator("#words")).to_have_value("だいじなこと")


async def test_an_erasure_elsewhere_shows_here(phone: Open, house: FakeHouse) -> None:
    page = await phone()
    await _write(page, "a")
    house.say_in(house.only_room().person_id, "b", Sender.VISITOR)
    await expect(page.locator("#lines > li")).to_have_count(2)  # by now it listens
    await house.erase(house.only_room().person_id)
    await expect(page.locator("h1")).to_have_text("消しました")


async def test_without_a_script_everything_works(
    phone: Open, phone_page: Pages, house: FakeHouse
) -> None:
    phone_page.allow("status of 422")
    page = await phone(javascript=False)
    await _write(page, "ねむれない")
    house.say_in(house.only_room().person_id, "ここにいますね", Sender.STAFF)
    await page.click("button[value=here]")
    await expect(page.locator("#lines > li")).to_have_count(3)
    await page.fill("#words", "あ" * 2001)
    await page.click(".send")
    await expect(page.locator("#error")).to_contain_text("2000文字まで")
    await expect(page.locator("#words")).to_have_value("あ" * 2001)
    await page.goto(page.url.replace("/write", "/"))
    await page.click("text=読むだけにする")
    await expect(page.locator("#words")).to_have_count(0)
    await page.click("text=書くほうへもどる")
    await page.click(".menu summary")
    await page.click(".menu form button")
    await expect(page.locator("#phrase")).to_contain_text(PHRASE.split()[0])
    await page.click("main a.plain")
    await page.click(".menu summary")
    await page.click("text=記録を消す")
    await page.click("form[action='/erase'] button")
    await expect(page.locator("h1")).to_have_text("消しました")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nobody_is_kept_out(
    phone_page: Pages, server: TestServer, house: FakeHouse, scheme: Scheme
) -> None:
    page = await phone_page(str(server.make_url("/")), scheme=scheme)
    assert await axe_complaints(page) == []
    await _write(page, "a")
    await page.click(".menu summary")
    assert await axe_complaints(page) == []
    await page.click(".menu form button")
    await expect(page.locator("#phrase")).to_be_visible()
    assert await axe_complaints(page) == []
    await page.click("main a.plain")
    await _write(page, GRAVE)
    house.say_in(house.only_room().person_id, "はい", Sender.STAFF)
    await expect(page.locator("#lines > li")).to_have_count(4)
    # The dock covers what lies under it; axe would call a half-covered link too small.
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert await axe_complaints(page) == []
    for path in ("/erase", "/safety", "/about", "/erased", "/?lang=en"):
        await page.goto(str(server.make_url(path)))
        assert await axe_complaints(page) == []


async def _write(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.click(".send")
    await expect(page.locator("#lines")).to_contain_text(words)


async def _wider_than_the_screen(page: Page) -> int:
    return int(
        await page.evaluate("document.documentElement.scrollWidth - document.body.clientWidth")
    )
