"""Pure: the bytes of a webhook to what happened. One odd event never takes its neighbours along.

The SDK's own parser loses a whole delivery to one event that it does not know; so each event is
read by itself, and only what we use of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]

_MOST_EVENTS: Final = 500
_ID: Final = 100
_TOKEN: Final = 500
_WORDS: Final = 10_000  # as many as the house takes from LINE: cut, never refused
_KEYWORDS: Final = 6
_REFUSED: Final = frozenset({"image", "video", "audio", "file", "location"})


@dataclass(frozen=True, slots=True)
class Common:
    """What every event of a person has. ``standby``: somebody else answers, we only listen."""

    event_id: str
    user: str
    reply_token: str | None
    standby: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote. ``ref`` is LINE's id of the message."""

    common: Common
    ref: str
    words: str
    read_mark: str | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Somebody sent a sticker; ``words`` are on it, ``keywords`` say what it means."""

    common: Common
    ref: str
    words: str
    keywords: tuple[str, ...]
    read_mark: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """Somebody sent something that is no words: ``what`` is LINE's name of its kind."""

    common: Common
    ref: str
    what: str
    read_mark: str | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """Somebody took a message back."""

    common: Common
    ref: str


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody added the account, or unblocked it."""

    common: Common


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody blocked the account."""

    common: Common


@dataclass(frozen=True, slots=True)
class Tapped:
    """Somebody tapped a button."""

    common: Common
    choice: str


@dataclass(frozen=True, slots=True)
class Among:
    """Something happened before others: in a group (or a room) that the account is in."""

    place: str  # LINE's id of it
    is_group: bool
    joined: bool  # just now
    reply_token: str | None


@dataclass(frozen=True, slots=True)
class Odd:
    """An event that we do not know, or that lacks what we need."""


Event = Said | Stuck | Offered | Unsent | Added | Left | Tapped | Among | Odd


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of LINE's. ``destination`` is the account's own id."""

    destination: str | None
    events: tuple[Event, ...]


NOTHING: Final = Delivery(None, ())


def parse(body: bytes) -> Delivery:
    """Read a delivery. Never raises: what cannot be read holds nothing for us."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return NOTHING
    if not isinstance(read, dict):
        return NOTHING
    events = read.get("events")
    listed = events[:_MOST_EVENTS] if isinstance(events, list) else []
    return Delivery(_text(read.get("destination"), _ID), tuple(_event(each) for each in listed))


def _event(read: object) -> Event:
    if not isinstance(read, dict):
        return Odd()
    source = _object(read.get("source"))
    if source.get("type") in ("group", "room"):  # no set: the type may be anything
        return _among(read, source)
    common = _common(read, source)
    if common is None:
        return Odd()
    return _of_person(read, common) or Odd()


def _common(read: Json, source: Json) -> Common | None:
    event_id = _text(read.get("webhookEventId"), _ID)
    user = _text(source.get("userId"), _ID)
    if event_id is None or user is None or source.get("type") != "user":
        return None
    standby = read.get("mode") == "standby"
    token = None if standby else _text(read.get("replyToken"), _TOKEN)
    return Common(event_id, user, token, standby)


def _of_person(read: Json, common: Common) -> Event | None:
    kind = read.get("type")
    if kind == "message":
        return _message(_object(read.get("message")), common)
    if kind == "unsend":
        ref = _text(_object(read.get("unsend")).get("messageId"), _ID)
        return Unsent(common, ref) if ref is not None else None
    if kind == "follow":
        return Added(common)
    if kind == "unfollow":
        return Left(common)
    if kind == "postback":
        choice = _text(_object(read.get("postback")).get("data"), _TOKEN)
        return Tapped(common, choice) if choice is not None else None
    return None


def _message(message: Json, common: Common) -> Event | None:
    ref, what = _text(message.get("id"), _ID), message.get("type")
    mark = _text(message.get("markAsReadToken"), _TOKEN)
    if ref is None or not isinstance(what, str):
        return None
    if what == "text":
        words = _text(message.get("text"), _WORDS)
        return Said(common, ref, words, mark) if words is not None else None
    if what == "sticker":
        words = _text(message.get("text"), _WORDS) or ""
        return Stuck(common, ref, words, _keywords(message.get("keywords")), mark)
    return Offered(common, ref, what if what in _REFUSED else "other", mark)


def _keywords(read: object) -> tuple[str, ...]:
    listed = read if isinstance(read, list) else []
    words = (_text(each, _ID) for each in listed)
    return tuple(word for word in words if word)[:_KEYWORDS]


def _among(read: Json, source: Json) -> Event:
    is_group = source.get("type") == "group"
    place = _text(source.get("groupId" if is_group else "roomId"), _ID)
    if place is None or read.get("type") in ("leave", "memberLeft"):
        return Odd()
    token = _text(read.get("replyToken"), _TOKEN)
    return Among(place, is_group, read.get("type") == "join", token)


def _object(read: object) -> Json:
    return read if isinstance(read, dict) else {}


def _text(read: object, most: int) -> str | None:
    """A text of at most ``most`` characters that can be written down; None for anything else."""
    if not isinstance(read, str) or not read:
        return None
    whole = read.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole[:most]
