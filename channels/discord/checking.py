"""What an operator should know before people write: asked of Discord with the bot's own token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp

from bot.core.ports.channel import Finding
from channels.discord.inbound import number
from channels.discord.settings import DiscordSettings

DISCORD: Final = "https://discord.com/api/v10"
INVITE: Final = (
    "https://discord.com/oauth2/authorize?client_id={id}"
    "&scope=bot+applications.commands&permissions=0"
)
_PATIENCE: Final = aiohttp.ClientTimeout(total=15)
_NEEDLESS: Final[Mapping[str, int]] = {
    "Presence Intent": (1 << 12) | (1 << 13),
    "Server Members Intent": (1 << 14) | (1 << 15),
    "Message Content Intent": (1 << 18) | (1 << 19),
}
"""Privileged intents by the flags of an application; a bot for direct messages needs none."""


async def check(own: DiscordSettings, settings: object) -> Sequence[Finding]:
    """Everything, and the link by which a server invites the bot."""
    found, application = await _asked(own)
    application_id = number(application.get("id"))
    if application_id is not None:
        link = INVITE.format(id=application_id)
        found.append(Finding("note", f"Discord: invite the bot with {link}"))
    del settings
    return found


async def examine(own: DiscordSettings, settings: object) -> Sequence[Finding]:
    """What the doctor shows."""
    del settings
    return (await _asked(own))[0]


async def _asked(own: DiscordSettings) -> tuple[list[Finding], Mapping[str, Any]]:
    if own.token is None:
        return [Finding("mend", "Discord: MADOAKARI_DISCORD_TOKEN is not set.")], {}
    headers = {"Authorization": f"Bot {own.token.reveal().strip()}"}
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=_PATIENCE) as web:
            status, application = await _get(web, f"{own.api_host or DISCORD}/applications/@me")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return [Finding("mend", "Discord cannot be reached from here; it is tried again.")], {}
    if status == 401:  # noqa: PLR2004  # HTTP's own number
        sentence = "Discord does not take the token; reset it in the developer portal."
        return [Finding("mend", sentence)], {}
    if status != 200:  # noqa: PLR2004  # HTTP's own number
        return [Finding("mend", f"Discord answers with status {status}; try again later.")], {}
    return [Finding("ok", "Discord takes the token."), *_of(application)], application


async def _get(web: aiohttp.ClientSession, url: str) -> tuple[int, Mapping[str, Any]]:
    async with web.get(url) as answer:
        body = await answer.json(content_type=None)
        return answer.status, body if isinstance(body, Mapping) else {}


def _of(application: Mapping[str, Any]) -> list[Finding]:
    """What is set in the developer portal and should not be."""
    found = []
    if application.get("interactions_endpoint_url"):
        sentence = (
            "Discord: take away the Interactions Endpoint URL in the developer portal;"
            " with it no button reaches the bot."
        )
        found.append(Finding("mend", sentence))
    flags = application.get("flags")
    for name, bits in _NEEDLESS.items():
        if isinstance(flags, int) and flags & bits:
            found.append(Finding("note", f"Discord: the {name} is on and not needed; turn it off."))
    return found
