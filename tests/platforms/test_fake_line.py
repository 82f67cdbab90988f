"""The fake LINE against the real SDK: what it takes, what it refuses, and how it fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    MarkMessagesAsReadByTokenRequest,
    PushMessageRequest,
    PushMessageResponse,
    ReplyMessageRequest,
    RichMenuRequest,
    SetWebhookEndpointRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)
from linebot.v3.messaging import (
    TestWebhookEndpointRequest as TryEndpointRequest,  # pytest takes the other name for a test
)

from tests.fakes.line import webhook
from tests.fakes.line.faults import Chance, Fault, Script
from tests.fakes.line.platform import FakeLine

USER, BOT, GROUP = webhook.USER, webhook.BOT, webhook.GROUP
KEY = "123e4567-e89b-12d3-a456-426614174000"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
MENU = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "menu",
    "chatBarText": "窓",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
            "action": {"type": "postback", "label": "休む", "data": "rest", "displayText": "休む"},
        }
    ],
}


class Clock:
    def __init__(self) -> None:
        self.time = 1_790_000_000.0

    def __call__(self) -> float:
        return self.time


class Bot:
    """The real SDK, pointed at the fake."""

    def __init__(self, line: FakeLine) -> None:
        self.client = AsyncApiClient(Configuration(host=line.url, access_token=line.token))
        self.api = AsyncMessagingApi(self.client)
        self.blob = AsyncMessagingApiBlob(self.client)

    async def push(self, words: str, to: str = USER, key: str | None = None) -> PushMessageResponse:
        request = PushMessageRequest(to=to, messages=[TextMessage(text=words)])
        answer = await self.api.push_message(request, key, _request_timeout=5)
        assert isinstance(answer, PushMessageResponse)
        return answer

    async def reply(self, token: str, words: str) -> None:
        request = ReplyMessageRequest(replyToken=token, messages=[TextMessage(text=words)])
        await self.api.reply_message(request, _request_timeout=5)

    async def refused(self, *args: Any, **more: Any) -> ApiException:
        with pytest.raises(ApiException) as caught:
            await self.push(*args, **more)
        return caught.value


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def line(clock: Clock) -> AsyncIterator[FakeLine]:
    async with FakeLine(now=clock) as fake:
        yield fake


@pytest.fixture
async def bot(line: FakeLine) -> AsyncIterator[Bot]:
    bot = Bot(line)
    yield bot
    await bot.client.close()


async def test_words_arrive_in_order(line: FakeLine, bot: Bot) -> None:
    line.expect_reply("t", USER)
    await bot.push("一")
    await bot.reply("t", "二")
    await bot.push("三", key=KEY)
    await bot.push("other", to=GROUP)
    assert line.texts(USER) == ["一", "二", "三"]
    assert line.received(USER)[0] == {"type": "text", "text": "一"}
    assert [(r.method, r.path) for r in line.requests][:2] == [
        ("POST", "/v2/bot/message/push"),
        ("POST", "/v2/bot/message/reply"),
    ]
    assert line.violations == []


async def test_a_retry_key_again_is_told_what_was_sent_then(
    line: FakeLine, bot: Bot, clock: Clock
) -> None:
    first = await bot.push("a", key=KEY)
    again = await bot.refused("a", key=KEY.upper())
    assert again.status == 409
    assert again.headers["X-Line-Accepted-Request-Id"] == line.sent[0].request_id
    assert first.sent_messages[0].id in again.body
    clock.time += 24 * 3600 + 1
    await bot.push("a", key=KEY)
    assert line.texts(USER) == ["a", "a"]
    assert line.violations == []
    await bot.refused("b", key=KEY)
    assert line.violations == ["push: a retry key again, with another body"]


async def test_a_reply_token_works_once_and_in_time(line: FakeLine, bot: Bot, clock: Clock) -> None:
    line.note(webhook.text("a", number=1))
    line.note(webhook.text("b", number=2, group=GROUP))
    await bot.reply(webhook.reply_token(2), "一")
    clock.time += line.reply_seconds + 1
    for number in (1, 2, 3):
        with pytest.raises(ApiException) as caught:
            await bot.reply(webhook.reply_token(number), "二")
        assert (caught.value.status, "Invalid reply token" in caught.value.body) == (400, True)
    assert (line.texts(USER), line.texts(GROUP)) == ([], ["一"])
    assert line.violations == []


async def raw(line: FakeLine, method: str, path: str, body: Any = None, **headers: str) -> int:
    bearer = {"Authorization": f"Bearer {line.token}", **headers}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, line.url + path, json=body, headers=bearer) as answer,
    ):
        return answer.status


async def test_what_breaks_the_contract_is_refused_and_noted(line: FakeLine) -> None:
    text = {"type": "text", "text": "a"}
    line.expect_reply("t", USER)
    reply, push = "/v2/bot/message/reply", "/v2/bot/message/push"
    key = {"X-Line-Retry-Key": KEY}
    asked = [
        await raw(line, "POST", reply, {"replyToken": "t", "messages": [text]}, **key),
        await raw(line, "POST", push, {"to": USER, "messages": [{**text, "txt": 1}]}),
        await raw(line, "POST", push, {"to": "me", "messages": [text]}),
        await raw(
            line, "POST", push, {"to": USER, "messages": [text]}, **{"X-Line-Retry-Key": "1"}
        ),
        await raw(line, "POST", push),
        await raw(line, "GET", f"/v2/bot/profile/{USER}"),
        await raw(line, "GET", f"/v2/bot/group/{GROUP}/members/ids"),
        await raw(line, "GET", f"/v2/bot/group/{GROUP}/member/{USER}"),
        await raw(line, "GET", "/v2/bot/followers/ids"),
        await raw(line, "POST", "/v2/bot/message/broadcast", {"messages": [text]}),
        await raw(line, "GET", "/v2/bot/nothing"),
    ]
    assert asked == [400, 400, 400, 400, 400, 403, 403, 403, 403, 404, 404]
    assert len(line.violations) == len(asked)
    assert line.sent == []


async def test_a_revoked_token(line: FakeLine, bot: Bot) -> None:
    line.revoke()
    assert (await bot.refused("a")).status == 401
    line.grant()
    await bot.push("b")
    line.token = "another"
    refused = await bot.refused("c")
    assert (refused.status, "Authentication failed" in refused.body) == (401, True)
    assert (line.texts(USER), line.violations) == (["b"], [])


async def test_the_month_has_a_limit_for_pushes_alone(line: FakeLine, bot: Bot) -> None:
    assert (await bot.api.get_message_quota()).type == "none"
    line.quota = 2
    line.expect_reply("t", USER)
    await bot.push("1")
    await bot.push("2")
    refused = await bot.refused("3")
    await bot.reply("t", "4")
    assert (refused.status, "monthly limit" in refused.body) == (429, True)
    assert (await bot.api.get_message_quota()).value == 2
    assert (await bot.api.get_message_quota_consumption()).total_usage == 2
    assert (line.texts(USER), line.violations) == (["1", "2", "4"], [])


async def test_who_blocked_the_bot_sees_nothing(line: FakeLine, bot: Bot) -> None:
    line.block(USER)
    await bot.push("a")
    line.unblock(USER)
    await bot.push("b")
    assert line.texts(USER) == ["b"]
    assert [sent.messages[0]["text"] for sent in line.to_blocked] == ["a"]
    assert line.used == 1


async def test_faults_come_as_written(line: FakeLine, bot: Bot) -> None:
    line.faults = Script("rate", "quota", "error", "cut", "lost", None, "hang")
    assert [(await bot.refused("a")).status for _ in range(3)] == [429, 429, 500]
    for words in ("cut", "lost"):
        with pytest.raises(aiohttp.ClientError):
            await bot.push(words, key=KEY)
    assert (await bot.refused("lost", key=KEY)).status == 409
    await bot.push("heard")
    request = PushMessageRequest(to=USER, messages=[TextMessage(text="hang")])
    with pytest.raises(TimeoutError):
        await bot.api.push_message(request, _request_timeout=0.2)
    assert (line.texts(USER), line.violations) == (["lost", "heard", "hang"], [])


async def test_a_lost_reply_was_seen_and_has_used_its_token(line: FakeLine, bot: Bot) -> None:
    line.expect_reply("t", USER)
    line.faults = Script("error", "lost")
    with pytest.raises(ApiException, match="500"):
        await bot.reply("t", "a")
    with pytest.raises(aiohttp.ClientError):
        await bot.reply("t", "a")
    with pytest.raises(ApiException, match="Invalid reply token"):
        await bot.reply("t", "a")
    assert (line.texts(USER), line.violations) == (["a"], [])


async def test_faults_by_chance_are_the_same_for_the_same_seed(line: FakeLine, bot: Bot) -> None:
    async def night() -> tuple[list[str], Counter[Fault]]:
        chance = line.faults = Chance(0.3, seed=7)
        before = len(line.texts(USER))
        for number in range(60):
            try:
                await bot.push(str(number))
            except (ApiException, aiohttp.ClientError):
                continue
        return line.texts(USER)[before:], chance.counts

    first = await night()
    assert first == await night()
    assert set(first[1]) == {"rate", "error", "cut", "lost"}
    assert len(first[0]) == 60 - sum(first[1].values()) + first[1]["lost"]


async def test_a_rich_menu_from_making_to_deleting(line: FakeLine, bot: Bot) -> None:
    api = bot.api
    menu_id = (await api.create_rich_menu(RichMenuRequest.from_dict(MENU))).rich_menu_id
    with pytest.raises(ApiException, match="must upload"):
        await api.set_default_rich_menu(menu_id)
    png = {"Content-Type": "image/png"}
    await bot.blob.set_rich_menu_image(menu_id, body=PNG, _headers=png)
    await api.set_default_rich_menu(menu_id)
    await api.link_rich_menu_id_to_user(USER, menu_id)
    assert (await api.get_rich_menu_list()).richmenus[0].rich_menu_id == menu_id
    assert (await api.get_default_rich_menu_id()).rich_menu_id == menu_id
    assert line.menus.linked == {USER: menu_id}
    await api.unlink_rich_menu_id_from_user(USER)
    await api.delete_rich_menu(menu_id)
    assert (line.menus.made, line.menus.default, line.menus.linked) == ({}, None, {})
    assert line.violations == []
    other = (await api.create_rich_menu(RichMenuRequest.from_dict(MENU))).rich_menu_id
    with pytest.raises(ApiException):
        await bot.blob.set_rich_menu_image(other, body=PNG, _headers={"Content-Type": "image/jpeg"})
    assert line.violations == ["rich menu: the picture is no JPEG or PNG of at most 1 MB"]


async def test_the_rest_of_what_a_bot_asks(line: FakeLine, bot: Bot) -> None:
    line.keep_file("9", PNG, "image/png")
    loading = ShowLoadingAnimationRequest(chatId=USER, loadingSeconds=10)
    await bot.api.show_loading_animation(loading)
    await bot.api.mark_messages_as_read_by_token(
        MarkMessagesAsReadByTokenRequest(markAsReadToken="read1")
    )
    await bot.api.leave_group(GROUP)
    assert (await bot.api.get_bot_info()).user_id == BOT
    assert bytes(await bot.blob.get_message_content("9")) == PNG
    with pytest.raises(ApiException, match="404"):
        await bot.blob.get_message_content("10")
    assert (line.loading, line.read, line.left) == ([USER], ["read1"], [GROUP])
    assert line.violations == []
    for chat, seconds in ((GROUP, 5), (USER, 7)):
        with pytest.raises(ApiException, match="400"):
            await bot.api.show_loading_animation(
                ShowLoadingAnimationRequest(chatId=chat, loadingSeconds=seconds)
            )
    assert len(line.violations) == 2


async def test_the_webhook_address_is_kept_and_tried(line: FakeLine, bot: Bot) -> None:
    with pytest.raises(ApiException, match="404"):
        await bot.api.get_webhook_endpoint()
    with pytest.raises(ApiException, match="400"):
        await bot.api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint="http://example.com"))
    await bot.api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint=line.url + "/callback"))
    assert (await bot.api.get_webhook_endpoint()).endpoint == line.url + "/callback"
    tried = await bot.api.test_webhook_endpoint(TryEndpointRequest())
    assert (tried.success, tried.status_code, tried.reason) == (False, 401, "ERROR_STATUS_CODE")
    assert line.requests[-1].body == {"destination": BOT, "events": []}
    nobody = TryEndpointRequest(endpoint="http://127.0.0.1:9/callback")
    assert (await bot.api.test_webhook_endpoint(nobody)).reason == "COULD_NOT_CONNECT"
    assert line.violations == []


async def test_many_at_once(line: FakeLine, bot: Bot) -> None:
    await asyncio.gather(*(bot.push(str(number)) for number in range(50)))
    assert sorted(map(int, line.texts(USER))) == list(range(50))
