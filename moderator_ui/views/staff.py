"""Accounts: who is there, inviting somebody, ending an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.core.model.commands import DisableStaff, InviteStaff
from bot.core.model.errors import BadInput, MadoakariError
from bot.core.model.ids import StaffId
from moderator_ui.call import Call
from moderator_ui.forms import done, roles
from moderator_ui.pages import page, sentence
from moderator_ui.refusals import status_of

LINK_LASTS: Final = timedelta(hours=72)


async def show(call: Call) -> web.Response:
    """All accounts, and a form for a new one."""
    return await _staff_page(call)


async def invite(call: Call) -> web.Response:
    """Make an account and show its one-time link, this once."""
    token = call.backroom.new_token()
    command = InviteStaff(
        work_name=call.form.get("work_name", ""),
        roles=roles(call.form),
        token=call.backroom.session_tag(token),
        expires_at=call.now + LINK_LASTS,
        invited_by=call.viewer.staff_id,
    )
    try:
        await call.backroom.run(command)
    except BadInput as error:
        return await _staff_page(call, error=error)
    base = str(call.house.parts.settings.base_url).rstrip("/")
    return await _staff_page(call, link=f"{base}/console/welcome/{token}")


async def disable(call: Call) -> web.Response:
    """End an account at once. Raises ``LastAdmin``, ``NotFound``."""
    staff_id = StaffId(call.request.match_info["staff_id"])
    await call.backroom.run(DisableStaff(staff_id, by=call.viewer.staff_id))
    return done(call, "/console/staff", said="disabled")


async def _staff_page(
    call: Call, *, link: str | None = None, error: MadoakariError | None = None
) -> web.Response:
    return await page(
        call,
        "staff/show.html",
        status=status_of(error) if error else 200,
        rows=await call.reads.staff(call.viewer, call.now),
        link=link,
        link_for=call.form.get("work_name", ""),
        link_until=call.now + LINK_LASTS,
        problem=sentence(call, error) if error else None,
        chosen=roles(call.form) if error else frozenset(),
    )
