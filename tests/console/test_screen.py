"""The console in a real browser: accessible in every light, alive, and safe with words."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect

from bot.core.model.commands import NoteTyping
from bot.core.model.ids import StaffId, TalkId
from bot.core.model.mail import PictureState, Sendings
from bot.core.model.messages import Delivery, Sender
from bot.core.model.people import AgeBand, Leanings, Pace, Role, SpeaksAs, Wish
from bot.core.ports.channel import Condition, Meter
from bot.core.ports.reads import ConsoleLine
from tests.console.conftest import console_over, serving
from tests.fakes.backroom import PASSWORD, PIGEON, FakeBackroom
from tests.services.axe import axe_complaints
from tests.services.chromium import Pages, Scheme
from triage.verdict import Kind, Level, Reason

pytestmark = pytest.mark.browser
SMALL = """() => [...document.querySelectorAll('button, a, summary, input, textarea')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.className !== 'skip')
  .map(e => [e.outerHTML.slice(0, 80),
             (e.closest('label') ?? e).getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""
RUNG = """() => { window.rung = 0;
  Audio.prototype.play = function () { window.rung += 1; return Promise.resolve(); }; }"""


@dataclass(frozen=True, slots=True)
class Night:
    """A served console, a peer with a talk, a supervisor."""

    base: str
    backroom: FakeBackroom
    peer: StaffId
    supervisor: StaffId
    talk: TalkId

    async def enter(self, page: Page, name: str, path: str = "/console") -> None:
        """Sign in by hand and go to ``path``."""
        await page.goto(f"{self.base}/console/sign-in")
        await page.fill("#work_name", name)
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        await page.wait_for_url(f"{self.base}/console")
        if path != "/console":
            await page.goto(self.base + path)

    @property
    def talk_path(self) -> str:
        return f"/console/talks/{self.talk}"


@pytest.fixture
async def night(backroom: FakeBackroom) -> AsyncIterator[Night]:
    peer = backroom.hire("こはる", Role.PEER)
    supervisor = backroom.hire("みなと", Role.SUPERVISOR, Role.ADMIN)
    talk_id = backroom.write("しずかなツグミ", "こんばんは。はじめて書きます。")
    backroom.rooms[talk_id].talk.hold(peer)
    backroom.write(
        "しずかなツグミ",
        "<b>薬</b>をためてある。夜になったら",
        level=Level.ACTIVE,
        kinds=[Kind.SUICIDE],
        marked="ためて",
        reasons=[
            Reason("linear", Level.ACTIVE, 8, 13, "linear"),
            Reason("transformer", Level.ACTIVE, 15, 21, "transformer"),
            Reason("course.after_danger", Level.ACTIVE, 0, 21, "course"),
        ],
    )
    backroom.write("まるいスズメ", "ねむれない", level=Level.DISTRESS)
    async for client in serving(console_over(backroom, fiction=True, unreviewed=2)):
        base = f"http://127.0.0.1:{urlsplit(str(client.make_url('/'))).port}"
        yield Night(base, backroom, peer, supervisor, talk_id)


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", ["phone", "desk"])
async def test_every_page_is_accessible_and_fits(
    scheme: Scheme, size: str, phone_page: Pages, desk_page: Pages, night: Night
) -> None:
    pages = phone_page if size == "phone" else desk_page
    page = await pages(f"{night.base}/console/sign-in", scheme=scheme)
    assert await axe_complaints(page) == []
    await night.enter(page, "みなと")
    for path in ("/console", night.talk_path, "/console/staff", "/console/counts"):
        await page.goto(night.base + path)
        assert await axe_complaints(page) == [], path
        assert await page.evaluate(SMALL) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    link = night.backroom.invite("admin", Role.ADMIN, first=True)
    await page.goto(f"{night.base}/console/welcome/{link}")
    assert await axe_complaints(page) == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", ["phone", "desk"])
async def test_pages_of_messengers_are_accessible_and_fit(
    scheme: Scheme, size: str, phone_page: Pages, desk_page: Pages, night: Night
) -> None:
    by_pigeon(night)
    page = await (phone_page if size == "phone" else desk_page)(scheme=scheme)
    await night.enter(page, "みなと")
    for path in ("/console", night.talk_path, "/console/channels"):
        await page.goto(night.base + path)
        for fold in await page.locator(".picture summary, #police-fold").all():
            await fold.click()
        assert await axe_complaints(page) == [], path
        assert await page.evaluate(SMALL) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def by_pigeon(night: Night) -> None:
    """All that a messenger can bring, and a channel in trouble."""
    backroom, talk_id = night.backroom, night.talk
    backroom.run_channel(PIGEON, Condition.TROUBLE, "token", meter=Meter(200, 171))
    backroom.counted = [Sendings(PIGEON, "2026-11", 412, 171)]
    backroom.lean(talk_id, Leanings(SpeaksAs.FAMILY, AgeBand.FORTIES, Wish.PEER, Pace.LETTER))
    backroom.write("しずかなツグミ", "けしたことば", level=Level.ACTIVE)
    backroom.take_back(talk_id, 3)
    for delivery in (Delivery.HELD, Delivery.GONE):
        seq = backroom.say_as(talk_id, night.peer, "読んでいます")
        backroom.travel(talk_id, seq, delivery)
    backroom.write("しずかなツグミ", "［写真］", channel=PIGEON)
    backroom.show_picture(talk_id, PictureState.KEPT, jpeg())


def jpeg() -> bytes:
    """A picture with something in it."""
    kept = io.BytesIO()
    Image.effect_mandelbrot((640, 480), (-2, -1.2, 1, 1.2), 60).save(kept, "JPEG")
    return kept.getvalue()


@pytest.mark.parametrize("script", ["with a script", "without"])
async def test_a_picture_is_blurred_until_it_is_tapped(
    script: str, phone_page: Pages, night: Night
) -> None:
    by_pigeon(night)
    page = await phone_page(javascript=script == "with a script")
    await night.enter(page, "こはる", night.talk_path)
    image = page.get_by_alt_text("相手が送った写真")
    await expect(image).to_have_css("filter", re.compile("blur"))
    await page.locator(".picture summary").click()
    await expect(image).to_have_css("filter", "none")
    await page.locator(".picture summary").click()
    await expect(image).to_have_css("filter", re.compile("blur"))


async def test_an_opened_picture_stays_open_while_its_line_changes(
    phone_page: Pages, night: Night
) -> None:
    by_pigeon(night)
    night.backroom.pass_time(hours=20)
    page = await phone_page()
    await night.enter(page, "こはる", night.talk_path)
    await page.locator(".picture summary").click()
    night.backroom.pass_time(hours=5)  # past midnight every line is dated anew
    night.backroom.write("しずかなツグミ", "まだいます", channel=PIGEON)
    await expect(page.locator(".line time").first).to_have_text("11/4 00:00")
    await expect(page.locator(".picture")).to_have_attribute("open", "")
    loaded = "() => document.querySelector('.picture img').naturalWidth"
    await page.wait_for_function(f"({loaded})() > 0")
    seq = night.backroom.rooms[night.talk].talk.last_seq - 1
    night.backroom.take_back(night.talk, seq)
    await expect(page.locator(".picture")).to_have_count(0)


async def test_writing_is_told_while_the_words_change_and_not_too_often(
    phone_page: Pages, night: Night
) -> None:
    page = await phone_page()
    await night.enter(page, "こはる", night.talk_path)
    typing = NoteTyping(night.peer, night.talk)
    await page.locator("#answer-words").press_sequentially("   ")
    assert night.backroom.ran.count(typing) == 0
    async with page.expect_response("**/typing") as answered:
        await page.locator("#answer-words").press_sequentially("読んでいます")
    assert (await answered.value).status == 204
    await page.locator("#answer-words").press_sequentially("ゆっくりで")
    assert night.backroom.ran.count(typing) == 1
    await page.evaluate("performance.now = () => 1e9")
    async with page.expect_response("**/typing"):
        await page.locator("#answer-words").press_sequentially("大丈夫")
    assert night.backroom.ran.count(typing) == 2


async def test_a_talk_goes_back_and_forth_without_leaving_the_page(
    phone_page: Pages, night: Night
) -> None:
    page = await phone_page()
    await night.enter(page, "こはる", night.talk_path)
    await expect(page.locator(".line")).to_have_count(2)
    await page.evaluate("window.stayed = true")
    for number in range(3):
        await page.fill("#answer-words", f"返事{number}")
        await page.click("#answer button")
        await expect(page.locator(".from-staff .words").last).to_have_text(f"返事{number}")
        await expect(page.locator("#answer-words")).to_have_value("")
        night.backroom.write("しずかなツグミ", f"<i>ことば{number}</i>")
        last = page.locator(".from-visitor .words").last
        await expect(last).to_have_text(f"<i>ことば{number}</i>")
    await expect(page.locator(".delivery").last).to_have_text("送信中")
    seq = max(line.seq for line in lines_of_staff(night))
    night.backroom.travel(night.talk, seq, Delivery.DELIVERED)
    await expect(page.locator(".delivery").last).to_have_text("相手の画面かアプリに届いた")
    assert await page.evaluate("window.stayed") is True
    assert [line.words for line in lines_of_staff(night)] == ["返事0", "返事1", "返事2"]


async def test_refused_words_stay_and_say_why(phone_page: Pages, night: Night) -> None:
    phone_page.allow("status of 400")
    page = await phone_page()
    await night.enter(page, "こはる", night.talk_path)
    await page.fill("#answer-words", "長" * 2001)
    await page.click("#answer button")
    await expect(page.locator("#answer-problem")).to_contain_text("2000文字まで")
    await expect(page.locator("#answer-words")).to_have_value("長" * 2001)
    assert lines_of_staff(night) == []


async def test_an_answer_whose_receipt_was_lost_is_not_sent_twice(
    phone_page: Pages, night: Night
) -> None:
    phone_page.allow("ERR_FAILED")
    page = await phone_page()
    await night.enter(page, "こはる", night.talk_path)
    await page.route("**/answer", lose_the_receipt, times=1)
    await page.fill("#answer-words", "届いたはずの返事")
    await page.click("#answer button")
    await expect(page.locator("#answer-problem")).to_contain_text("二重には届きません")
    await expect(page.locator("#answer-words")).to_have_value("届いたはずの返事")
    await page.click("#answer button")
    await expect(page.locator("#answer-words")).to_have_value("")
    assert [line.words for line in lines_of_staff(night)] == ["届いたはずの返事"]


async def test_without_javascript_everything_works_by_forms(
    phone_page: Pages, night: Night
) -> None:
    page = await phone_page(javascript=False)
    await night.enter(page, "こはる", night.talk_path)
    await page.fill("#answer-words", "読んでいます")
    await page.click("#answer button")
    await expect(page.locator(".from-staff .words")).to_have_text("読んでいます")
    await page.click("#actions-fold")
    await page.click("#act-hand-back")
    await expect(page.locator(".said")).to_have_text("相談を列に戻しました。")
    await page.click("#next")
    await expect(page.locator("h1")).to_have_text("しずかなツグミ")


async def test_an_alarm_rings_once_changes_the_title_and_is_taken_by_keyboard(
    desk_page: Pages, night: Night
) -> None:
    page = await desk_page()
    await page.add_init_script(f"({RUNG})()")
    await night.enter(page, "みなと")
    await page.click(".menu summary")
    await page.click("#sound")
    heard = await page.evaluate("window.rung")
    night.backroom.write("まるいスズメ", "ひみつ", level=Level.IMMINENT, kinds=[Kind.SUICIDE])
    await expect(page.locator(".alarm-raised")).to_have_count(2)
    await expect(page).to_have_title(re.compile("^【確認】"))
    assert await page.evaluate("window.rung") == heard + 1
    night.backroom.write("しずかなツグミ", "ことば")
    await expect(page.locator("#desk")).to_contain_text("しずかなツグミ")
    assert await page.evaluate("window.rung") == heard + 1
    await page.locator(".alarm-raised button").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("まるいスズメ")
    await expect(page.locator(".alarm-acknowledged")).to_contain_text("みなとさんが対応しています")


async def test_an_erased_talk_leaves_the_open_page(phone_page: Pages, night: Night) -> None:
    page = await phone_page()
    await night.enter(page, "みなと", night.talk_path)
    night.backroom.erase(night.talk)
    await expect(page.locator("h1")).to_have_text("消去されました")
    assert "ツグミ" not in await page.content()


async def lose_the_receipt(route: Route) -> None:
    """The form arrives; its answer does not."""
    await route.fetch()
    await route.abort()


def lines_of_staff(night: Night) -> list[ConsoleLine]:
    return [line for line in night.backroom.rooms[night.talk].lines if line.sender is Sender.STAFF]
