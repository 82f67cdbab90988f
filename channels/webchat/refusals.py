"""A refusal becomes one sentence beside the box, and what was written stays in it."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.core.model import errors as e
from channels.webchat.desk import Box, show
from channels.webchat.guest import Guest
from channels.webchat.parts import Parts

STATUS: dict[type[e.MadoakariError], HTTPStatus] = {
    e.TextTooLong: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.EmptyText: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    e.KeyReused: HTTPStatus.CONFLICT,
    e.UnknownPassphrase: HTTPStatus.FORBIDDEN,
    e.SlowDown: HTTPStatus.TOO_MANY_REQUESTS,
    e.SessionExpired: HTTPStatus.UNAUTHORIZED,
    e.RecordErased: HTTPStatus.GONE,
    e.LinkSpent: HTTPStatus.GONE,
}

OWN_WORDS: dict[type[e.MadoakariError], str] = {
    e.SessionExpired: "visitor.expired",
    e.PageTooOld: "visitor.page_was_old",
    e.KeyReused: "visitor.key_was_used",
}
"""Where the house's sentence speaks to staff, or asks for what this page has done already."""


def wants_json(request: web.Request) -> bool:
    """Whether the page's script asks rather than a form."""
    return "application/json" in request.headers.get("Accept", "")


async def refuse(
    parts: Parts,
    request: web.Request,
    guest: Guest,
    error: e.MadoakariError,
    *,
    words: str = "",
) -> web.Response:
    """The answer to something that was refused; nothing was stored."""
    status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
    sentence = guest.say(OWN_WORDS.get(type(error), error.text_key), **error.values)
    if wants_json(request):
        response = _as_json(parts, error, sentence, status)
    else:
        response = await show(parts, guest, _box(error, sentence, words), status=status)
    if isinstance(error, e.SlowDown):
        response.headers["Retry-After"] = str(error.values.get("seconds", 1))
    return response


def _box(error: e.MadoakariError, sentence: str, words: str) -> Box:
    come_back = isinstance(error, e.SessionExpired | e.UnknownPassphrase)
    return Box(words=words, error=sentence, come_back=come_back)


def _as_json(
    parts: Parts, error: e.MadoakariError, sentence: str, status: HTTPStatus
) -> web.Response:
    """A fresh key comes along, for a page whose own can no longer be used."""
    field = "phrase" if isinstance(error, e.UnknownPassphrase) else "words"
    key = parts.handed.form_keys.issue(parts.handed.door.now())
    return web.json_response({"error": sentence, "field": field, "key": key}, status=status)
