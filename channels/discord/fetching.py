"""Pictures that people sent: from Discord's own hosts, and no larger than asked for."""

from __future__ import annotations

from typing import Final

import aiohttp
from yarl import URL

from bot.core.ports.channel import PictureAway

HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_PATIENCE: Final = aiohttp.ClientTimeout(total=18)
_CHUNK: Final = 64 * 1024


class Fetcher:
    """Fetches without telling anybody who we are. ``api_host``: where a test's Discord is."""

    def __init__(self, api_host: str) -> None:
        self._own = URL(api_host).origin() if api_host else None

    async def fetch(self, picture: str, *, most: int) -> bytes | None:
        """The bytes; None where there are none, or too many. Raises ``PictureAway``."""
        url = self._allowed(picture)
        if url is None:
            return None
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=_PATIENCE, cookie_jar=aiohttp.DummyCookieJar()
                ) as web,
                web.get(url, allow_redirects=False) as answer,
            ):
                if answer.status == 429 or answer.status >= 500:  # noqa: PLR2004  # HTTP's own
                    raise PictureAway
                return await _read(answer, most) if answer.status == 200 else None  # noqa: PLR2004  # HTTP's own
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise PictureAway from None

    def _allowed(self, picture: str) -> URL | None:
        try:
            url = URL(picture)
            if self._own is not None and url.origin() == self._own:
                return url
        except ValueError:
            return None
        plain = url.scheme == "https" and url.port == 443 and url.user is None  # noqa: PLR2004  # of https
        return url if plain and url.host in HOSTS else None


async def _read(answer: aiohttp.ClientResponse, most: int) -> bytes | None:
    found = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        found += chunk
        if len(found) > most:
            return None
    return bytes(found)
