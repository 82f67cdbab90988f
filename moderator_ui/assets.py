"""The few files that pages need besides themselves. Nothing comes from a foreign host."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from moderator_ui.sound import alarm_sound

_FILES: Final = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
SOUND: Final = "alarm.wav"
FOR_A_DAY: Final = "private, max-age=86400, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    body: bytes
    content_type: str

    @property
    def version(self) -> str:
        """Changes whenever the body does."""
        return hashlib.sha256(self.body).hexdigest()[:12]


@cache
def assets() -> Mapping[str, Asset]:
    """All files by name, read once."""
    folder = files("moderator_ui") / "static"
    found = {name: Asset((folder / name).read_bytes(), kind) for name, kind in _FILES.items()}
    return found | {SOUND: Asset(alarm_sound(), "audio/wav")}


def addresses() -> Mapping[str, str]:
    """Where each file is found; a changed file has a new address."""
    return {name: f"/console/static/{name}?v={asset.version}" for name, asset in assets().items()}
