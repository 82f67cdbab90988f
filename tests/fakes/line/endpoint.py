"""The webhook's address as LINE keeps it, and LINE's own try of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.line.webhook import body, deliver
from tests.fakes.line.wire import Answer, Request, error

_NEAR: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Endpoint:
    """One webhook address; LINE takes https alone, and this fake plain http on loopback too."""

    def __init__(self, bot_id: str, secret: str, now: Callable[[], float]) -> None:
        self.url: str | None = None
        self.secret = secret
        self.tried: list[str] = []
        self._bot_id = bot_id
        self._now = now

    def get(self, request: Request) -> Answer:
        """Tell the address."""
        if self.url is None:
            return error(404, "Webhook endpoint not found")
        return Answer(body={"endpoint": self.url, "active": True})

    def set(self, request: Request) -> Answer:
        """Keep a new address."""
        if not _is_taken(request.body["endpoint"]):
            return error(400, "Invalid webhook endpoint URL")
        self.url = request.body["endpoint"]
        return Answer()

    async def test(self, request: Request) -> Answer:
        """Send the address a signed body without events and report what came back."""
        url = (request.body or {}).get("endpoint") or self.url
        if url is None or not _is_taken(url):
            return error(400, "Invalid webhook endpoint URL")
        self.tried.append(url)
        status, reason, detail = await self._try(url)
        return Answer(
            body={
                "success": reason == "OK",
                "timestamp": datetime.fromtimestamp(self._now(), UTC).isoformat(),
                "statusCode": status,
                "reason": reason,
                "detail": detail,
            }
        )

    async def _try(self, url: str) -> tuple[int, str, str]:
        try:
            async with aiohttp.ClientSession() as session:
                status = await deliver(session, url, self.secret, body(self._bot_id, []))
        except TimeoutError:
            return 0, "REQUEST_TIMEOUT", "Request timeout"
        except aiohttp.ClientError:
            return 0, "COULD_NOT_CONNECT", "Connection failed"
        if not 200 <= status < 300:
            return status, "ERROR_STATUS_CODE", str(status)
        return status, "OK", str(status)


def _is_taken(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _NEAR)
