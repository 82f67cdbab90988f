"""The limits of LINE's manual: what just fits passes, and one more does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.line.limits import breaches, units


def said(message: dict[str, Any]) -> list[str]:
    return breaches("pushMessage", {"to": "U", "messages": [message]})


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def postback(label: str = "はい", data: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": "postback", "label": label, "data": data, **more}


def quick(action: dict[str, Any]) -> dict[str, Any]:
    return {**text("a"), "quickReply": {"items": [{"type": "action", "action": action}]}}


def template(
    kind: str, words: str, actions: int, *, alt: str = "a", label: str = "はい", **more: Any
) -> dict[str, Any]:
    shown = {"type": kind, "text": words, "actions": [postback(label)] * actions, **more}
    return {"type": "template", "altText": alt, "template": shown}


def flex(node: dict[str, Any]) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": [node]}
    return {"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": body}}


@pytest.mark.parametrize(
    "message",
    [
        text("深" * 5_000),
        text("😀" * 2_500),
        quick(postback("あ" * 20, "d" * 300, displayText="x" * 300)),
        template("buttons", "x" * 160, 4, alt="x" * 1_500),
        template("buttons", "x" * 60, 1, title="t" * 40),
        template("confirm", "x" * 240, 2),
        flex({"type": "button", "action": postback("x" * 40)}),
        quick({"type": "uri", "label": "a", "uri": "https://example.com/"}),
    ],
)
def test_what_just_fits_passes(message: dict[str, Any]) -> None:
    assert said(message) == []


@pytest.mark.parametrize(
    ("message", "place"),
    [
        (text("深" * 5_001), "text"),
        (text("😀" * 2_500 + "a"), "text"),
        (text(""), "text"),
        (quick(postback("あ" * 21)), "quickReply.items[0].action.label"),
        (quick({"type": "postback", "data": "a"}), "quickReply.items[0].action.label"),
        (quick(postback(data="")), "quickReply.items[0].action.data"),
        (quick(postback(data="d" * 301)), "quickReply.items[0].action.data"),
        (quick(postback(displayText="x" * 301)), "quickReply.items[0].action.displayText"),
        (quick(postback(text="x")), "quickReply.items[0].action.text"),
        (
            quick({"type": "message", "label": "a", "text": "x" * 301}),
            "quickReply.items[0].action.text",
        ),
        (
            quick({"type": "uri", "label": "a", "uri": "ftp://a"}),
            "quickReply.items[0].action.uri",
        ),
        (template("buttons", "x" * 161, 1), "template.text"),
        (template("buttons", "x" * 61, 1, title="t"), "template.text"),
        (template("buttons", "x", 1, title="t" * 41), "template.title"),
        (template("buttons", "x", 5), "template.actions"),
        (template("buttons", "x", 0), "template.actions"),
        (template("buttons", "x", 1, alt="x" * 1_501), "altText"),
        (template("confirm", "x" * 241, 2), "template.text"),
        (template("confirm", "x", 1), "template.actions"),
        (
            template("confirm", "x", 2, label="x" * 21),
            "template.actions[0].label",
        ),
        (
            flex({"type": "button", "action": postback("x" * 41)}),
            "contents.body.contents[0].action.label",
        ),
        (flex({"type": "text", "text": ""}), "contents.body.contents[0].text"),
    ],
)
def test_one_more_does_not(message: dict[str, Any], place: str) -> None:
    assert any(problem.startswith(f"messages[0].{place}: ") for problem in said(message))


def menu(width: int = 2_500, height: int = 843, areas: int = 1, **bounds: int) -> list[str]:
    place = {"x": 0, "y": 0, "width": width, "height": height, **bounds}
    return breaches(
        "createRichMenu",
        {
            "size": {"width": width, "height": height},
            "selected": True,
            "name": "a",
            "chatBarText": "a",
            "areas": [{"bounds": place, "action": postback()}] * areas,
        },
    )


def test_a_rich_menu_has_a_size() -> None:
    assert menu() == []
    assert menu(2_501) == ["size.width: must be 800 to 2500"]
    assert len(menu(800, 600)) == 1
    assert menu(areas=21) == ["areas: has more than 20"]
    assert menu(x=1) == ["areas[0].bounds: reaches out of the menu"]
    assert breaches("createRichMenu", {})[0] == "size: is missing"


def test_other_requests_have_their_own_limits_or_none() -> None:
    assert breaches("showLoadingAnimation", {"chatId": "U", "loadingSeconds": 60}) == []
    assert breaches("showLoadingAnimation", {"chatId": "U", "loadingSeconds": 7}) == [
        "loadingSeconds: is no multiple of 5"
    ]
    assert breaches("getBotInfo", None) == []


def test_length_is_counted_in_utf_16() -> None:
    assert [units(words) for words in ("a", "窓", "😀", "👨‍👩‍👧", "\ud83d")] == [1, 1, 2, 8, 1]
