"""What an operator may set for Discord."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.setting_forms import OwnSettings
from bot.setting_kinds import Lowered, Says, Secret


class DiscordSettings(OwnSettings):
    """``MADOAKARI_DISCORD_*``."""

    token: Annotated[
        Secret | None,
        Says(
            "The bot's token, from Discord's developer portal. With it the Discord channel runs.",
            "the text that the portal shows once",
            default="none",
            hidden=True,
        ),
    ] = None
    mode: Annotated[
        Literal["relay", "room"],
        Lowered,
        Says(
            "relay: talks are written in direct messages on Discord. room: Discord carries only"
            " a neutral notice with a link into the web room.",
            "relay or room",
        ),
    ] = "relay"
    api_host: Annotated[
        str,
        Says(
            "Another address for Discord's API; for tests only.",
            "a web address that ends with /api/v10",
            default="Discord's own",
        ),
    ] = ""
    gateway: Annotated[
        str,
        Says(
            "Another address for Discord's gateway; for tests only.",
            "an address that begins with ws:// or wss://",
            default="Discord's own",
        ),
    ] = ""

    @property
    def configured(self) -> bool:
        """Whether there is enough to start with."""
        return self.token is not None and bool(self.token.reveal().strip())
