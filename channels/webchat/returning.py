"""The passphrase: made and shown once, and the way back with it."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.errors import MadoakariError, PageTooOld
from bot.http.forms import read_form
from channels.webchat.desk import Box, show
from channels.webchat.guest import Guest, give_cookie, greet, refuse_foreign, room_of, stranger
from channels.webchat.parts import NAME, SESSION_LASTS, Parts
from channels.webchat.refusals import refuse


async def make_phrase(parts: Parts, request: web.Request) -> web.StreamResponse:
    """POST ``/passphrase``: shown on this one page, and kept nowhere as it stands there."""
    guest = stranger(parts, request)
    try:
        fields = await read_form(request)
        guest = (await greet(parts, request)).speaking(fields)
        refuse_foreign(request)
        token, visit = room_of(guest)
        parts.pace.phrase(token)
        phrase = await parts.handed.door.new_passphrase(visit.person_id)
    except MadoakariError as error:
        return await refuse(parts, request, guest, error)
    return parts.pages.page("passphrase.html", guest, phrase=phrase, words=phrase.split())


async def come_back(parts: Parts, request: web.Request) -> web.StreamResponse:
    """POST ``/return``: slow, limited, and with one sentence for everything that is wrong."""
    guest, words = stranger(parts, request), ""
    try:
        fields = await read_form(request)
        words = fields.get("words", "")
        guest = (await greet(parts, request)).speaking(fields)
        refuse_foreign(request)
        token = await _reopen(parts, request, fields.get("key", ""), fields.get("phrase", ""))
    except MadoakariError as error:
        return await refuse(parts, request, guest, error, words=words)
    response = await _welcome(parts, guest, token, words)
    give_cookie(parts, request, response, token)
    return response


async def _reopen(parts: Parts, request: web.Request, key: str, phrase: str) -> str:
    keys, door = parts.handed.form_keys, parts.handed.door
    if not keys.genuine(key, door.now()):
        raise PageTooOld
    parts.pace.try_at_phrase(request)
    token = keys.room_token(key)
    await door.come_back(phrase, channel=NAME, address=token, expires_at=door.now() + SESSION_LASTS)
    return token


async def _welcome(parts: Parts, guest: Guest, token: str, words: str) -> web.Response:
    """Their room; where they had written before the session ended, that stands in the box."""
    visit = await parts.handed.rooms.whose(NAME, token)
    if words.strip() and visit is not None:
        known = Guest(
            handed=parts.handed, chosen=guest.chosen, token=token, cookie=True, visit=visit
        )
        return await show(parts, known, Box(words=words))
    return web.Response(status=303, headers={"Location": guest.to("/#end")})
