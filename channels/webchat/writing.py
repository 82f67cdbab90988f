"""POST ``/write``: one door for the plain form and for the script."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.core.model.commands import Receipt
from bot.core.model.errors import MadoakariError, PageTooOld, SessionExpired
from bot.http.forms import read_form
from channels.webchat.desk import Box, show
from channels.webchat.guest import Guest, give_cookie, greet, refuse_foreign, stranger
from channels.webchat.inbound import Written, parse_written, to_inbound
from channels.webchat.parts import NAME, SESSION_LASTS, Parts
from channels.webchat.refusals import refuse, wants_json


async def write(parts: Parts, request: web.Request) -> web.StreamResponse:
    """Store what was written, and answer only once it is durable."""
    guest, fields = stranger(parts, request), dict[str, str]()
    try:
        fields = dict(await read_form(request))
        guest = (await greet(parts, request)).speaking(fields)
        refuse_foreign(request)
        return await _take_in(parts, request, guest, fields)
    except MadoakariError as error:
        return await refuse(parts, request, guest, error, words=fields.get("words", ""))


async def _take_in(
    parts: Parts, request: web.Request, guest: Guest, fields: Mapping[str, str]
) -> web.Response:
    written = parse_written(fields)
    token = _session(parts, guest, written)
    words = _words(guest, written)
    if guest.visit is None:
        parts.pace.first_message(words)
    else:
        parts.pace.message(token, words)
    now = parts.handed.door.now()
    inbound = to_inbound(written, words=words, channel=NAME, token=token, locale=guest.locale)
    receipt = await parts.handed.door.accept(inbound, expires_at=now + SESSION_LASTS)
    response = await _answer(parts, request, guest, written, receipt)
    if guest.visit is None:
        give_cookie(parts, request, response, token)
    return response


def _session(parts: Parts, guest: Guest, written: Written) -> str:
    """The session to write in: the guest's own, or the one that belongs to a fresh form.

    Raises ``SessionExpired`` for a cookie that opens nothing any more, ``PageTooOld`` for a
    first message whose form we did not make.
    """
    if guest.token is not None:
        return guest.token
    if guest.cookie:
        raise SessionExpired
    keys = parts.handed.form_keys
    if not keys.genuine(written.key, parts.handed.door.now()):
        raise PageTooOld
    return keys.room_token(written.key)


def _words(guest: Guest, written: Written) -> str:
    if written.mood is None:
        return written.words
    return guest.say(f"visitor.mood.{written.mood}")


async def _answer(
    parts: Parts, request: web.Request, guest: Guest, written: Written, receipt: Receipt
) -> web.Response:
    if wants_json(request):
        return web.json_response({"seq": receipt.seq})
    if written.mood is not None and written.words.strip() and guest.visit is not None:
        # One tap sent its own words; what stands in the box is still theirs to send or not.
        return await show(parts, guest, Box(words=written.words))
    return web.Response(status=303, headers={"Location": guest.to(f"/#l{receipt.seq}")})
