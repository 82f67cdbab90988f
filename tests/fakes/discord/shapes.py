"""The JSON objects of Discord's API, as plain functions; ids are strings, as on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

Json = dict[str, Any]

DISCORD_EPOCH: Final = 1_420_070_400  # seconds: the first moment of 2015
BOT_ID: Final = "1100000000000000001"
APPLICATION_ID: Final = "1100000000000000002"
OWNER_ID: Final = "1100000000000000003"
DM_CHANNEL: Final = 1
GUILD_CHANNEL: Final = 0
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
TEXT_INPUT: Final = 4
TEXT_DISPLAY: Final = 10
SELECTS: Final = (3, 5, 6, 7, 8)


def snowflake(at: float, number: int) -> str:
    """An id of the moment ``at`` (Unix seconds); ``number`` keeps ids of one millisecond apart."""
    return str((int((at - DISCORD_EPOCH) * 1000) << 22) | (number & 0x3FFFFF))


def moment(at: float) -> str:
    """Unix seconds as Discord writes a time."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def user(user_id: str, name: str, *, bot: bool = False) -> Json:
    """A user as others see them."""
    shape: Json = {
        "id": user_id,
        "username": name,
        "avatar": None,
        "discriminator": "0",
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "global_name": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    return shape | ({"bot": True} if bot else {})


def me() -> Json:
    """The bot as it sees itself."""
    more = {"mfa_enabled": False, "locale": "en-US", "premium_type": 0}
    return bot() | more | {"email": None, "verified": True}


def bot() -> Json:
    """The bot as others see it."""
    return user(BOT_ID, "madoakari", bot=True)


def application() -> Json:
    """The bot's application, as its owner sees it."""
    return {
        "id": APPLICATION_ID,
        "name": "madoakari",
        "icon": None,
        "description": "",
        "type": None,
        "bot": bot(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": 0,
        "flags_new": "0",
        "max_participants": None,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(OWNER_ID, "owner"),
        "approximate_guild_count": 0,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


def dm_channel(channel_id: str, recipient: Json, last_message_id: str | None = None) -> Json:
    """A direct-message channel between the bot and one person."""
    return {
        "id": channel_id,
        "type": DM_CHANNEL,
        "last_message_id": last_message_id,
        "flags": 0,
        "recipients": [recipient],
    }


def message(message_id: str, channel_id: str, author: Json, at: float, content: str) -> Json:
    """A message without anything but words."""
    return {
        "id": message_id,
        "type": 0,
        "channel_id": channel_id,
        "author": author,
        "content": content,
        "timestamp": moment(at),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "flags": 0,
        "components": [],
    }


def sticker(sticker_id: str, name: str) -> Json:
    """A sticker as it stands in a message."""
    return {"id": sticker_id, "name": name, "format_type": 1}


def attachment(attachment_id: str, name: str, size: int, url: str, content_type: str) -> Json:
    """A file that somebody sent with a message."""
    return {
        "id": attachment_id,
        "filename": name,
        "size": size,
        "url": url,
        "proxy_url": url,
        "content_type": content_type,
    }


def emoji(name: str) -> Json:
    """One of the emoji that everybody has."""
    return {"id": None, "name": name}


def without_nothing(value: Any) -> Any:
    """``value`` without its empty fields: Discord answers by leaving them out."""
    if isinstance(value, dict):
        return {key: without_nothing(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nothing(inner) for inner in value]
    return value


def embeds(asked: Sequence[Json]) -> list[Json]:
    """Embeds as Discord answers with them."""
    return [{"type": "rich", **without_nothing(embed)} for embed in asked]


def components(asked: Sequence[Json]) -> list[Json]:
    """Buttons, menus and fields as Discord keeps them: numbered, with its own defaults."""
    number = 0

    def answered(component: Json) -> Json:
        nonlocal number
        number += 1
        shape = {"id": number, **component}
        if component["type"] in SELECTS:
            shape = {"min_values": 1, "max_values": 1} | shape
        if "components" in shape:
            shape["components"] = [answered(inner) for inner in shape["components"]]
        if "component" in shape:
            shape["component"] = answered(shape["component"])
        return shape

    return [answered(component) for component in without_nothing(list(asked))]


def parts(shape: Json) -> list[Json]:
    """Every component inside a message or a modal, its rows and labels left out."""
    found: list[Json] = []
    for component in [*shape.get("components", []), *filter(None, [shape.get("component")])]:
        inner = parts(component)
        found += inner or [component]
    return found


def command(command_id: str, asked: Json) -> Json:
    """A slash command as Discord answers with it."""
    shape: Json = without_nothing(asked) | {
        "id": command_id,
        "application_id": APPLICATION_ID,
        "version": command_id,
        "default_member_permissions": None,
        "type": asked.get("type") or 1,
        "description": asked.get("description") or "",
    }
    return shape
