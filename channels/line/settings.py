"""What an operator may set for LINE."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.setting_forms import OwnSettings
from bot.setting_kinds import Lowered, Says, Secret

OWN_HOST = "https://api.line.me"
OWN_BLOB_HOST = "https://api-data.line.me"


class LineSettings(OwnSettings):
    """``MADOAKARI_LINE_*``."""

    channel_secret: Annotated[
        Secret | None,
        Says(
            "The channel secret of the Messaging API channel; proves that a webhook is LINE's."
            " Two of them, separated by a comma, while it is being changed.",
            "the text from LINE's console",
            default="none",
            hidden=True,
        ),
    ] = None
    channel_token: Annotated[
        Secret | None,
        Says(
            "The long-lived channel access token. With it and the secret the LINE channel runs.",
            "the text from LINE's console",
            default="none",
            hidden=True,
        ),
    ] = None
    mode: Annotated[
        Literal["relay", "room"],
        Lowered,
        Says(
            "relay: talks are written in LINE. room: LINE carries only a neutral notice with a"
            " link into the web room, as the Japanese government asks of public bodies.",
            "relay or room",
        ),
    ] = "relay"
    api_host: Annotated[
        str,
        Says("Another address for LINE's API; for tests only.", "a web address"),
    ] = OWN_HOST

    @property
    def configured(self) -> bool:
        """Whether there is enough to start with."""
        return bool(self.secrets) and self.channel_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret by which a webhook may be signed."""
        text = self.channel_secret.reveal() if self.channel_secret is not None else ""
        return tuple(part.strip() for part in text.split(",") if part.strip())

    @property
    def blob_host(self) -> str:
        """Where pictures are fetched from, and menus' pictures put."""
        return OWN_BLOB_HOST if self.api_host == OWN_HOST else self.api_host
