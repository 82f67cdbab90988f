"""A supervisor says what triage should have said of a message."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.core.model.commands import CorrectVerdict
from moderator_ui.call import Call
from moderator_ui.forms import done
from moderator_ui.refusals import ChooseOne
from triage.verdict import Kind, Level

LEVELS: Final = {str(level.label): level for level in Level if level is not Level.UNDECIDED}


async def correct(call: Call) -> web.Response:
    """Keep the correction and show the talk. Raises ``ChooseOne`` where no level was chosen."""
    level = LEVELS.get(call.form.get("level", ""))
    if level is None:
        raise ChooseOne
    kinds = frozenset(kind for kind in Kind if call.form.get(f"kind_{kind}") == "yes")
    await call.backroom.run(
        CorrectVerdict(call.viewer.staff_id, call.talk_id, call.message_id, level, kinds)
    )
    return done(call, f"/console/talks/{call.talk_id}", said="corrected")
