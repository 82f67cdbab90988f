from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO

import pytest

from bot.core.model.messages import Sender
from tests.fakes.door import GRAVE, FakeHouse
from tests.webchat.visitor import Visitor

Visit = Callable[[], Awaitable[Visitor]]


async def test_the_first_message_opens_a_room(visitor: Visitor, house: FakeHouse) -> None:
    page = await visitor.open()
    assert (page.status, page.cookies) == (200, {})
    sent = await visitor.write("ねむれない", key=page.key)
    assert (sent.status, sent.headers["Location"]) == (303, "/#l1")
    assert (await visitor.open()).words == ["ねむれない"]
    assert house.only_room().seen_upto == 1


async def test_the_cookie_is_strict_hidden_and_ends_with_the_browser(visitor: Visitor) -> None:
    cookie = (await visitor.write("a")).cookies["s"]
    attributes = {part.strip().partition("=")[0].lower() for part in cookie.split(";")}
    assert attributes == {"s", "httponly", "path", "samesite"}
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie


async def test_behind_https_the_cookie_is_secure(visitor: Visitor) -> None:
    key = (await visitor.open()).key
    answer = await visitor.client.post(
        "/write",
        data={"words": "a", "key": key},
        headers={"X-Forwarded-Proto": "https"},
        allow_redirects=False,
    )
    assert answer.cookies["s"]["secure"]


async def test_a_repeated_first_message_is_one_message(visit: Visit, house: FakeHouse) -> None:
    first, again = await visit(), await visit()
    key = (await first.open()).key
    sent = [await browser.write("a", key=key) for browser in (first, again)]
    assert [page.status for page in sent] == [303, 303]
    assert sent[0].cookies == sent[1].cookies
    assert len(house.only_room().lines) == 1


async def test_the_script_gets_the_number_after_the_durable_store(
    visitor: Visitor, house: FakeHouse
) -> None:
    key = (await visitor.open()).key
    assert await visitor.write_as_script("a", key=key) == (200, {"seq": 1})
    assert await visitor.write_as_script("b", key="second") == (200, {"seq": 2})
    assert await visitor.write_as_script("b", key="second") == (200, {"seq": 2})
    assert [line.words for line in house.only_room().lines] == ["a", "b"]


async def test_a_used_key_with_other_words_is_refused_and_the_words_stay(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("a")
    await visitor.write("b", key="same")
    refused = await visitor.write("c", key="same")
    assert refused.status == 409
    assert refused.box == "c"
    assert refused.error.startswith("同じページから、別の言葉が先に届いています。")
    assert (await visitor.write("c", key=refused.key)).status == 303
    assert [line.words for line in house.only_room().lines] == ["a", "b", "c"]


async def test_a_forged_first_key_opens_nothing(visitor: Visitor, house: FakeHouse) -> None:
    refused = await visitor.write("a", key="made-up")
    assert refused.status == 400
    assert refused.box == "a"
    assert refused.error.startswith("ページが古くなっていたので、新しくしました。")
    assert house.rooms == {}
    assert refused.cookies == {}
    assert (await visitor.write("a", key=refused.key)).status == 303


async def test_too_long_words_stay_in_the_box(visitor: Visitor, house: FakeHouse) -> None:
    refused = await visitor.write("あ" * 2001)
    assert refused.status == 422
    assert refused.box == "あ" * 2001
    assert "2000文字まで" in refused.error
    assert "2001文字" in refused.error
    assert house.rooms == {}


async def test_the_limit_stands_in_the_page(visitor: Visitor) -> None:
    assert "一度に2000文字まで" in (await visitor.open()).text


@pytest.mark.parametrize("words", ["", "   \n", "\u200b\u202e", "\u3164"])
async def test_empty_words_get_one_sentence(visitor: Visitor, words: str) -> None:
    refused = await visitor.write(words)
    assert (refused.status, refused.error) == (
        422,
        "まだ何も書かれていないようです。一文字でも大丈夫です。",
    )


async def test_a_body_of_ten_megabytes_is_refused(visitor: Visitor, house: FakeHouse) -> None:
    answer = await visitor.client.post(
        "/write",
        data=BytesIO(b"words=" + b"a" * 10_000_000),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 413
    assert "送られたものが大きすぎて、受け取れませんでした。" in await answer.text()
    assert house.rooms == {}


async def test_a_body_without_length_is_cut_off(visitor: Visitor, house: FakeHouse) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"a" * 4096

    answer = await visitor.client.post(
        "/write",
        data=chunks(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 413
    assert house.rooms == {}


async def test_invalid_utf8_gets_one_sentence(visitor: Visitor, house: FakeHouse) -> None:
    answer = await visitor.client.post(
        "/write",
        data=b"words=%ff%fe&key=a",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 400
    assert "文字をうまく読み取れませんでした。" in await answer.text()
    assert house.rooms == {}


async def test_something_that_is_no_form_gets_one_sentence(visitor: Visitor) -> None:
    answer = await visitor.client.post("/write", json={"words": "a"})
    assert answer.status == 400
    assert "この内容は受け取れませんでした。" in await answer.text()


async def test_markup_is_only_text(visitor: Visitor) -> None:
    words = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"'"
    await visitor.write(words)
    page = await visitor.open()
    assert page.words == [words]
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


async def test_markup_in_a_refused_box_is_only_text(visitor: Visitor) -> None:
    words = "</textarea><script>alert(1)</script>" + "あ" * 2001
    refused = await visitor.write(words)
    assert refused.box == words
    assert "</textarea><script>" not in refused.text


async def test_bidi_and_control_characters_are_taken_out(visitor: Visitor) -> None:
    await visitor.write("a\u202eb\u2066c\x00d")
    assert (await visitor.open()).words == ["abcd"]


async def test_fifty_messages_at_once_are_slowed_and_grave_words_pass(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("a")
    answers = await asyncio.gather(
        *(visitor.write_as_script("b", key=f"k{number}") for number in range(50))
    )
    statuses = [status for status, _ in answers]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) <= 30
    status, _ = await visitor.write_as_script(GRAVE, key="grave")
    assert status == 200
    assert house.only_room().lines[-1].text_key == "safety.card"


async def test_somebody_slowed_keeps_their_words(visitor: Visitor) -> None:
    await visitor.write("a")
    for number in range(30):
        await visitor.write("b", key=f"k{number}")
    refused = await visitor.write("つづき", key="last")
    assert refused.status == 429
    assert refused.box == "つづき"
    assert refused.error.startswith("短い時間にたくさん届いた")
    assert int(refused.headers["Retry-After"]) >= 1


async def test_a_mood_is_one_tap(visitor: Visitor) -> None:
    key = (await visitor.open()).key
    sent = await visitor.post("/write", key=key, words="", mood="here")
    assert sent.status == 303
    assert (await visitor.open()).words == ["まだここにいます"]


async def test_a_mood_leaves_what_stands_in_the_box(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    page = await visitor.post("/write", key="m", words="まだ送らない", mood="heavy")
    assert page.status == 200
    assert page.box == "まだ送らない"
    assert [line.words for line in house.only_room().lines] == ["a", "しんどい"]


async def test_an_ended_session_stores_nothing_and_keeps_the_words(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("a")
    house.expire_all()
    refused = await visitor.write("だいじなこと", key="later")
    assert refused.status == 401
    assert refused.box == "だいじなこと"
    assert refused.error.startswith("時間がたったので、")
    assert 'name="phrase"' in refused.text
    assert "Max-Age=0" in refused.cookies["s"]
    assert len(house.only_room().lines) == 1
    assert (await visitor.write("だいじなこと", key=refused.key)).status == 303


async def test_an_ended_session_is_told_when_the_page_is_opened(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("a")
    house.expire_all()
    page = await visitor.open()
    assert page.status == 200
    assert page.error.startswith("時間がたったので、")
    assert "Max-Age=0" in page.cookies["s"]
    assert (await visitor.open()).error == ""


async def test_another_site_cannot_send_a_form(visitor: Visitor, house: FakeHouse) -> None:
    key = (await visitor.open()).key
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = await visitor.client.post(
            "/write", data={"words": "a", "key": key}, headers=headers, allow_redirects=False
        )
        assert answer.status == 400
    assert house.rooms == {}


async def test_our_own_form_may_hide_where_it_comes_from(visitor: Visitor) -> None:
    key = (await visitor.open()).key
    answer = await visitor.client.post(
        "/write",
        data={"words": "a", "key": key},
        headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    )
    assert answer.status == 303


async def test_an_erased_room_takes_nothing_more(visit: Visit, house: FakeHouse) -> None:
    first, again = await visit(), await visit()
    key = (await first.open()).key
    await first.write("a", key=key)
    await first.post("/erase")
    refused = await again.write("a", key=key)
    assert (refused.status, refused.box) == (410, "a")
    assert house.only_room().lines == []


async def test_what_the_page_has_is_counted_as_seen(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    room = house.only_room()
    house.say_in(room.person_id, "届いています", Sender.STAFF)
    assert room.seen_upto == 0
    assert (await visitor.post("/seen", upto="2")).status == 204
    assert room.seen_upto == 2
    for nonsense in ("", "-1", "x", "9" * 30):
        assert (await visitor.post("/seen", upto=nonsense)).status == 204
    assert room.seen_upto == 2


async def test_a_stranger_has_seen_nothing(visitor: Visitor) -> None:
    assert (await visitor.post("/seen", upto="2")).status == 401
