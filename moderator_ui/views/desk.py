"""The first page: who waits, who is mine, who is in danger, who is here."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.core.model.commands import GoOffDuty, GoOnDuty, TakeNext
from bot.core.model.errors import HandsFull, MadoakariError, NothingWaiting
from bot.core.model.people import Permission
from bot.core.ports.reads import Desk, TalkRow
from moderator_ui.call import Call
from moderator_ui.channels import troubles
from moderator_ui.forms import done, way_back
from moderator_ui.pages import fragment, page, refusal_json, sentence
from moderator_ui.refusals import ChooseOne, status_of


async def show(call: Call) -> web.Response:
    """The desk; for somebody who only runs the service, numbers instead."""
    if not answers(call):
        counts = await call.reads.counts(call.viewer, call.now)
        wrong = seen_troubles(call)
        return await page(call, "counts/show.html", counts=counts, troubles=wrong)
    return await _desk_page(call)


async def flagged(call: Call) -> web.Response:
    """All talks with an open concern."""
    desk = await call.reads.desk(call.viewer, call.now)
    return await _list_page(call, desk, "console.flagged_title", desk.flagged)


async def live(call: Call) -> web.Response:
    """Every live talk, for supervisors."""
    desk = await call.reads.desk(call.viewer, call.now)
    return await _list_page(call, desk, "console.live_title", desk.live)


async def switch_duty(call: Call) -> web.Response:
    """Come on duty or leave. Raises ``ChooseOne`` where the form says neither."""
    staff_id = call.viewer.staff_id
    commands = {"on": GoOnDuty(staff_id), "off": GoOffDuty(staff_id)}
    command = commands.get(call.form.get("to", ""))
    if command is None:
        raise ChooseOne
    await call.backroom.run(command)
    return done(call, way_back(call.form.get("back")))


async def next_talk(call: Call) -> web.Response:
    """Whoever is next. Nobody waiting and full hands are said kindly, on the desk."""
    try:
        talk_id = await call.backroom.run(TakeNext(call.viewer.staff_id))
    except (NothingWaiting, HandsFull) as error:
        return await _not_now(call, error)
    return done(call, f"/console/talks/{talk_id}")


def answers(call: Call) -> bool:
    """Whether the viewer answers people at all."""
    return call.viewer.may(Permission.TALK_ANSWER)


def panel(call: Call, desk: Desk, *, open_talk: str | None) -> str:
    """The part of the desk that moves by itself. ``open_talk`` is the one beside it."""
    return fragment(call, "desk/_panel.html", **panel_context(call, desk, open_talk=open_talk))


def panel_context(call: Call, desk: Desk, *, open_talk: str | None) -> dict[str, Any]:
    """What the panel's template needs."""
    return {"desk": desk, "open_talk": open_talk, "troubles": seen_troubles(call)}


def seen_troubles(call: Call) -> tuple[str, ...]:
    """What is wrong with channels, for those who look after them."""
    return troubles(call) if call.viewer.may(Permission.CHANNELS_SEE) else ()


async def desk_for(call: Call) -> Desk:
    """The desk of the viewer; looking at it counts as being there."""
    desk = await call.reads.desk(call.viewer, call.now)
    if desk.i_am_on_duty:
        await call.stay_on_duty()
    return desk


async def _desk_page(call: Call, error: MadoakariError | None = None) -> web.Response:
    desk = await desk_for(call)
    return await page(
        call,
        "desk/show.html",
        status=status_of(error) if error else 200,
        alarms=desk.alarms,
        problem=sentence(call, error) if error else None,
        **panel_context(call, desk, open_talk=None),
    )


async def _list_page(call: Call, desk: Desk, title: str, rows: list[TalkRow]) -> web.Response:
    context = panel_context(call, desk, open_talk=None)
    return await page(call, "desk/list.html", alarms=desk.alarms, title=title, rows=rows, **context)


async def _not_now(call: Call, error: MadoakariError) -> web.Response:
    if call.wants_json:
        return refusal_json(call, error)
    return await _desk_page(call, error)
