"""The page about oneself: everything may be left out, nothing is asked, all can be unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.core.model.errors import MadoakariError, RecordErased, SlowDown
from bot.core.model.people import Leanings
from bot.core.ports.telling import Say
from bot.http.forms import read_form
from channels.webchat.guest import Guest, greet, refuse_foreign, room_of, stranger
from channels.webchat.inbound import SAYINGS, AboutMeForm, Act, parse_about_me, read_act
from channels.webchat.parts import NAME, Parts
from channels.webchat.refusals import STATUS, refuse

_DONE: Final = {
    Act.SAY: "visitor.me.said",
    Act.FORGET: "messenger.about.forgotten",
    Act.BELL: "visitor.me.bell_on",
    Act.TALK: "visitor.me.bell_off",
    Act.JOIN: "messenger.joining.joined",
}
_WORDS: Final = {"speaks_as": "about", "age_band": "age", "wish": "wish", "pace": "pace"}
"""Where the words for a field's choices lie: ``messenger.<group>.<value>``."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that may be said; an empty ``value`` says nothing."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Saying:
    """A group of choices."""

    field: str
    title: str
    hint: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence on the page: what was done, or why not, and whether it is about the phrase."""

    done: str = ""
    error: str = ""
    phrase: str = ""


async def look(parts: Parts, request: web.Request) -> web.StreamResponse:
    """GET ``/me``."""
    guest = await greet(parts, request)
    if guest.visit is None:
        return web.Response(status=303, headers={"Location": guest.to("/")})
    act = read_act(request.query.get("done"))
    return await _page(parts, guest, Said(done=guest.say(_DONE[act]) if act else ""))


async def change(parts: Parts, request: web.Request) -> web.StreamResponse:
    """POST ``/me``: what was said stands on the page that comes back."""
    guest, act = stranger(parts, request), None
    try:
        fields = await read_form(request)
        guest = (await greet(parts, request)).speaking(fields)
        refuse_foreign(request)
        act, form = read_act(fields.get("do")), parse_about_me(fields)
        refused = await _do(parts, request, guest, form)
    except MadoakariError as error:
        return await _refuse(parts, request, guest, error, joining=act is Act.JOIN)
    if refused:
        return await _page(parts, guest, Said(phrase=refused), status=HTTPStatus.FORBIDDEN)
    return web.Response(status=303, headers={"Location": guest.to("/me", done=form.act)})


async def _do(parts: Parts, request: web.Request, guest: Guest, form: AboutMeForm) -> str:
    """Do what the form says; the sentence where the house would not."""
    _, visit = room_of(guest)
    door, who = parts.handed.door, visit.person_id
    if form.act is Act.JOIN:
        return await _join(parts, request, guest, form.phrase)
    if form.act in {Act.BELL, Act.TALK}:
        await door.want_bell_only(who, bell_only=form.act is Act.BELL)
    else:
        # The form is the whole of it: what stands on 'not said' there is unsaid again.
        said = form.said if form.act is Act.SAY else {}
        await door.lean(who, forget="yes", **said)
    return ""


async def _join(parts: Parts, request: web.Request, guest: Guest, phrase: str) -> str:
    token, visit = room_of(guest)
    parts.pace.try_at_phrase(request)
    answer = await parts.handed.door.join(phrase, NAME, token, guest.locale)
    now = await parts.handed.rooms.whose(NAME, token)
    moved = now is not None and now.person_id != visit.person_id
    # The passphrase of this very room moves nobody, and is no mistake.
    return "" if moved or answer.words == guest.say(_DONE[Act.JOIN]) else answer.words


async def _refuse(
    parts: Parts, request: web.Request, guest: Guest, error: MadoakariError, *, joining: bool
) -> web.Response:
    if guest.visit is None or isinstance(error, RecordErased):
        return await refuse(parts, request, guest, error)
    sentence = guest.say(error.text_key, **error.values)
    said = Said(phrase=sentence) if joining else Said(error=sentence)
    status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
    page = await _page(parts, guest, said, status=status)
    if isinstance(error, SlowDown):
        page.headers["Retry-After"] = str(error.values.get("seconds", 1))
    return page


async def _page(parts: Parts, guest: Guest, said: Said, *, status: int = 200) -> web.Response:
    _, visit = room_of(guest)
    about = await parts.handed.rooms.about_me(visit.person_id)
    return parts.pages.page(
        "me.html",
        guest,
        status=status,
        said=said,
        sayings=sayings(about.leanings, guest.say),
        anything=about.leanings != Leanings(),
        messengers=[guest.say(f"channel.{name}.label") for name in about.messengers],
        bell_only=about.bell_only,
    )


def sayings(leanings: Leanings, say: Say) -> list[Saying]:
    """All that may be said, with what was said."""
    return [
        Saying(
            field=name,
            title=say(f"visitor.me.{_WORDS[name]}"),
            hint=say(f"messenger.{_WORDS[name]}.ask") if name in {"wish", "pace"} else "",
            choices=_choices(name, getattr(leanings, name), say),
        )
        for name in SAYINGS
    ]


def _choices(name: str, chosen: str | None, say: Say) -> list[Choice]:
    unsaid = [Choice("", say("visitor.me.unsaid"), chosen is None)] if name != "pace" else []
    return unsaid + [
        Choice(value, say(f"messenger.{_WORDS[name]}.{value}"), value == chosen)
        for value in SAYINGS[name]
    ]
