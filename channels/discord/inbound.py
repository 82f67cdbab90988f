"""What the gateway and the history tell, as small plain values; pure, and raises nothing.

Payloads are read as they come over the wire. What is not as documented becomes nothing, so that
one odd frame keeps nobody's words from arriving. Names and pictures of people are never read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

DISCORD_EPOCH_MS: Final = 1_420_070_400_000
MOST_ATTACHMENTS: Final = 10
LONGEST: Final = 4000
"""Characters that Discord takes in from some of its users."""
LARGEST_PICTURE: Final = 10 * 1024 * 1024  # bytes
_LARGEST_ID: Final = 2**64
_MOST_STICKERS: Final = 3
_NAME: Final = 100
_MOST_WORDS: Final = 6000
_SAID: Final = (0, 19)  # a plain message and an answer to one; all others are the app's own
_VOICE: Final = 1 << 13

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attached:
    """One file beside the words. ``kind`` is ``picture``, ``voice``, ``video`` or ``file``.

    A picture too large to be fetched is a file.
    """

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """Somebody's message, as it stands now. ``edited`` is when it was changed, or empty."""

    channel_id: int
    message_id: int
    author_id: int
    words: str
    stickers: tuple[str, ...] = ()
    attached: tuple[Attached, ...] = ()
    edited: str = ""
    ours: bool = False  # a bot or an app wrote it


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message was taken back; whose it was is not told."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Reacted:
    """An emoji under a message was put there, or taken away. ``author_id`` wrote the message."""

    channel_id: int
    message_id: int
    user_id: int
    emoji: str
    added: bool
    author_id: int | None = None

    @property
    def ref(self) -> str:
        """Our name for this reaction; the same when it is taken away."""
        return f"reaction:{self.message_id}:{self.emoji}"


@dataclass(frozen=True, slots=True)
class Tapped:
    """A command, a button or a sent form. ``choice`` is what was chosen; never shown or logged."""

    interaction_id: int
    token: str
    user_id: int
    locale: str
    kind: str  # command, button, form
    choice: str
    in_server: bool
    typed: str = ""


Heard = Wrote | Deleted | Reacted | Tapped


def read_event(name: object, data: object) -> Heard | None:
    """What an event of the gateway says; None for what is nothing to us."""
    reader = _READERS.get(name) if isinstance(name, str) else None
    return reader(data) if reader is not None and isinstance(data, Mapping) else None


def read_message(data: object) -> Wrote | None:
    """A message from the gateway or the history; None for one of a server or of the app itself."""
    if not isinstance(data, Mapping) or data.get("guild_id") is not None:
        return None
    author = _part(data, "author")
    ids = number(data.get("channel_id")), number(data.get("id")), number(author.get("id"))
    if None in ids or data.get("type", 0) not in _SAID or data.get("webhook_id") is not None:
        return None
    channel_id, message_id, author_id = (one or 0 for one in ids)
    voice = isinstance(flags := data.get("flags"), int) and bool(flags & _VOICE)
    return Wrote(
        channel_id=channel_id,
        message_id=message_id,
        author_id=author_id,
        words=text(data.get("content"), _MOST_WORDS),
        stickers=tuple(_names(data.get("sticker_items"))[:_MOST_STICKERS]),
        attached=_attached(data.get("attachments"), voice=voice),
        edited=text(data.get("edited_timestamp"), _NAME),
        ours=author.get("bot") is True,
    )


def number(value: object) -> int | None:
    """An id as Discord writes it, a number as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20:  # noqa: PLR2004  # digits of 2**64
        found = int(value)
        return found if 0 < found < _LARGEST_ID else None
    return None


def text(value: object, most: int) -> str:
    """Text of at most ``most`` characters that can be stored; empty for anything else.

    Half characters, which JSON can spell, become a sign that says so: the rest still counts.
    """
    if not isinstance(value, str):
        return ""
    return value[:most].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _changed(data: Json) -> Wrote | None:
    """An edit; the same event tells of pins and of links that were looked up."""
    changed = read_message(data)
    return changed if changed is not None and changed.edited else None


def _deleted(data: Json) -> Deleted | None:
    channel_id, message_id = number(data.get("channel_id")), number(data.get("id"))
    if channel_id is None or message_id is None or data.get("guild_id") is not None:
        return None
    return Deleted(channel_id, message_id)


def _reacted(data: Json, *, added: bool) -> Reacted | None:
    channel_id, message_id = number(data.get("channel_id")), number(data.get("message_id"))
    user_id, emoji = number(data.get("user_id")), _emoji(_part(data, "emoji"))
    if channel_id is None or message_id is None or user_id is None or not emoji:
        return None
    if data.get("guild_id") is not None:
        return None
    author_id = number(data.get("message_author_id"))
    return Reacted(channel_id, message_id, user_id, emoji, added, author_id)


def _tapped(data: Json) -> Tapped | None:
    user = _part(data, "user") or _part(_part(data, "member"), "user")
    interaction_id, user_id = number(data.get("id")), number(user.get("id"))
    token, inner, kind = text(data.get("token"), 1000), _part(data, "data"), data.get("type")
    name = "name" if kind == 2 else "custom_id"  # noqa: PLR2004  # as Discord numbers them
    kinds = {2: "command", 3: "button", 5: "form"}
    known = isinstance(kind, int) and kind in kinds
    if not known or interaction_id is None or user_id is None or not token:
        return None
    return Tapped(
        interaction_id=interaction_id,
        token=token,
        user_id=user_id,
        locale="ja" if text(data.get("locale"), _NAME).startswith("ja") else "en",
        kind=kinds[kind if isinstance(kind, int) else 0],
        choice=text(inner.get(name), _NAME),
        in_server=data.get("guild_id") is not None or data.get("context") == 0,
        typed=_typed(inner.get("components")),
    )


def _typed(components: object) -> str:
    """The first field of a sent form, whatever rows or labels stand around it."""
    waiting, looked_at = [components], 0
    while waiting and looked_at < 100:  # noqa: PLR2004  # a form has at most five parts
        looked_at += 1
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, Mapping):
            if isinstance(one.get("value"), str):
                return text(one["value"], LONGEST)
            waiting += [one.get("components"), one.get("component")]
    return ""


def _attached(value: object, *, voice: bool) -> tuple[Attached, ...]:
    files = value if isinstance(value, list) else []
    return tuple(_file(one, voice=voice) for one in files[:MOST_ATTACHMENTS])


def _file(value: object, *, voice: bool) -> Attached:
    data = value if isinstance(value, Mapping) else {}
    kind = text(data.get("content_type"), _NAME).lower()
    url = text(data.get("url"), LONGEST)
    if voice or kind.startswith("audio/"):
        return Attached("voice", url)
    if kind.startswith("video/"):
        return Attached("video", url)
    size = data.get("size")
    small = isinstance(size, int) and 0 < size <= LARGEST_PICTURE
    return Attached("picture" if kind.startswith("image/") and url and small else "file", url)


def _names(value: object) -> list[str]:
    items = value if isinstance(value, list) else []
    return [text(one.get("name"), _NAME) for one in items if isinstance(one, Mapping)]


def _emoji(data: Json) -> str:
    name = text(data.get("name"), _NAME).strip()
    return f":{name}:" if name and data.get("id") is not None else name


def _part(data: Json, name: str) -> Json:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


_READERS: Final[Mapping[str, Callable[[Json], Heard | None]]] = {
    "MESSAGE_CREATE": read_message,
    "MESSAGE_UPDATE": _changed,
    "MESSAGE_DELETE": _deleted,
    "MESSAGE_REACTION_ADD": lambda data: _reacted(data, added=True),
    "MESSAGE_REACTION_REMOVE": lambda data: _reacted(data, added=False),
    "INTERACTION_CREATE": _tapped,
}
