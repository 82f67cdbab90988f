"""Pages in a real Chromium that may talk to the local server and to nobody else.

A page that asks a foreign host for anything, writes an error to its console or breaks its
Content-Security-Policy fails the test, however well the rest went.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Route

Scheme = Literal["light", "dark"]
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}}
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_TELL: Final = """document.addEventListener('securitypolicyviolation',
  e => console.error('CSP: ' + e.violatedDirective + ' ' + e.blockedURI));"""


@dataclass
class Pages:
    """Makes pages of one size; every call is a fresh browser without a memory.

    ``complaints`` collects what must not happen; ``allow`` names what this test provokes on
    purpose (a regular expression on the complaint); ``away`` lists the foreign pages that were
    navigated to after ``let_leave``, which answers them with an empty page.
    """

    browser: Browser
    shape: dict[str, Any]
    complaints: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)
    _exits: list[str] = field(default_factory=list)

    async def __call__(
        self,
        url: str | None = None,
        *,
        javascript: bool = True,
        scheme: Scheme = "light",
        locale: str = "ja-JP",
    ) -> Page:
        """A page in a new context, already at ``url`` where one is given."""
        context = await self.browser.new_context(
            **self.shape,
            locale=locale,
            timezone_id="Asia/Tokyo",
            color_scheme=scheme,
            java_script_enabled=javascript,
        )
        await context.route(lambda address: not _is_local(address), self._foreign)
        await context.add_init_script(_TELL)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        page = await context.new_page()
        if url is not None:
            await page.goto(url)
        return page

    def allow(self, pattern: str) -> None:
        """Expect complaints that match ``pattern``, for example ``"status of 413"``."""
        self._allowed.append(pattern)

    def let_leave(self, start: str) -> None:
        """Let pages navigate to foreign addresses that begin with ``start``."""
        self._exits.append(start)

    def unexpected(self) -> list[str]:
        """The complaints that nobody allowed."""
        return [c for c in self.complaints if not any(re.search(a, c) for a in self._allowed)]

    async def _foreign(self, route: Route) -> None:
        url = route.request.url
        leaving = route.request.is_navigation_request()
        if leaving and any(url.startswith(start) for start in self._exits):
            self.away.append(url)
            await route.fulfill(body="<!doctype html><title>away</title>", content_type="text/html")
            return
        self._note(f"foreign request: {url}")
        await route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text}")

    def _note(self, complaint: str) -> None:
        self.complaints.append(complaint)


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob", "about"} or parts.hostname in _LOCAL
