"""The slash commands: what they are called, and which choice each stands for; pure.

In room mode neither a name nor a description says what kind of place this is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]
Say = Callable[[str, str], str]  # a text key and a locale

TALK: Final = "talk"
"""Go on in the direct messages; every other choice is the house's."""
POST: Final = "post"
"""Put a button into a channel of a server."""
_IN_SERVER, _WITH_BOT = 0, 1
_MANAGE_SERVER: Final = 1 << 5
_ENGLISH: Final = ("en-US", "en-GB")


@dataclass(frozen=True, slots=True)
class Command:
    """One command, by its Japanese and its English name."""

    name: str
    english: str
    choice: str
    text: str


RELAY: Final = (
    Command("相談", "talk", TALK, "channel.discord.command.talk"),
    Command("メニュー", "menu", "menu", "channel.discord.command.menu"),
    Command("窓口", "lines", "lines", "channel.discord.command.lines"),
    Command("ボタン設置", "post-button", POST, "channel.discord.command.post"),
)
ROOM: Final = (
    Command("ひらく", "open", "room", "channel.discord.command.open"),
    Command("ボタン設置", "post-button", POST, "channel.discord.command.post_open"),
)


def commands(*, bell_only: bool) -> tuple[Command, ...]:
    """The commands of a mode."""
    return ROOM if bell_only else RELAY


def choices(*, bell_only: bool) -> Mapping[str, str]:
    """Which choice a command's name stands for."""
    return {one.name: one.choice for one in commands(bell_only=bell_only)}


def described(say: Say, *, bell_only: bool) -> list[Json]:
    """All commands as Discord wants to be told of them."""
    return [_described(one, say) for one in commands(bell_only=bell_only)]


def _described(one: Command, say: Say) -> Json:
    shape: Json = {
        "name": one.name,
        "name_localizations": dict.fromkeys(_ENGLISH, one.english),
        "description": say(one.text, "ja"),
        "description_localizations": dict.fromkeys(_ENGLISH, say(one.text, "en")),
        "type": 1,
        "contexts": [_IN_SERVER] if one.choice == POST else [_IN_SERVER, _WITH_BOT],
        "integration_types": [0],
    }
    if one.choice == POST:
        shape["default_member_permissions"] = _MANAGE_SERVER
    return shape
