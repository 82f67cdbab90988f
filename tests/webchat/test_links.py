from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.model.ids import PersonId
from tests.fakes.door import TEXTS, FakeHouse
from tests.webchat.visitor import Page, Visitor

Visit = Callable[[], Awaitable[Visitor]]
TOKEN = "a1" * 32
SPENT = TEXTS.say("error.link_spent", "ja")


@pytest.fixture
async def theirs(visit: Visit, house: FakeHouse) -> PersonId:
    """A room that somebody opened elsewhere, and a link that leads into it."""
    await (await visit()).write("a")
    person_id = house.only_room().person_id
    house.links[TOKEN] = person_id
    return person_id


async def test_a_link_opens_the_room_by_a_tap(visitor: Visitor, theirs: PersonId) -> None:
    opened = await _follow(visitor)
    assert (opened.status, opened.headers["Location"]) == (303, "/#end")
    attributes = {part.partition("=")[0].lower() for part in opened.cookies["s"].split("; ")}
    assert attributes == {"s", "httponly", "path", "samesite"}
    assert (await visitor.open()).words == ["a"]


async def test_looking_at_a_link_uses_nothing_up(
    visitor: Visitor, theirs: PersonId, house: FakeHouse
) -> None:
    for _ in range(30):
        page = await visitor.open(f"/k/{TOKEN}")
        assert (page.status, page.cookies) == (200, {})
    assert house.links == {TOKEN: theirs}
    assert (await visitor.client.head(f"/k/{TOKEN}")).status == 405
    assert house.links == {TOKEN: theirs}
    assert (await _follow(visitor)).status == 303


async def test_the_button_tells_nobody_what_lies_behind(visitor: Visitor) -> None:
    text = (await visitor.open(f"/k/{TOKEN}")).text
    assert "<title>メモ</title>" in text
    assert text.count("<button") == 1
    for word in ("相談", "話", "合言葉", "返事", "ひきこもり", "まどあかり"):
        assert word not in text


async def test_a_link_opens_once(visit: Visit, theirs: PersonId) -> None:
    first, second = await visit(), await visit()
    assert (await _follow(first)).status == 303
    late = await _follow(second)
    assert (late.status, late.cookies) == (410, {})
    assert SPENT in late.text
    assert TEXTS.say("visitor.link.otherwise", "ja") in late.text
    assert 'href="/"' in late.text


async def test_an_impatient_thumb_opens_one_room(visit: Visit, theirs: PersonId) -> None:
    first, again = await visit(), await visit()
    key = (await first.open(f"/k/{TOKEN}")).key
    taps = [await browser.post(f"/k/{TOKEN}", key=key) for browser in (first, again)]
    assert [tap.status for tap in taps] == [303, 303]
    assert taps[0].cookies == taps[1].cookies


async def test_after_leaving_the_same_form_opens_nothing(
    visitor: Visitor, theirs: PersonId
) -> None:
    key = (await visitor.open(f"/k/{TOKEN}")).key
    await visitor.post(f"/k/{TOKEN}", key=key)
    await visitor.open("/leave", follow=False)
    assert (await visitor.post(f"/k/{TOKEN}", key=key)).status == 410


async def test_a_new_session_takes_the_place_of_the_old(
    visitor: Visitor, theirs: PersonId, house: FakeHouse
) -> None:
    mine = (await visitor.write("b")).cookies["s"].partition(";")[0].removeprefix("s=")
    opened = await _follow(visitor)
    token = opened.cookies["s"].partition(";")[0].removeprefix("s=")
    assert token != mine
    assert mine not in house.addresses
    assert house.addresses[token][0] == theirs
    assert (await visitor.open()).words == ["a"]


async def test_whoever_is_in_already_is_shown_the_way_back(
    visitor: Visitor, theirs: PersonId
) -> None:
    await _follow(visitor)
    again = await _follow(visitor)
    assert again.status == 410
    assert TEXTS.say("visitor.link.still", "ja") in again.text
    assert (await visitor.open()).words == ["a"]


@pytest.mark.parametrize("token", ["a", "..%2f", "あ" * 20, "a" * 129, "a.b" * 10, "%00" * 20])
async def test_what_can_be_no_link_gets_the_same_page(visitor: Visitor, token: str) -> None:
    for page in (await visitor.open(f"/k/{token}"), await visitor.post(f"/k/{token}", key="k")):
        assert (page.status, page.cookies) == (410, {})
        assert SPENT in page.text


async def test_a_link_needs_a_form_of_ours(
    visitor: Visitor, theirs: PersonId, house: FakeHouse
) -> None:
    old = (await visitor.open(f"/k/{TOKEN}")).key
    house.now_at += timedelta(hours=25)
    for key in (old, "made-up", ""):
        assert (await visitor.post(f"/k/{TOKEN}", key=key)).status == 410
    assert house.links == {TOKEN: theirs}


async def test_another_site_opens_nothing_here(
    visitor: Visitor, theirs: PersonId, house: FakeHouse
) -> None:
    key = (await visitor.open(f"/k/{TOKEN}")).key
    answer = await visitor.client.post(
        f"/k/{TOKEN}", data={"key": key}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status == 400
    assert "s" not in answer.cookies
    assert house.links == {TOKEN: theirs}


async def test_trying_links_is_slowed_and_the_button_stays(
    visitor: Visitor, theirs: PersonId, house: FakeHouse
) -> None:
    tries = [await _follow(visitor, "b" * 32) for _ in range(12)]
    assert [page.status for page in tries] == [410] * 10 + [429] * 2
    slowed = await _follow(visitor)
    assert slowed.headers["Retry-After"] == "7"
    assert slowed.error == TEXTS.say("error.slow_down", "ja")
    house.now_at += timedelta(seconds=7)
    assert (await visitor.post(f"/k/{TOKEN}", key=slowed.key)).status == 303


async def test_a_link_speaks_the_chosen_language_and_the_room_its_own(
    visitor: Visitor, theirs: PersonId, house: FakeHouse
) -> None:
    house.only_room().locale = "en"
    page = await visitor.open(f"/k/{TOKEN}?lang=en")
    assert '<html lang="en">' in page.text
    assert f'action="/k/{TOKEN}?lang=en"' in page.text
    assert (await _follow(visitor)).headers["Location"] == "/#end"
    assert '<html lang="en">' in (await visitor.open()).text


async def _follow(visitor: Visitor, token: str = TOKEN) -> Page:
    key = (await visitor.open(f"/k/{token}")).key
    return await visitor.post(f"/k/{token}", key=key)
