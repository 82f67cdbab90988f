"""Every address of the console, what shows it, and who may ask. Read this page to audit it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.core.model.people import Permission as May
from moderator_ui import live
from moderator_ui.call import Call
from moderator_ui.views import (
    channels,
    concerns,
    corrections,
    counts,
    desk,
    sign_in,
    staff,
    static,
    talk,
    welcome,
)

View = Callable[[Call], Awaitable[web.StreamResponse]]
PUBLIC: Final = None
"""Nobody needs to be signed in. A form must carry its seal here too."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address. ``permission`` is ``PUBLIC`` or what the viewer must hold."""

    method: str
    path: str
    view: View
    permission: May | None


_TALK: Final = "/console/talks/{talk_id:[0-9A-Za-z]+}"
_CONCERN: Final = "/console/concerns/{concern_id:[0-9A-Za-z]+}"

ROUTES: Final = (
    Route("GET", "/console/static/{name}", static.serve, PUBLIC),
    Route("GET", "/console/sign-in", sign_in.show, PUBLIC),
    Route("POST", "/console/sign-in", sign_in.sign_in, PUBLIC),
    Route("GET", "/console/welcome/{token}", welcome.show, PUBLIC),
    Route("POST", "/console/welcome/{token}", welcome.accept, PUBLIC),
    Route("POST", "/console/sign-out", sign_in.sign_out, May.DESK_SEE),
    Route("GET", "/console", desk.show, May.DESK_SEE),
    Route("GET", "/console/stream", live.stream, May.DESK_SEE),
    Route("GET", "/console/flagged", desk.flagged, May.FLAGGED_SEE),
    Route("GET", "/console/live", desk.live, May.LIVE_SEE),
    Route("POST", "/console/duty", desk.switch_duty, May.DUTY_SWITCH),
    Route("POST", "/console/next", desk.next_talk, May.TALK_TAKE),
    Route("GET", _TALK, talk.show, May.TALK_ANSWER),
    Route("GET", f"{_TALK}/pictures/{{message_id:[0-9A-Za-z]+}}", talk.picture, May.TALK_ANSWER),
    Route("POST", f"{_TALK}/typing", talk.typing, May.TALK_ANSWER),
    Route("POST", f"{_TALK}/answer", talk.answer, May.TALK_ANSWER),
    Route("POST", f"{_TALK}/note", talk.note, May.TALK_ANSWER),
    Route("POST", f"{_TALK}/hand-back", talk.hand_back, May.TALK_ANSWER),
    Route("POST", f"{_TALK}/close", talk.close, May.TALK_ANSWER),
    Route("POST", f"{_TALK}/worry", talk.worry, May.TALK_ANSWER),
    Route(
        "POST",
        f"{_TALK}/messages/{{message_id:[0-9A-Za-z]+}}/verdict",
        corrections.correct,
        May.VERDICT_CORRECT,
    ),
    Route("POST", f"{_CONCERN}/acknowledge", concerns.acknowledge, May.CONCERN_ACKNOWLEDGE),
    Route("POST", f"{_CONCERN}/resolve", concerns.resolve, May.CONCERN_RESOLVE),
    Route("GET", "/console/channels", channels.show, May.CHANNELS_SEE),
    Route("GET", "/console/counts", counts.show, May.COUNTS_SEE),
    Route("GET", "/console/staff", staff.show, May.STAFF_MANAGE),
    Route("POST", "/console/staff", staff.invite, May.STAFF_MANAGE),
    Route(
        "POST",
        "/console/staff/{staff_id:[0-9A-Za-z]+}/disable",
        staff.disable,
        May.STAFF_MANAGE,
    ),
)
