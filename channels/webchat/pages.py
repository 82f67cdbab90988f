"""Templates with what all pages share, and the three small files that they load."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.core.ports.channel import Handed
from bot.http.templates import make_environment
from channels.webchat.inbound import LOCALES, MOODS
from channels.webchat.outbound import dial

if TYPE_CHECKING:
    from channels.webchat.guest import Guest

FILES: Final = ("page.css", "page.js", "icon.svg")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Pages:
    """Renders the visitor's pages."""

    def __init__(self, handed: Handed) -> None:
        self._handed = handed
        self._environment = make_environment("channels.webchat")
        self._environment.filters["dial"] = dial
        self._files = {name: _file(name) for name in FILES}

    def page(
        self, template: str, guest: Guest, *, status: int = 200, **values: object
    ) -> web.Response:
        """A whole page."""
        text = self.fragment(template, guest, **values)
        return web.Response(text=text, status=status, content_type="text/html")

    def fragment(self, template: str, guest: Guest, **values: object) -> str:
        """The markup of a page or of a part of one."""
        shared: dict[str, object] = {
            "t": guest.say,
            "to": guest.to,
            "locale": guest.locale,
            "others": [locale for locale in LOCALES if locale != guest.locale],
            "title": self._handed.settings.tab_title,
            "limit": self._handed.settings.words_limit,
            "days": self._handed.settings.retention_days,
            "moods": MOODS,
            "fiction": self._handed.fiction,
        }
        return self._environment.get_template(template).render(shared | values)

    def file(self, name: str) -> web.Response:
        """A style, script or picture. Raises 404 for any other."""
        if name not in self._files:
            raise web.HTTPNotFound
        content_type, body = self._files[name]
        return web.Response(body=body, content_type=content_type, charset="utf-8")


def _file(name: str) -> tuple[str, bytes]:
    body = resources.files("channels.webchat").joinpath("static", name).read_bytes()
    return _TYPES[name[name.rindex(".") :]], body
