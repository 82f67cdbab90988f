"""The fake is as strict as Discord, or stricter: what it refuses, and what it writes down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.platform import TOKEN, FakeDiscord
from tests.fakes.discord.shapes import APPLICATION_ID, EPHEMERAL

PERSON = 900_001
SEND = {"content": "はい", "nonce": "o1", "enforce_nonce": True}
Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as one:
        yield one


@pytest.fixture
async def ask(fake: FakeDiscord) -> AsyncIterator[Ask]:
    """Asks the REST API with the bot's token; gives status and JSON."""
    headers = {"Authorization": f"Bot {TOKEN}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def asked(method: str, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
            more = how if body is None else {"json": body, **how}
            async with session.request(method, fake.api_base + path, **more) as response:
                text = await response.text()
                return response.status, json.loads(text) if text else None

        yield asked


def messages(fake: FakeDiscord) -> str:
    return f"/channels/{fake.memory.person(PERSON).channel_id}/messages"


async def test_a_good_request_leaves_no_trace(fake: FakeDiscord, ask: Ask) -> None:
    status, message = await ask("POST", messages(fake), SEND)
    assert (status, message["nonce"]) == (200, "o1")
    assert (await ask("GET", f"{messages(fake)}/{message['id']}")) == (200, message)
    for path in ("/gateway", "/gateway/bot", "/users/@me", "/applications/@me"):
        assert (await ask("GET", path))[0] == 200
    commands = f"/applications/{APPLICATION_ID}/commands"
    await ask("PUT", commands, [{"name": "sos", "description": "Talk"}])
    assert [c["name"] for c in (await ask("GET", commands))[1]] == ["sos"]
    assert fake.violations == []
    assert fake.calls[0].body == SEND


@pytest.mark.parametrize(
    ("method", "path", "how", "status"),
    [
        ("POST", "{messages}", {"body": {"content": "あ" * 2001}}, 400),
        ("POST", "{messages}", {"body": {"contents": "あ"}}, 400),
        ("POST", "{messages}", {"body": {"content": 5}}, 400),
        ("POST", "{messages}", {"body": {"content": "あ", "nonce": "1" * 26}}, 400),
        ("POST", "{messages}", {}, 400),
        ("POST", "{messages}", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ("POST", "{messages}", {"data": {"content": "あ"}}, 415),
        ("GET", "{messages}", {"params": {"limit": "101"}}, 400),
        ("GET", "{messages}", {"params": {"since": "1"}}, 400),
        ("POST", "/users/@me/channels", {"body": {"recipient": "1"}}, 400),
        ("GET", "/users/900001", {}, 404),
        ("GET", "/users/@me/guilds", {}, 404),
        ("GET", "/guilds/1/members/900001", {}, 404),
        ("DELETE", "/channels/1", {}, 404),
        ("PUT", f"/applications/{APPLICATION_ID}/commands", {"body": [{"name": "a" * 33}]}, 400),
    ],
)
async def test_a_bad_request_is_refused_and_noted(
    fake: FakeDiscord, ask: Ask, method: str, path: str, how: dict[str, Any], status: int
) -> None:
    where = path.format(messages=messages(fake))
    assert (await ask(method, where, **how))[0] == status
    assert len(fake.violations) >= 1
    assert fake.seen(PERSON) == []


async def test_a_multipart_request_is_noted(fake: FakeDiscord, ask: Ask) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("payload_json", json.dumps(SEND))
    assert (await ask("POST", messages(fake), data=form))[0] == 415
    assert "multipart/form-data" in fake.violations[0]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/channels/1/messages", SEND, 404, 10003),
        ("GET", "{messages}/1", None, 404, 10008),
        ("POST", "{messages}", {"content": ""}, 400, 50006),
        ("POST", "{messages}", SEND | {"message_reference": {"message_id": 1}}, 400, 50035),
        ("POST", "/users/@me/channels", {"recipient_id": 5}, 400, 50033),
        ("PUT", "/applications/1/commands", [], 403, 20012),
        ("POST", f"/webhooks/{APPLICATION_ID}/none", {"content": "あ"}, 401, 50027),
        ("POST", "/interactions/1/none/callback", {"type": 6}, 404, 10062),
    ],
)
async def test_what_is_not_there_is_refused_without_blame(
    fake: FakeDiscord, ask: Ask, method: str, path: str, body: Any, status: int, code: int
) -> None:
    answer = await ask(method, path.format(messages=messages(fake)), body)
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert fake.violations == []


async def test_a_wrong_token_and_a_rate_limit(fake: FakeDiscord, ask: Ask) -> None:
    wrong = {"Authorization": "Bot other"}
    assert (await ask("GET", "/users/@me", headers=wrong))[0] == 401
    fake.faults.plan("429", "429 global", "500")
    for status, everywhere in ((429, False), (429, True), (500, None)):
        answer = await ask("POST", messages(fake), SEND)
        assert (answer[0], answer[1].get("global")) == (status, everywhere)
    assert fake.seen(PERSON) == []


async def pressed(fake: FakeDiscord, ask: Ask) -> Interaction:
    """A message with a button, which a person pressed."""
    button = {"type": 2, "style": 1, "label": "話す", "custom_id": "talk"}
    row = {"type": 1, "components": [button]}
    await ask("POST", messages(fake), {"content": "ここ", "components": [row]})
    return await fake.press(PERSON, "talk")


async def test_an_interaction_is_answered_once(fake: FakeDiscord, ask: Ask) -> None:
    press = await pressed(fake, ask)
    callback = f"/interactions/{press.id}/{press.token}/callback"
    hook = f"/webhooks/{APPLICATION_ID}/{press.token}"
    assert (await ask("POST", hook, {"content": "はやい"}))[1]["code"] == 10015
    update = {"type": 7, "data": {"content": "かわった", "components": []}}
    status, answer = await ask("POST", f"{callback}?with_response=true", update)
    assert (status, answer["resource"]["message"]["content"]) == (200, "かわった")
    assert (await ask("POST", callback, {"type": 6}))[1]["code"] == 40060
    assert (await ask("POST", hook, {"content": "それから", "flags": EPHEMERAL}))[0] == 204
    assert (await ask("DELETE", f"{hook}/messages/@original"))[0] == 204
    assert (await ask("GET", f"{hook}/messages/@original"))[1]["code"] == 10008
    assert fake.texts(PERSON) == []
    assert [m["content"] for m in fake.whispers(PERSON)] == ["それから"]
    fake.pass_by(15 * 60 + 1)
    assert (await ask("POST", hook, {"content": "おそい"}))[1]["code"] == 50027
    assert fake.violations == []


async def test_a_late_answer_is_refused_and_noted(fake: FakeDiscord, ask: Ask) -> None:
    press = await pressed(fake, ask)
    fake.pass_by(3.5)
    callback = f"/interactions/{press.id}/{press.token}/callback"
    assert (await ask("POST", callback, {"type": 6}))[1]["code"] == 10062
    assert press.late
    assert press.answers == []


async def test_the_first_words_take_the_place_of_thinking(fake: FakeDiscord, ask: Ask) -> None:
    press = await pressed(fake, ask)
    later = {"type": 5, "data": {"flags": EPHEMERAL}}
    await ask("POST", f"/interactions/{press.id}/{press.token}/callback", later)
    assert press.loading()
    hook = f"/webhooks/{APPLICATION_ID}/{press.token}"
    status, message = await ask("POST", f"{hook}?wait=true", {"content": "ここにいます"})
    assert (status, message["flags"]) == (200, EPHEMERAL)
    assert [m["content"] for m in fake.whispers(PERSON)] == ["ここにいます"]
    assert fake.violations == []


async def test_a_form_in_answer_to_nothing(fake: FakeDiscord, ask: Ask) -> None:
    await ask("PUT", f"/applications/{APPLICATION_ID}/commands", [{"name": "a", "type": 1}])
    asked = await fake.slash(PERSON, "a")
    callback = f"/interactions/{asked.id}/{asked.token}/callback"
    assert (await ask("POST", callback, {"type": 7, "data": {"content": "あ"}}))[0] == 400
    assert len(fake.violations) == 1


async def hung_up(fake: FakeDiscord, *frames: str) -> int | None:
    """The close code that these frames lead to."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(fake.gateway_url) as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        for frame in frames:
            await socket.send_str(frame)
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            continue
        return socket.close_code


def identify(**more: Any) -> str:
    return json.dumps({"op": 2, "d": {"token": TOKEN, "intents": 4096, **more}})


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["{"], 4002),
        (["[]"], 4002),
        (['{"op": 1, "d": "' + "a" * 4096 + '"}'], 4002),
        (['{"op": 3, "d": {}}'], 4003),
        ([identify(token="other")], 4004),
        (['{"op": 6, "d": {"token": "other"}}'], 4004),
        ([identify(), identify()], 4005),
        ([identify(), '{"op": 99}'], 4001),
        ([identify(intents=1 << 15)], 4014),
        ([identify(intents=None)], 4013),
    ],
)
async def test_a_bad_frame_ends_the_connection(
    fake: FakeDiscord, frames: list[str], code: int
) -> None:
    assert await hung_up(fake, *frames) == code
    assert (fake.violations == []) is (code == 4004)
