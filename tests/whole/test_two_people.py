"""Two people at night, a phone and a desk, in real browsers, with and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.services.axe import axe_complaints
from tests.services.chromium import Pages
from tests.whole.process import GENEROUS, RunningService

NAME, PASSWORD = "あかり", "よるのまどべのあかりがみえる"
TEN = 10

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    running = RunningService(tmp_path, exit_url="http://localhost:{port}/healthz", **GENEROUS)
    running.start()
    yield running
    running.end()


async def _open_account(desk: Page, service: RunningService) -> None:
    await desk.goto(service.url + service.first_link())
    await desk.fill("#work_name", NAME)
    await desk.fill("#password", PASSWORD)
    await desk.fill("#again", PASSWORD)
    await desk.check("input[name=small_team]")
    await desk.click("button.strong")
    await desk.click("#duty")
    await expect(desk.locator(".lamp.lit")).to_have_count(1)


async def _write_first(phone: Page, words: str) -> None:
    await phone.fill("#words", words)
    await phone.click("button.send")
    await expect(phone.locator("#lines")).to_contain_text(words)


async def _say(page: Page, box: str, button: str, words: str) -> None:
    await page.fill(box, words)
    await page.click(button)


async def _passphrase(phone: Page, service: RunningService) -> str:
    await phone.locator("form[action='/passphrase'] button").last.click()
    await expect(phone.locator("#phrase span").last).to_be_visible()
    phrase = " ".join(await phone.locator("#phrase span").all_inner_texts())
    await phone.goto(service.url)
    return phrase


async def _erase(phone: Page, service: RunningService) -> None:
    await phone.goto(f"{service.url}/erase")
    await phone.click("form[action='/erase'] button")
    await expect(phone.locator("h1")).to_contain_text("消")


async def test_ten_messages_each_way_come_back_and_erase(
    service: RunningService, phone_page: Pages, desk_page: Pages
) -> None:
    desk, phone = await desk_page(), await phone_page(service.url)
    await _open_account(desk, service)
    await _write_first(phone, "こんばんは。ここ、書いていいんですか")
    await expect(desk.locator(".waiting strong")).to_contain_text("1")
    await desk.click("#next")
    await expect(desk.locator("#lines")).to_contain_text("書いていいんですか")
    for number in range(1, TEN + 1):
        await _say(desk, "#answer-words", "#answer button", f"答え{number}です")
        await expect(phone.locator("#lines")).to_contain_text(f"答え{number}です")
        if number < TEN:
            await _say(phone, "#words", "button.send", f"言葉{number}です")
            await expect(desk.locator("#lines")).to_contain_text(f"言葉{number}です")
    await expect(desk.locator(".delivery-delivered")).to_have_count(TEN)
    handle = await desk.locator("#talk-head h1").inner_text()
    talk = desk.url
    phrase = await _passphrase(phone, service)
    await phone.context.close()

    fresh = await phone_page(service.url)
    await fresh.click("details.return summary")
    await fresh.fill("#phrase", phrase.replace(" ", "、"))
    await fresh.click("form[action='/return'] button")
    for number in range(1, TEN):
        await expect(fresh.locator("#lines")).to_contain_text(f"言葉{number}です")
    await expect(fresh.locator("#lines li")).to_have_count(2 * TEN)
    await _erase(fresh, service)
    desk_page.allow("status of 4")
    await expect(desk.locator("main")).to_contain_text("消去")
    assert desk.url == talk
    text = await desk.locator("main").inner_text()
    assert handle not in text
    assert not re.search(r"言葉|答え|書いて", text)


async def test_the_same_without_a_script(
    service: RunningService, phone_page: Pages, desk_page: Pages
) -> None:
    desk = await desk_page(javascript=False)
    phone = await phone_page(service.url, javascript=False)
    await _open_account(desk, service)
    await _write_first(phone, "こんばんは。ここ、書いていいんですか")
    await desk.reload()
    await desk.click("#next")
    for number in range(1, TEN + 1):
        await _say(desk, "#answer-words", "#answer button", f"答え{number}です")
        await phone.goto(service.url)
        await expect(phone.locator("#lines")).to_contain_text(f"答え{number}です")
        if number < TEN:
            await _say(phone, "#words", "button.send", f"言葉{number}です")
            await desk.reload()
            await expect(desk.locator("#lines")).to_contain_text(f"言葉{number}です")
    talk = desk.url
    await phone.click("details.menu summary")
    phrase = await _passphrase(phone, service)
    await phone.context.close()
    fresh = await phone_page(service.url, javascript=False)
    await fresh.click("details.return summary")
    await fresh.fill("#phrase", phrase)
    await fresh.click("form[action='/return'] button")
    await expect(fresh.locator("#lines li")).to_have_count(2 * TEN)
    await _erase(fresh, service)
    desk_page.allow("status of 4")
    await desk.goto(talk)
    assert "消去" in await desk.locator("main").inner_text()


async def test_a_flag_is_shown_at_once_acknowledged_and_resolved(
    service: RunningService, phone_page: Pages, desk_page: Pages
) -> None:
    desk, phone = await desk_page(), await phone_page(service.url)
    await _open_account(desk, service)
    await _write_first(phone, "もう死にたいです")
    await expect(desk.locator("#alarms .alarm-raised")).to_have_count(1, timeout=3000)
    assert "死" not in await desk.locator("#alarms").inner_text()
    await expect(phone.locator("#lines .card .phone").first).to_have_text("110")
    await desk.click("#alarms .buttons button")
    await expect(desk.locator("#talk-head h1")).to_be_visible()
    await expect(desk.locator("#lines mark").first).to_be_visible()
    await desk.click("#resolve-fold")
    await desk.check("#resolution-talked")
    await desk.click("#resolve")
    await expect(desk.locator("#alarms .alarm")).to_have_count(0)


@pytest.mark.parametrize("how", ["button", "escape", "plain link"])
async def test_leaving_fast_leaves_nothing(
    service: RunningService, phone_page: Pages, how: str
) -> None:
    phone = await phone_page(service.url, javascript=how != "plain link")
    await _write_first(phone, "見られたくない言葉")
    if how == "escape":
        await phone.keyboard.press("Escape")
        await phone.keyboard.press("Escape")
    else:
        await phone.click("a.exit")
    await phone.wait_for_url(f"http://localhost:{service.port}/healthz")
    assert await phone.context.cookies(service.url) == []
    await phone.goto(service.url)
    assert "見られたくない" not in await phone.content()


async def test_the_tab_says_nothing(service: RunningService, phone_page: Pages) -> None:
    phone = await phone_page(service.url)
    assert await phone.context.cookies() == []
    assert await phone.title() == "メモ"
    await _write_first(phone, "こんばんは")
    assert await phone.title() == "メモ"
    stored = await phone.evaluate("[localStorage.length, sessionStorage.length]")
    assert stored == [0, 0]
    (cookie,) = await phone.context.cookies(service.url)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["expires"] == -1


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    service: RunningService, phone_page: Pages, desk_page: Pages, scheme: str
) -> None:
    found: dict[str, list[str]] = {}
    phone = await phone_page(service.url, scheme=scheme)  # type: ignore[arg-type]  # both are
    found["landing"] = await axe_complaints(phone)
    for path in ("/safety", "/about", "/?lang=en"):
        await phone.goto(service.url + path)
        found[path] = await axe_complaints(phone)
    await phone.goto(service.url)
    await _write_first(phone, "もう死にたいです")
    await phone.set_viewport_size({"width": 390, "height": 3000})  # nothing lies under the box
    found["room"] = await axe_complaints(phone)
    await phone.goto(f"{service.url}/erase")
    found["erase"] = await axe_complaints(phone)
    desk = await desk_page(f"{service.url}/console", scheme=scheme)  # type: ignore[arg-type]
    found["sign in"] = await axe_complaints(desk)
    await _open_account(desk, service)
    found["desk"] = await axe_complaints(desk)
    await desk.click("#next")
    await expect(desk.locator("#talk-head h1")).to_be_visible()
    found["talk"] = await axe_complaints(desk)
    await desk.goto(f"{service.url}/console/staff")
    found["staff"] = await axe_complaints(desk)
    assert {page: told for page, told in found.items() if told} == {}
