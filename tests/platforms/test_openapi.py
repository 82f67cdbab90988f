"""The checker of requests finds what a stock validator lets pass, and lets pass what is right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.line.contract import messaging, webhook
from tests.fakes.openapi import NOTHING

PUSH = "/v2/bot/message/push"
SOMEBODY = "U" + "0" * 32
TEXT = {"type": "text", "text": "こんばんは"}
BUBBLE = {
    "type": "bubble",
    "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "夜"}]},
}


def push(*messages: dict[str, Any], **more: Any) -> list[str]:
    return messaging().request("POST", PUSH, body={"to": SOMEBODY, "messages": [*messages], **more})


def quick(**action: Any) -> dict[str, Any]:
    return {**TEXT, "quickReply": {"items": [{"type": "action", "action": action}]}}


@pytest.mark.parametrize(
    "message",
    [
        TEXT,
        {**TEXT, "sender": {"name": "窓"}},
        quick(type="postback", label="はい", data="a=1", displayText="はい"),
        {"type": "flex", "altText": "夜", "contents": BUBBLE},
        {
            "type": "textV2",
            "text": "{a}",
            "substitution": {"a": {"type": "emoji", "productId": "1", "emojiId": "2"}},
        },
    ],
)
def test_a_right_message_passes(message: dict[str, Any]) -> None:
    assert push(message) == []


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"type": "texxt", "text": "a"}, "body.messages[0].type: is no known kind"),
        ({"type": "text"}, "body.messages[0].text: is missing"),
        ({"text": "a"}, "body.messages[0].type: is missing"),
        ({"type": "text", "text": None}, "body.messages[0].text: is not of type string"),
        ({**TEXT, "quickreply": {}}, "body.messages[0].quickreply: is not known"),
        (
            {**TEXT, "sender": {"name": "a" * 21}},
            "body.messages[0].sender.name: has more than 20 characters",
        ),
        (
            {**TEXT, "quickReply": {"items": [{"type": "action"}] * 14}},
            "body.messages[0].quickReply.items: has more than 13 items",
        ),
        (
            quick(type="postback", data="a" * 301),
            "body.messages[0].quickReply.items[0].action.data: has more than 300 characters",
        ),
        (
            quick(type="post", data="a"),
            "body.messages[0].quickReply.items[0].action.type: is no known kind",
        ),
        (
            {"type": "flex", "altText": "a", "contents": {**BUBBLE, "boddy": {}}},
            "body.messages[0].contents.boddy: is not known",
        ),
        (
            {"type": "textV2", "text": "{a}", "substitution": {"a": {"type": "smile"}}},
            "body.messages[0].substitution.a.type: is no known kind",
        ),
    ],
)
def test_a_wrong_message_is_named(message: dict[str, Any], problem: str) -> None:
    assert push(message) == [problem]


def test_the_request_around_the_messages() -> None:
    line = messaging()
    body = {"to": SOMEBODY, "messages": [TEXT]}
    assert push() == ["body.messages: has fewer than 1 items"]
    assert push(*[TEXT] * 6) == ["body.messages: has more than 5 items"]
    assert push(TEXT, too=1) == ["body.too: is not known"]
    assert line.request("POST", PUSH, body={"messages": [TEXT]}) == ["body.to: is missing"]
    assert line.request("POST", PUSH) == ["body: is missing"]
    assert line.request("POST", PUSH, body=None) == ["body: is not of type object"]
    assert line.request("POST", PUSH, body=body, content_type="text/plain") == [
        "body: content type text/plain is not taken"
    ]
    assert line.request("POST", PUSH, body=body, headers={"x-line-retry-key": "again"}) == [
        "header X-Line-Retry-Key: is no uuid"
    ]


def test_paths_and_queries() -> None:
    line = messaging()
    assert line.request("GET", "/v2/bot/infos") == ["GET /v2/bot/infos: no such operation"]
    assert line.request("PUT", "/v2/bot/info") == ["PUT /v2/bot/info: no such operation"]
    assert line.request("GET", "/v2/bot/info", query=[("a", "1")]) == ["query a: is not known"]
    assert line.request("GET", "/v2/bot/info", body={}) == ["body: is not expected"]
    ids = "/v2/bot/followers/ids"
    assert line.request("GET", ids, query=[("limit", "1000")]) == []
    assert line.request("GET", ids, query=[("limit", "1001")]) == ["query limit: is more than 1000"]
    assert line.request("GET", ids, query=[("limit", "all")]) == [
        "query limit: is not of type integer"
    ]
    fixed = line.operation("GET", "/v2/bot/richmenu/list")
    open_ = line.operation("get", "/v2/bot/richmenu/a%2Fb")
    assert fixed is not None
    assert open_ is not None
    assert (fixed.name, open_.name) == ("getRichMenuList", "getRichMenu")
    assert open_.filled == {"richMenuId": "a/b"}


def test_replies() -> None:
    line = messaging()
    assert line.response("POST", PUSH, 200, {"sentMessages": [{"id": "1"}]}) == []
    assert line.response("POST", PUSH, 200, {"sentMessages": [{}]}) == [
        "reply.sentMessages[0].id: is missing"
    ]
    assert line.response("POST", PUSH, 418, {}) == ["reply: status 418 is not described"]
    assert line.response("POST", PUSH, 200, NOTHING) == ["reply: is missing"]


def test_an_event_of_each_kind_is_looked_at_as_its_kind() -> None:
    event = {
        "type": "unsend",
        "mode": "active",
        "timestamp": 1,
        "webhookEventId": "0" * 26,
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": SOMEBODY},
        "unsend": {"messageId": "1"},
    }
    line = webhook()
    assert line.named("Event", event) == []
    assert line.named("Event", {**event, "unsend": {}}) == ["Event.unsend.messageId: is missing"]
    assert line.named("Event", {**event, "mode": "asleep"}) == [
        "Event.mode: is not one of ['active', 'standby']"
    ]
    assert line.named("Event", {**event, "source": {"type": "group"}}) == [
        "Event.source.groupId: is missing"
    ]
