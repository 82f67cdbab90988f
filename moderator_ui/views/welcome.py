"""The one-time link: set a password, and be inside."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.commands import AcceptInvitation
from bot.core.model.errors import BadInput, InvitationSpent
from bot.core.model.people import Role
from bot.core.model.sealed import Tag
from moderator_ui.auth import keep_token, open_session
from moderator_ui.call import Call
from moderator_ui.forms import see_other
from moderator_ui.pages import page, sentence
from moderator_ui.refusals import PasswordsDiffer, status_of

MINIMUM_LENGTH = 12  # said on the page; ``Backroom.hash_password`` enforces it


async def show(call: Call) -> web.Response:
    """The form. Raises ``InvitationSpent``."""
    work_name, first = await _invitation(call)
    return await _welcome_page(call, work_name, first=first)


async def accept(call: Call) -> web.Response:
    """Open the account and sign in. Raises ``InvitationSpent``."""
    work_name, first = await _invitation(call)
    try:
        token = await _accepted(call, work_name, first=first)
    except BadInput as error:
        return await _welcome_page(call, work_name, first=first, error=error)
    return keep_token(call, see_other("/console?said=welcome"), token)


async def _accepted(call: Call, work_name: str, *, first: bool) -> str:
    password = call.form.get("password", "")
    if password != call.form.get("again", ""):
        raise PasswordsDiffer
    answers_too = first and call.form.get("small_team") == "yes"
    staff_id = await call.backroom.run(
        AcceptInvitation(
            token=_tag(call),
            work_name=call.form.get("work_name", "") if first else work_name,
            password_hash=await call.backroom.hash_password(password),
            also=frozenset({Role.SUPERVISOR}) if answers_too else frozenset(),
        )
    )
    return await open_session(call, staff_id)


async def _invitation(call: Call) -> tuple[str, bool]:
    found = await call.reads.invitation(_tag(call), call.now)
    if found is None:
        raise InvitationSpent
    return found


async def _welcome_page(
    call: Call, work_name: str, *, first: bool, error: BadInput | None = None
) -> web.Response:
    response = await page(
        call,
        "sign_in/welcome.html",
        status=status_of(error) if error else 200,
        problem=sentence(call, error) if error else None,
        name=call.form.get("work_name", "" if first else work_name),
        first=first,
        small_team=call.form.get("small_team") == "yes",
        minimum=MINIMUM_LENGTH,
    )
    return keep_token(call, response, call.token) if call.fresh else response


def _tag(call: Call) -> Tag:
    return call.backroom.session_tag(call.request.match_info["token"])
