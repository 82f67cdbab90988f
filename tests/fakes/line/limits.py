"""Limits that LINE's manual states and its description for machines does not.

Numbers are those of the Messaging API reference as read in 2026. Where one has changed in the
past, the comment says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

TEXT: Final = 5_000
"""Text message, in UTF-16 code units: an emoji outside the basic plane counts twice."""
ALT_TEXT: Final = 1_500
"""Alternative text of templates and flex messages; 400 until 2025."""
QUICK_REPLY_LABEL: Final = 20
BUTTON_LABEL: Final = 20
"""Label of an action in a template."""
FLEX_LABEL: Final = 40
MENU_LABEL: Final = 20
BUTTONS_TEXT: Final = 160
"""Text of a buttons template with neither image nor title."""
BUTTONS_TEXT_WITH_TITLE: Final = 60
BUTTONS_TITLE: Final = 40
BUTTONS_ACTIONS: Final = 4
CONFIRM_TEXT: Final = 240
CONFIRM_ACTIONS: Final = 2
POSTBACK_DATA: Final = 300
POSTBACK_WORDS: Final = 300
"""``displayText`` of a postback, and ``text`` of a message action."""
URI: Final = 1_000
MENU_AREAS: Final = 20
MENU_WIDTH: Final = (800, 2_500)
MENU_HEIGHT: Final = 250
MENU_RATIO: Final = 1.45
LOADING_STEP: Final = 5
"""``loadingSeconds`` is a multiple of this; 5 to 60 stands in the description."""


def units(text: str) -> int:
    """Count as LINE counts: UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def breaches(name: str, body: Any) -> list[str]:
    """Say which limits the body of the named operation breaks; the contract must hold already."""
    if name in {"pushMessage", "replyMessage"}:
        return [
            problem
            for index, message in enumerate(body["messages"])
            for problem in _message(message, f"messages[{index}]")
        ]
    if name == "createRichMenu":
        return list(_menu(body))
    if name == "showLoadingAnimation" and body.get("loadingSeconds", 20) % LOADING_STEP:
        return [f"loadingSeconds: is no multiple of {LOADING_STEP}"]
    return []


def _bounded(text: Any, most: int, at: str) -> Iterator[str]:
    if not isinstance(text, str) or not text:
        yield f"{at}: is empty"
    elif units(text) > most:
        yield f"{at}: has more than {most} UTF-16 units"


def _message(message: Mapping[str, Any], at: str) -> Iterator[str]:
    if message["type"] in {"text", "textV2"}:
        yield from _bounded(message["text"], TEXT, f"{at}.text")
    if "altText" in message:
        yield from _bounded(message["altText"], ALT_TEXT, f"{at}.altText")
    if message["type"] == "template":
        yield from _template(message["template"], f"{at}.template")
    if message["type"] == "flex":
        yield from _flex(message["contents"], f"{at}.contents")
    for index, item in enumerate(message.get("quickReply", {}).get("items", ())):
        place = f"{at}.quickReply.items[{index}].action"
        yield from _action(item.get("action", {}), QUICK_REPLY_LABEL, place)


def _template(template: Mapping[str, Any], at: str) -> Iterator[str]:
    actions = template.get("actions", [])
    if template["type"] == "buttons":
        titled = "title" in template or "thumbnailImageUrl" in template
        most = BUTTONS_TEXT_WITH_TITLE if titled else BUTTONS_TEXT
        yield from _bounded(template["text"], most, f"{at}.text")
        if "title" in template:
            yield from _bounded(template["title"], BUTTONS_TITLE, f"{at}.title")
        if not 1 <= len(actions) <= BUTTONS_ACTIONS:
            yield f"{at}.actions: must be 1 to {BUTTONS_ACTIONS}"
    elif template["type"] == "confirm":
        yield from _bounded(template["text"], CONFIRM_TEXT, f"{at}.text")
        if len(actions) != CONFIRM_ACTIONS:
            yield f"{at}.actions: must be {CONFIRM_ACTIONS}"
    for index, action in enumerate(actions):
        yield from _action(action, BUTTON_LABEL, f"{at}.actions[{index}]")


def _flex(node: Any, at: str) -> Iterator[str]:
    """Look at every action of a flex message, and at words that would be refused as empty."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _flex(inner, f"{at}[{index}]")
    elif isinstance(node, Mapping):
        if node.get("type") == "text" and "contents" not in node and not node.get("text"):
            yield f"{at}.text: is empty"
        for name, inner in node.items():
            if name == "action":
                labelled = node.get("type") == "button"
                yield from _action(inner, FLEX_LABEL, f"{at}.action", labelled=labelled)
            else:
                yield from _flex(inner, f"{at}.{name}")


def _action(
    action: Mapping[str, Any], label: int, at: str, *, labelled: bool = True
) -> Iterator[str]:
    if labelled or "label" in action:
        yield from _bounded(action.get("label"), label, f"{at}.label")
    kind = action.get("type")
    if kind == "postback":
        yield from _bounded(action.get("data"), POSTBACK_DATA, f"{at}.data")
        if "displayText" in action:
            yield from _bounded(action["displayText"], POSTBACK_WORDS, f"{at}.displayText")
        if "text" in action:
            yield f"{at}.text: is no longer for use; displayText is"
    elif kind == "message":
        yield from _bounded(action.get("text"), POSTBACK_WORDS, f"{at}.text")
    elif kind == "uri":
        yield from _bounded(action.get("uri"), URI, f"{at}.uri")
        if not str(action.get("uri")).startswith(("https://", "http://", "line://", "tel:")):
            yield f"{at}.uri: has a scheme that LINE does not open"


def _menu(menu: Mapping[str, Any]) -> Iterator[str]:
    missing = [n for n in ("size", "selected", "name", "chatBarText", "areas") if n not in menu]
    if missing:
        yield from (f"{name}: is missing" for name in missing)
        return
    width, height = menu["size"].get("width", 0), menu["size"].get("height", 0)
    if not MENU_WIDTH[0] <= width <= MENU_WIDTH[1]:
        yield f"size.width: must be {MENU_WIDTH[0]} to {MENU_WIDTH[1]}"
    if height < MENU_HEIGHT or width / height < MENU_RATIO:
        yield f"size.height: must be {MENU_HEIGHT} or more, and width / height {MENU_RATIO} or more"
    if len(menu["areas"]) > MENU_AREAS:
        yield f"areas: has more than {MENU_AREAS}"
    for index, area in enumerate(menu["areas"]):
        yield from _area(area, width, height, f"areas[{index}]")


def _area(area: Mapping[str, Any], width: int, height: int, at: str) -> Iterator[str]:
    bounds = area.get("bounds", {})
    if (
        bounds.get("x", 0) + bounds.get("width", 0) > width
        or bounds.get("y", 0) + bounds.get("height", 0) > height
    ):
        yield f"{at}.bounds: reaches out of the menu"
    yield from _action(area.get("action", {}), MENU_LABEL, f"{at}.action", labelled=False)
