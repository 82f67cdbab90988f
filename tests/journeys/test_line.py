"""LINE, from the webhook's bytes to the supporter's screen and back, in both modes."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from PIL import Image
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
from tests.end.people import PASSWORD, Visitor, ask, client
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


async def test_a_picture_is_drawn_anew_and_shown_to_its_reader_alone(
    make_house: MakeHouse, line: FakeLine
) -> None:
    house = await open_house(make_house, **line_settings(line), PICTURES="true")
    staff, person = await team(house), OnLine(line, house, USER)
    try:
        exif, sent = Image.Exif(), io.BytesIO()
        exif[0x010F] = "a camera that tells"
        Image.new("RGB", (64, 48), "navy").save(sent, "JPEG", exif=exif)

        def picture(**common: Any) -> webhook.Event:
            event = webhook.image(**common)
            line.keep_file(event["message"]["id"], sent.getvalue())
            return event

        await person.tell(picture)
        talk = await staff.take_next()
        page = await shown(staff, talk, "/pictures/")
        address = re.search(r"/talks/[0-9A-Za-z]+/pictures/[0-9A-Za-z]+", page)
        assert address is not None
        got = await staff.session.get(f"{house.url}/console{address[0]}")
        kept = await got.read()
        assert (got.status, got.content_type) == (200, "image/jpeg")
        with Image.open(io.BytesIO(kept)) as image:
            assert (image.size, dict(image.getexif())) == ((64, 48), {})
        assert in_clear(house, "a camera that tells") == []
        assert kept not in (house.data / "madoakari.sqlite3").read_bytes()
    finally:
        await staff.session.close()


async def test_a_channel_in_trouble_is_seen_and_heals_and_the_others_work(
    make_house: MakeHouse, line: FakeLine
) -> None:
    nobody = {"DISCORD_TOKEN": "x.y.z", "DISCORD_API_HOST": f"{line.url}/nowhere"}
    house = await open_house(make_house, **line_settings(line), **nobody)
    staff, person, visitor = await team(house), OnLine(line, house, USER), Visitor(house.url)
    try:
        await _ready(house, "line ok")
        await _ready(house, "discord trouble")
        await person.write("こんばんは")
        talk = await staff.take_next()
        line.revoke()
        await staff.answer(talk, "読んでいます")
        await _ready(house, "line trouble")
        assert "トークンが使えません" in (await staff.open("/channels")).text
        metrics = (await visitor.open("/metrics")).text
        assert 'madoakari_channel_up{channel="line"} 0.0' in metrics
        assert (await visitor.write("ウェブから")).words_of("mine") == ["ウェブから"]
        line.grant()
        await _ready(house, "line ok", seconds=60)
        await until(lambda: "読んでいます" in person.texts, "the answer", seconds=60)
    finally:
        await visitor.session.close()
        await staff.session.close()
    line.violations[:] = [each for each in line.violations if "/nowhere" not in each]


async def _ready(house: House, what: str, *, seconds: float = 20) -> None:
    """Wait until ``/readyz``, which stays 200, says so of a channel."""
    end = time.monotonic() + seconds
    async with client() as session:
        while True:
            answer = await ask(session, "GET", f"{house.url}/readyz")
            assert answer.status == 200
            if what in answer.text.splitlines():
                return
            assert time.monotonic() < end, f"{what}: {answer.text}"
            await asyncio.sleep(0.1)


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
    bodies = [json.dumps(each.body, ensure_ascii=False) for each in line.requests]
    said = "\n".join([*person.texts, *bodies])
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
