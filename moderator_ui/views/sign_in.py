"""In and out. A wrong name and a wrong password look and last alike."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.errors import MadoakariError, SlowDown, WrongSignIn
from moderator_ui.auth import close_session, drop_token, keep_token, open_session
from moderator_ui.call import Call
from moderator_ui.forms import done, see_other, way_back
from moderator_ui.gate import same_name
from moderator_ui.pages import page, sentence
from moderator_ui.refusals import status_of


async def show(call: Call) -> web.Response:
    """The form; whoever is signed in already goes on to the desk."""
    if call.somebody is not None:
        return see_other("/console")
    return await _sign_in_page(call, to=way_back(call.request.query.get("to")))


async def sign_in(call: Call) -> web.Response:
    """Check name and password; a new session, and a hash renewed where it should be."""
    to = way_back(call.form.get("to"))
    try:
        token = await _checked(call)
    except (WrongSignIn, SlowDown) as error:
        return await _sign_in_page(call, to=to, error=error)
    return keep_token(call, see_other(to), token)


async def sign_out(call: Call) -> web.Response:
    """Forget the session here and in the browser."""
    await close_session(call)
    return drop_token(call, done(call, "/console/sign-in", said="signed_out"))


async def sign_in_again(call: Call, error: MadoakariError) -> web.Response:
    """Somebody without a session asked for a page of staff: sign in, then go on there.

    What a form carried is shown, so that an answer written for ten minutes is not lost.
    """
    if call.request.method != "POST":
        to = way_back(call.request.path)
        return see_other("/console/sign-in" + (f"?to={to}" if to != "/console" else ""))
    to = way_back(call.request.path.rpartition("/")[0])
    return await _sign_in_page(call, to=to, error=error)


async def _checked(call: Call) -> str:
    """The new session's token. Raises ``WrongSignIn``, ``SlowDown``."""
    name, password = call.form.get("work_name", ""), call.form.get("password", "")
    call.house.gate.let_through(call.backroom.session_tag(f"name:{same_name(name)}"), call.now)
    found = await call.reads.credentials(" ".join(name.split()))
    stored = found[1] if found else None
    right, stale = await call.backroom.check_password(stored, password)
    if found is None or not right:
        raise WrongSignIn
    renewed = await call.backroom.hash_password(password) if stale else None
    return await open_session(call, found[0], renewed=renewed)


async def _sign_in_page(
    call: Call, *, to: str, error: MadoakariError | None = None
) -> web.Response:
    response = await page(
        call,
        "sign_in/show.html",
        status=status_of(error) if error else 200,
        problem=sentence(call, error) if error else None,
        written=call.form.get("words", ""),
        name=call.form.get("work_name", ""),
        nobody_yet=not await call.reads.has_staff(),
        to=to,
    )
    return keep_token(call, response, call.token) if call.fresh else response
