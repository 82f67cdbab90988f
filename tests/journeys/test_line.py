"""LINE, from the webhook's bytes to the supporter's screen and back, in both modes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.end.house import House, MakeHouse
from tests.end.messengers import (
    GRAVE,
    PURPOSE,
    OnLine,
    in_clear,
    line_settings,
    link_in,
    open_house,
    shown,
    team,
    until,
)
from tests.end.people import PASSWORD
from tests.fakes.line import webhook
from tests.fakes.line.platform import FakeLine
from tests.services.chromium import Pages

USER: Final = "U" + "5ee" * 10 + "ab"


@pytest.fixture
async def line() -> AsyncIterator[FakeLine]:
    async with FakeLine() as fake:
        yield fake
        assert fake.violations == []


async def test_a_talk_by_line(make_house: MakeHouse, line: FakeLine) -> None:
    house = await open_house(make_house, **line_settings(line), LOG_LEVEL="debug")
    staff, person = await team(house), OnLine(line, house, USER)
    try:
        await person.follow()
        await person.hears("緊急の窓口ではありません")
        first = await person.write("ねむれない")
        await person.hears("届いています")
        talk = await staff.take_next()
        assert "LINE" in (await staff.open(f"/talks/{talk}")).text
        assert (await staff.answer(talk, "読んでいます。ゆっくりで大丈夫です")).status == 200
        await person.hears("読んでいます。ゆっくりで大丈夫です")
        await person.tell(lambda **c: webhook.sticker(keywords=["泣く", "つらい"], **c))
        await shown(staff, talk, "泣く")
        await person.tell(webhook.location)
        await person.hears("文字")
        await person.tell(lambda **c: webhook.unsend(first, **c))
        await shown(staff, talk, "取り消")
        assert "ねむれない" not in (await staff.open(f"/talks/{talk}")).text
        await person.write(GRAVE)
        card = await person.hears("110")
        assert "自動" in card
        await until(lambda: line.read != [], "the platform was told that somebody read")
    finally:
        await staff.session.close()
    assert house.stop() == 0
    assert in_clear(house, USER, "ねむれない", "読んでいます", GRAVE) == []
    assert not [r for r in line.requests if "/profile" in r.path]


async def test_blocking_cancels_and_coming_back_is_no_first_time(
    make_house: MakeHouse, line: FakeLine
) -> None:
    house = await open_house(make_house, **line_settings(line))
    staff, person = await team(house), OnLine(line, house, USER)
    try:
        await person.follow()
        await person.write("こんばんは")
        talk = await staff.take_next()
        await person.tell(webhook.unfollow)
        await staff.answer(talk, "まだここにいます")
        await shown(staff, talk, "いまは届きません")
        heard = len(person.texts)
        await person.follow(unblocked=True)
        await person.hears("おかえりなさい")
        assert all("緊急の窓口" not in text for text in person.texts[heard:])
        assert "まだここにいます" not in person.texts
        await staff.answer(talk, "また書いてくれたんですね")
        await person.hears("また書いてくれたんですね")
    finally:
        await staff.session.close()


async def test_erasing_by_the_menu_leaves_nothing(make_house: MakeHouse, line: FakeLine) -> None:
    house = await open_house(make_house, **line_settings(line))
    staff, person = await team(house), OnLine(line, house, USER)
    try:
        await person.write("こんばんは")
        talk = await staff.take_next()
        await person.write("記録を消す")
        await person.hears("記録を消しますか")
        await person.tap("erase:yes")
        await person.hears("もうだれにも開けません")
        page = await staff.open(f"/talks/{talk}")
        assert "こんばんは" not in page.text
    finally:
        await staff.session.close()
    assert house.stop() == 0
    database = sqlite3.connect(house.data / "madoakari.sqlite3")
    for table in ("addresses", "person_keys", "tickets", "room_links"):
        assert database.execute(f"select count(*) from {table}").fetchone() == (0,)  # noqa: S608  # names of ours
    database.close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(180)
async def test_in_room_mode_no_word_goes_out(
    make_house: MakeHouse, line: FakeLine, phone_page: Pages, desk_page: Pages
) -> None:
    house = await open_house(make_house, **line_settings(line, mode="room"))
    person, supporter = OnLine(line, house, USER), await desk_page()
    await _administrator(supporter, house)
    await person.follow()
    await person.write("だれにも言えない")
    await supporter.click("#next")
    await expect(supporter.locator(".from-visitor .words").first).to_have_text("だれにも言えない")
    bell = await person.hears("/k/")
    room = await _enter_by(link_in(bell), phone_page)
    await expect(room.locator(".line.mine .words").first).to_have_text("だれにも言えない")
    await supporter.fill("#answer-words", "読んでいます")
    await supporter.click("#answer button")
    await expect(room.locator(".line.theirs .words").last).to_have_text("読んでいます")
    again = await phone_page(link_in(bell))
    await again.click("main button")
    await expect(again.locator("main")).to_contain_text("もう使われたか")
    phone_page.allow("410")
    for choice in ("menu", "lines", "wish:peer", "erase", "phrase"):
        await person.tap(choice)
    await person.write(GRAVE)
    await asyncio.sleep(1)
    said = "\n".join(person.texts)
    for word in (*PURPOSE, "だれにも言えない", "読んでいます", "すみれ", GRAVE):
        assert word not in said.replace(house.url, ""), word


async def _administrator(page: Page, house: House) -> None:
    await page.goto(await asyncio.to_thread(house.first_link))
    await page.fill("#work_name", "すみれ")
    await page.fill("#password", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.check("input[name=small_team]")
    await page.click("button.strong")
    await page.click("#duty")
    await expect(page.locator("#duty")).to_have_attribute("value", "off")


async def _enter_by(link: str, pages: Pages) -> Page:
    page = await pages(link)
    await page.click("main button")
    await expect(page.locator("#lines")).to_be_visible()
    return page
