from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.fakes.door import PHRASE, TEXTS, FakeHouse
from tests.webchat.visitor import Page, Visitor

Visit = Callable[[], Awaitable[Visitor]]
WRONG = "その合言葉では見つかりませんでした。言葉と順番を、ゆっくり確かめてみてください。"


async def test_a_passphrase_opens_the_talk_elsewhere(visit: Visit) -> None:
    here, elsewhere = await visit(), await visit()
    await here.write("a")
    shown = await here.post("/passphrase")
    assert _phrase(shown) == PHRASE.split()
    assert "この一度だけ" in shown.text
    back = await _come_back(elsewhere, PHRASE)
    assert (back.status, back.headers["Location"]) == (303, "/#end")
    assert "SameSite=Strict" in back.cookies["s"]
    assert (await elsewhere.open()).words == ["a"]


async def test_the_passphrase_stands_on_no_other_page(visitor: Visitor) -> None:
    await visitor.write("a")
    await visitor.post("/passphrase")
    for path in ("/", "/erase", "/about", "/passphrase"):
        assert PHRASE.split()[0] not in (await visitor.open(path)).text


async def test_once_there_is_one_no_other_is_offered(visitor: Visitor) -> None:
    offer = TEXTS.say("visitor.phrase.offer", "ja")
    await visitor.write("a")
    assert offer in (await visitor.open()).text
    await visitor.post("/passphrase")
    assert offer not in (await visitor.open()).text


async def test_passphrases_are_made_slowly(visitor: Visitor) -> None:
    await visitor.write("a")
    made = [(await visitor.post("/passphrase")).status for _ in range(5)]
    assert made == [200, 200, 200, 429, 429]


async def test_a_stranger_makes_no_passphrase(visitor: Visitor, house: FakeHouse) -> None:
    assert (await visitor.post("/passphrase")).status == 401
    assert house.phrases == {}


@pytest.mark.parametrize("typed", ["", "あ", PHRASE[:-1], "<script>", "あ" * 5000])
async def test_whatever_is_wrong_gets_the_same_sentence(visitor: Visitor, typed: str) -> None:
    page = await _come_back(visitor, typed)
    assert (page.status, page.error) == (403, WRONG)
    assert page.cookies == {}


async def test_guessing_is_slowed(visitor: Visitor, house: FakeHouse) -> None:
    statuses = [(await _come_back(visitor, f"a{number}")).status for number in range(8)]
    assert statuses == [403] * 5 + [429] * 3
    house.now_at += timedelta(minutes=1)
    assert (await _come_back(visitor, "a")).status == 403


async def test_guessing_from_many_places_is_slowed_too(visitor: Visitor) -> None:
    key = (await visitor.open()).key
    statuses = []
    for number in range(30):
        answer = await visitor.client.post(
            "/return",
            data={"phrase": "a", "key": key},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )
        statuses.append(answer.status)
    assert statuses == [403] * 20 + [429] * 10


async def test_coming_back_needs_a_form_of_ours(visitor: Visitor) -> None:
    page = await visitor.post("/return", phrase=PHRASE, key="made-up")
    assert page.status == 400
    assert page.cookies == {}


async def test_words_written_before_the_return_stay_in_the_box(
    visit: Visit, house: FakeHouse
) -> None:
    visitor = await visit()
    await visitor.write("a")
    await visitor.post("/passphrase")
    house.expire_all()
    refused = await visitor.write("だいじなこと", key="later")
    assert 'name="words" value="だいじなこと"' in refused.text
    back = await visitor.post("/return", phrase=PHRASE, key=refused.key, words="だいじなこと")
    assert (back.status, back.box, back.words) == (200, "だいじなこと", ["a"])
    assert "s" in back.cookies
    assert (await visitor.write("だいじなこと", key="again")).status == 303


async def test_leaving_forgets_this_browser_only(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    left = await visitor.open("/leave", follow=False)
    assert (left.status, left.headers["Location"]) == (303, "https://www.jma.go.jp/bosai/")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Max-Age=0" in left.cookies["s"]
    assert house.addresses == {}
    assert len(house.only_room().lines) == 1
    assert (await visitor.open()).words == []


async def test_a_link_from_elsewhere_cannot_make_anybody_leave(
    visit: Visit, house: FakeHouse
) -> None:
    visitor, without_cookie = await visit(), await visit()
    await visitor.write("a")
    left = await without_cookie.open("/leave", follow=False)
    assert left.status == 303
    assert left.cookies == {}
    assert len(house.addresses) == 1


async def test_a_page_from_before_the_exit_opens_nothing(visit: Visit) -> None:
    visitor, after = await visit(), await visit()
    key = (await visitor.open()).key
    await visitor.write("a", key=key)
    await visitor.open("/leave", follow=False)
    await after.write("a", key=key)
    assert (await after.open()).words == []


async def test_erasing_asks_plainly_and_no_reason(visitor: Visitor) -> None:
    await visitor.write("a")
    page = await visitor.open("/erase")
    for part in ("goes", "stays", "never_back", "no_reason"):
        assert TEXTS.say(f"visitor.erase.{part}", "ja") in page.text
    assert "<textarea" not in page.text


async def test_erasing_is_at_once(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    page = await visitor.post("/erase")
    assert page.status == 200
    assert "消しました" in page.text
    assert "Max-Age=0" in page.cookies["s"]
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert house.only_room().lines == []
    assert (await visitor.open()).words == []


async def test_an_erasure_that_waits_says_until_when(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    house.erasure_waits = True
    page = await visitor.post("/erase")
    assert "おそくとも11月28日（土） 03:07までに、かならず消えます。" in page.text
    assert page.cookies == {}
    room = await visitor.open()
    assert room.words == ["a"]
    assert "おそくとも11月28日（土） 03:07までに消えます。" in room.text


async def test_a_stranger_erases_nothing(visitor: Visitor) -> None:
    assert (await visitor.post("/erase")).status == 401
    assert (await visitor.open("/erase", follow=False)).status == 303


def _phrase(page: Page) -> list[str]:
    shown = re.search(r'id="phrase"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert shown is not None
    return re.findall(r"<span>(.*?)</span>", html.unescape(shown[1]))


async def _come_back(visitor: Visitor, phrase: str) -> Page:
    key = (await visitor.open()).key
    return await visitor.post("/return", phrase=phrase, key=key)
