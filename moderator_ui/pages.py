"""Turning values into pages. Everything shown is escaped; every sentence is a text key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import jinja2
from aiohttp import web

from bot.core.model.errors import MadoakariError
from bot.core.model.people import Permission
from bot.core.ports.reads import Alarm
from bot.http.templates import make_environment
from moderator_ui import reasons, words
from moderator_ui.call import Call
from moderator_ui.refusals import status_of

SAID: Final = {
    "handed_back": "console.said_handed_back",
    "closed": "console.said_closed",
    "worried": "console.said_worried",
    "corrected": "console.said_corrected",
    "resolved": "console.said_resolved",
    "disabled": "console.said_disabled",
    "signed_out": "console.said_signed_out",
    "welcome": "console.said_welcome",
}
"""Sentences that an address may ask for after something was done."""


def make_pages() -> jinja2.Environment:
    """The templates with everything that turns values into words."""
    env = make_environment("moderator_ui")
    env.globals.update(
        segments=reasons.segments,
        reasons_of=reasons.reasons_of,
        level_keys=words.LEVEL_KEYS,
        kind_keys=words.KIND_KEYS,
        delivery_keys=words.DELIVERY_KEYS,
        picture_keys=words.PICTURE_KEYS,
        leaning_keys=words.leaning_keys,
        resolution_keys=words.RESOLUTION_KEYS,
        role_keys=words.ROLE_KEYS,
        talk_state_keys=words.TALK_STATE_KEYS,
        staff_state_keys=words.STAFF_STATE_KEYS,
        shapes=words.SHAPES,
    )
    return env


def fragment(call: Call, template: str, **context: Any) -> str:  # noqa: ANN401  # any value of a page
    """A piece of a page."""
    return call.house.env.get_template(template).render({**_common(call), **context})


async def page(
    call: Call,
    template: str,
    *,
    status: int = 200,
    alarms: list[Alarm] | None = None,
    **context: Any,  # noqa: ANN401  # any value of a page
) -> web.Response:
    """A whole page; whoever is signed in sees the alarms that they may know of."""
    if alarms is None:
        alarms = await call.reads.alarms(call.somebody) if call.somebody else []
    text = fragment(call, template, alarms=alarms, **context)
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def sentence(call: Call, error: MadoakariError) -> str:
    """What to tell a person about ``error``."""
    return call.say(error.text_key, **error.values)


def refusal_json(call: Call, error: MadoakariError, **more: str | bool) -> web.Response:
    """The refusal for our script, which leaves everything written where it is."""
    said = {"ok": False, "said": sentence(call, error)}
    return web.json_response(said | more, status=status_of(error))


async def refusal_page(call: Call, error: MadoakariError) -> web.Response:
    """One sentence, the way back, and whatever had been written."""
    return await page(
        call,
        "refusal.html",
        status=status_of(error),
        sentence=sentence(call, error),
        written=call.form.get("words", ""),
    )


def _common(call: Call) -> Mapping[str, Any]:
    parts, viewer = call.house.parts, call.somebody
    return {
        "t": call.say,
        "me": viewer,
        "may": _asks(call),
        "now": call.now,
        "when": lambda moment: words.when(moment, call.now),
        "ago": lambda since: _ago(call, since),
        "asset": call.house.assets.__getitem__,
        "locale": call.locale,
        "other_locale": "en" if call.locale == "ja" else "ja",
        "path": call.request.path,
        "seal": call.seal,
        "said": SAID.get(call.request.query.get("said", "")),
        "service": parts.settings.service_name,
        "words_limit": parts.settings.words_limit,
        "trial": parts.settings.trial_mode,
        "fiction": parts.fiction,
        "unreviewed": call.house.unreviewed,
        "degraded": parts.degraded,
    }


def _asks(call: Call) -> Any:  # noqa: ANN401  # a function for templates
    viewer = call.somebody
    return lambda name: viewer is not None and viewer.may(Permission(name))


def _ago(call: Call, since: datetime) -> str:
    key, values = words.waited(since, call.now)
    return call.say(key, **values)
