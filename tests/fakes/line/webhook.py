"""What LINE tells a bot: events of every kind, the body around them, its signature, its delivery.

Every builder takes ``**more`` for what is common to all events: ``user``, ``group`` or ``room``
(who it comes from), ``number`` (makes ids differ), ``at`` (milliseconds), ``mode="standby"``,
``again=True`` (a redelivery).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Final

import aiohttp

from tests.fakes.line.contract import webhook

Event = dict[str, Any]

USER: Final = "U" + "0123456789abcdef" * 2
GROUP: Final = "C" + "0123456789abcdef" * 2
ROOM: Final = "R" + "0123456789abcdef" * 2
BOT: Final = "U" + "b07" * 10 + "b0"
EVENING: Final = 1_790_000_000_000
"""A September evening in 2026, in milliseconds."""
PATIENCE: Final = 2.0
"""Seconds LINE waits for an answer."""


def _event(
    kind: str,
    *,
    user: str | None = USER,
    group: str | None = None,
    room: str | None = None,
    number: int = 1,
    at: int = EVENING,
    mode: str = "active",
    again: bool = False,
    **fields: Any,
) -> Event:
    return {
        "type": kind,
        "mode": mode,
        "timestamp": at,
        "source": _source(user, group, room),
        "webhookEventId": f"01FAKE{number:020d}",
        "deliveryContext": {"isRedelivery": again},
        **fields,
    }


def _source(user: str | None, group: str | None, room: str | None) -> dict[str, str]:
    own = {} if user is None else {"userId": user}
    if group is not None:
        return {"type": "group", "groupId": group, **own}
    if room is not None:
        return {"type": "room", "roomId": room, **own}
    return {"type": "user", **own}


def reply_token(number: int) -> str:
    """Give the reply token that the event of this number carries."""
    return f"{number:032x}"


def _message(number: int, content: dict[str, Any], more: dict[str, Any]) -> Event:
    message = {"id": str(400_000 + number), **content}
    return _event(
        "message", number=number, message=message, **{"replyToken": reply_token(number), **more}
    )


def text(
    words: str, *, number: int = 1, fields: dict[str, Any] | None = None, **more: Any
) -> Event:
    """Words; ``fields`` go into the message: ``emojis``, ``mention``, ``quotedMessageId``."""
    tokens = {"quoteToken": f"quote{number}", "markAsReadToken": f"read{number}"}
    return _message(number, {"type": "text", "text": words, **tokens, **(fields or {})}, more)


def emoji(index: int, length: int) -> dict[str, Any]:
    """Build one of ``emojis``: a LINE emoji that stands in the text as ``(hello)``."""
    return {"index": index, "length": length, "productId": "fictional", "emojiId": "001"}


def mention(index: int, length: int, *, is_self: bool = True) -> dict[str, Any]:
    """Build ``mention`` of the bot itself or of somebody else."""
    who = {"userId": BOT if is_self else USER, "isSelf": is_self}
    return {"mentionees": [{"type": "user", "index": index, "length": length, **who}]}


def sticker(
    *, number: int = 1, keywords: list[str] | None = None, words: str | None = None, **more: Any
) -> Event:
    """Build a sticker with its keywords and, for a message sticker, the words in it."""
    kind = "MESSAGE" if words is not None else "STATIC"
    content: dict[str, Any] = {
        "type": "sticker",
        "packageId": "11537",
        "stickerId": "52002734",
        "stickerResourceType": kind,
        "quoteToken": f"quote{number}",
        "markAsReadToken": f"read{number}",
    }
    if keywords is not None:
        content |= {"keywords": keywords}
    return _message(number, content if words is None else {**content, "text": words}, more)


def _media(kind: str, number: int, fields: dict[str, Any], more: dict[str, Any]) -> Event:
    read = {"markAsReadToken": f"read{number}"}
    return _message(number, {"type": kind, **read, **fields}, more)


_OURS: Final = {"contentProvider": {"type": "line"}}


def image(*, number: int = 1, **more: Any) -> Event:
    """Build a picture; its bytes are fetched by the message's id."""
    return _media("image", number, {**_OURS, "quoteToken": f"quote{number}"}, more)


def video(*, number: int = 1, **more: Any) -> Event:
    """Build a film."""
    fields = {**_OURS, "quoteToken": f"quote{number}", "duration": 6000}
    return _media("video", number, fields, more)


def audio(*, number: int = 1, **more: Any) -> Event:
    """Build a spoken message."""
    return _media("audio", number, {**_OURS, "duration": 6000}, more)


def file(*, number: int = 1, **more: Any) -> Event:
    """Build a file."""
    return _media("file", number, {"fileName": "memo.txt", "fileSize": 2138}, more)


def location(*, number: int = 1, **more: Any) -> Event:
    """Build a place, with a title and an address."""
    where = {"title": "駅", "address": "架空県架空市", "latitude": 35.5, "longitude": 139.5}
    return _media("location", number, where, more)


def unknown_message(*, number: int = 1, **more: Any) -> Event:
    """Build a message of a kind that LINE has not thought of yet."""
    return _media("hologram", number, {"depth": 3}, more)


def _answerable(kind: str, number: int, more: dict[str, Any], **fields: Any) -> Event:
    return _event(kind, number=number, **{"replyToken": reply_token(number), **fields, **more})


def postback(data: str, *, number: int = 1, **more: Any) -> Event:
    """Build a press of a button that carries data."""
    return _answerable("postback", number, more, postback={"data": data})


def follow(*, number: int = 1, unblocked: bool = False, **more: Any) -> Event:
    """Build the first step of a person, or their coming back after a block."""
    return _answerable("follow", number, more, follow={"isUnblocked": unblocked})


def unfollow(*, number: int = 1, **more: Any) -> Event:
    """Build a block of the bot."""
    return _event("unfollow", number=number, **more)


def unsend(message_id: str, *, number: int = 1, **more: Any) -> Event:
    """Build the taking back of a message."""
    return _event("unsend", number=number, unsend={"messageId": message_id}, **more)


def join(*, number: int = 1, group: str | None = GROUP, **more: Any) -> Event:
    """Build the bot's joining of a group, or of a room where ``group`` is None."""
    return _answerable("join", number, {"user": None, "group": group, **more})


def leave(*, number: int = 1, group: str | None = GROUP, **more: Any) -> Event:
    """Build the bot's removal from a group, or from a room where ``group`` is None."""
    return _event("leave", number=number, **{"user": None, "group": group, **more})


def member_joined(*, number: int = 1, group: str | None = GROUP, **more: Any) -> Event:
    """Build somebody's joining of a group where the bot is."""
    joined = {"members": [{"type": "user", "userId": USER}]}
    return _answerable(
        "memberJoined", number, {"user": None, "group": group, **more}, joined=joined
    )


def unknown(*, number: int = 1, **more: Any) -> Event:
    """Build an event of a kind that LINE has not thought of yet; no contract knows it."""
    return _answerable("moonrise", number, more, moonrise={"phase": "full", "hidden": [1, None]})


def check_event(event: Event) -> list[str]:
    """Say in what an event does not fit LINE's description; an empty list means that it fits."""
    return webhook().named("Event", event)


def check_body(raw: bytes) -> list[str]:
    """Say in what a whole body does not fit LINE's description."""
    return webhook().request("POST", "/callback", body=json.loads(raw))


def body(destination: str, events: list[Event]) -> bytes:
    """Put events into a body, as LINE writes it."""
    whole = {"destination": destination, "events": events}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def sign(raw: bytes, secret: str) -> str:
    """Compute the signature: base64 of HMAC-SHA256 over the bytes as they are sent."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


async def deliver(session: aiohttp.ClientSession, url: str, secret: str, raw: bytes) -> int:
    """Post a signed body; gives the status.

    Raises TimeoutError after LINE's two seconds, and aiohttp.ClientError.
    """
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "LineBotWebhook/2.0",
        "x-line-signature": sign(raw, secret),
    }
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    async with session.post(url, data=raw, headers=headers, timeout=patience) as answer:
        await answer.read()
        return answer.status
