"""What a form may say, and how a view answers one: to a script or to a plain browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.core.model.errors import BadInput
from bot.core.model.people import Role
from bot.http.forms import MAX_BYTES, read_form

if TYPE_CHECKING:
    from moderator_ui.call import Call

_BYTES_PER_CHARACTER: Final = 12  # four bytes of UTF-8, each written as %XX
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_WAY_BACK: Final = re.compile(r"/console(/[a-zA-Z0-9-]+){0,2}")


async def read(call: Call) -> Mapping[str, str]:
    """The form of ``call``, large enough for the longest message that may be written."""
    longest = call.house.parts.settings.words_limit * _BYTES_PER_CHARACTER + 4096
    return await read_form(call.request, max_bytes=max(MAX_BYTES, longest))


def idempotency_key(form: Mapping[str, str]) -> str:
    """The key under which a message is stored once. Raises ``BadInput`` without one."""
    key = form.get("key", "")
    if not _KEY.fullmatch(key):
        raise BadInput
    return key


def roles(form: Mapping[str, str]) -> frozenset[Role]:
    """The roles that were ticked."""
    return frozenset(role for role in Role if form.get(f"role_{role}") == "yes")


def from_line(seq: int) -> int:
    """What a read must be told as ``after`` so that it begins with line ``seq``.

    Reads take 0 to mean 'the newest lines'; the very first line comes after -1.
    """
    return seq - 1 if seq > 1 else -1


def way_back(path: str | None) -> str:
    """A page of the console to return to; anything else becomes the desk."""
    return path if path is not None and _WAY_BACK.fullmatch(path) else "/console"


def see_other(path: str) -> web.Response:
    """Go and look at ``path`` (so that a refresh does not send the form again)."""
    return web.Response(status=303, headers={"Location": path})


def done(call: Call, path: str, *, said: str | None = None) -> web.Response:
    """It is done: a script hears where to go and gets a new key, a browser is sent there.

    ``said`` names a sentence of ``pages.SAID`` to show there.
    """
    where = path if said is None else f"{path}?said={said}"
    if not call.wants_json:
        return see_other(where)
    return web.json_response({"ok": True, "go": where, "key": call.backroom.new_token()})
