"""Concerns in human hands: taken by a name, resolved with a reason."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.commands import AcknowledgeConcern, ResolveConcern
from bot.core.model.safety import Resolution
from moderator_ui.call import Call
from moderator_ui.forms import done, way_back
from moderator_ui.refusals import ChooseOne


async def acknowledge(call: Call) -> web.Response:
    """'I have it.' Leads straight to the talk."""
    talk_id = await call.backroom.run(AcknowledgeConcern(call.viewer.staff_id, call.concern_id))
    return done(call, f"/console/talks/{talk_id}")


async def resolve(call: Call) -> web.Response:
    """It is dealt with. Raises ``ChooseOne`` where no reason was chosen."""
    chosen = call.form.get("resolution", "")
    if chosen not in set(Resolution):
        raise ChooseOne
    await call.backroom.run(
        ResolveConcern(call.viewer.staff_id, call.concern_id, Resolution(chosen))
    )
    return done(call, way_back(call.form.get("back")), said="resolved")
