"""One talk: reading, answering, notes, giving back, letting rest, being worried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from aiohttp import web

from bot.core.model.commands import (
    CloseTalk,
    Command,
    HandBack,
    NoteTyping,
    RaiseConcern,
    ReplyToVisitor,
    WriteNote,
)
from bot.core.model.errors import KeyReused, MadoakariError, NotFound
from bot.core.ports.reads import TalkView
from moderator_ui.auth import keep_language
from moderator_ui.call import Call, number
from moderator_ui.channels import reach_words
from moderator_ui.forms import done, from_line, idempotency_key
from moderator_ui.pages import page, refusal_json, sentence
from moderator_ui.refusals import status_of
from moderator_ui.views.desk import desk_for, panel_context

PAGE_LINES: Final = 200
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Box:
    """A box to write in: what stands in it, its key, and what was wrong with it."""

    words: str
    key: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Boxes:
    """Both boxes of a talk, and a problem that belongs to neither."""

    answer: Box
    note: Box
    problem: str | None = None
    status: int = 200


async def show(call: Call) -> web.Response:
    """The talk as its reader may see it. Raises ``NotFound``."""
    return await _talk_page(call, Boxes(_empty(call), _empty(call)))


async def answer(call: Call) -> web.Response:
    """Answer. Whatever goes wrong, the words stay in the box."""
    try:
        key, words = idempotency_key(call.form), call.form.get("words", "")
        await call.backroom.run(ReplyToVisitor(call.viewer.staff_id, call.talk_id, key, words))
    except MadoakariError as error:
        kept = _kept(call, error)
        return await _again(call, error, Boxes(kept, _empty(call), status=status_of(error)))
    return done(call, _address(call))


async def typing(call: Call) -> web.Response:
    """The holder is writing right now; nothing happens for anybody else."""
    await call.backroom.run(NoteTyping(call.viewer.staff_id, call.talk_id))
    return web.Response(status=204)


async def picture(call: Call) -> web.Response:
    """A picture that came with a message. Raises ``NotFound``, alike for none and not theirs."""
    found = await call.reads.picture(call.viewer, call.talk_id, call.message_id)
    return web.Response(body=found, content_type="image/jpeg")


async def note(call: Call) -> web.Response:
    """Leave a note that the person never sees."""
    try:
        key, words = idempotency_key(call.form), call.form.get("words", "")
        await call.backroom.run(WriteNote(call.viewer.staff_id, call.talk_id, key, words))
    except MadoakariError as error:
        kept = _kept(call, error)
        return await _again(call, error, Boxes(_empty(call), kept, status=status_of(error)))
    return done(call, _address(call))


async def hand_back(call: Call) -> web.Response:
    """Back into the queue; nobody asks why."""
    command = HandBack(call.viewer.staff_id, call.talk_id)
    return await _act(call, command, path="/console", said="handed_back")


async def close(call: Call) -> web.Response:
    """Let the talk rest; refused while a concern is open."""
    command = CloseTalk(call.viewer.staff_id, call.talk_id)
    return await _act(call, command, path="/console", said="closed")


async def worry(call: Call) -> web.Response:
    """'I am worried': the same alarm as a flag."""
    command = RaiseConcern(call.viewer.staff_id, call.talk_id)
    return await _act(call, command, path=_address(call), said="worried")


def head_context(call: Call, view: TalkView) -> dict[str, Any]:
    """What the templates of a talk need."""
    reach = view.reach
    return {"view": view, "reach": reach_words(call, reach) if reach is not None else None}


async def _act(call: Call, command: Command[Result], *, path: str, said: str) -> web.Response:
    try:
        await call.reads.talk(call.viewer, call.talk_id, limit=1)
        await call.backroom.run(command)
    except NotFound:
        raise
    except MadoakariError as error:
        boxes = Boxes(_empty(call), _empty(call), sentence(call, error), status_of(error))
        return await _again(call, error, boxes)
    return done(call, path, said=said)


async def _again(call: Call, error: MadoakariError, boxes: Boxes) -> web.Response:
    """The page again, with everything written still there.

    A talk that may no longer be seen raises the error itself, whose page gives the words back.
    """
    if call.wants_json:
        return refusal_json(call, error, key=call.form.get("key", ""))
    try:
        return await _talk_page(call, boxes)
    except NotFound:
        raise error from None


async def _talk_page(call: Call, boxes: Boxes) -> web.Response:
    view, before = await _lines(call)
    desk = await desk_for(call)
    response = await page(
        call,
        "talk/erased.html" if view.row.handle is None else "talk/show.html",
        status=boxes.status,
        alarms=desk.alarms,
        boxes=boxes,
        older=before,
        past="before" in call.request.query,
        **head_context(call, view),
        **panel_context(call, desk, open_talk=call.talk_id),
    )
    return await _served(call, response, view)


async def _served(call: Call, response: web.Response, view: TalkView) -> web.Response:
    """Send the page, and only then count its lines as read: a page that broke off does not."""
    keep_language(call, response)
    await response.prepare(call.request)
    await response.write_eof()
    upto = view.lines[-1].seq if view.lines else 0
    await call.house.reading.note(call.backroom, call.viewer.staff_id, view, upto)
    return response


async def _lines(call: Call) -> tuple[TalkView, int]:
    """The newest lines, or those before ``?before``; and where older ones begin (0: none)."""
    if "before" not in call.request.query:
        view = await call.reads.talk(call.viewer, call.talk_id, limit=PAGE_LINES)
    else:
        before = number(call.request.query["before"])
        view = await _older(call, before)
    first = view.lines[0].seq if view.lines else 0
    return view, first if first > 1 else 0


async def _older(call: Call, before: int) -> TalkView:
    """The last lines before number ``before``."""
    first = max(1, before - PAGE_LINES)
    return await call.reads.talk(
        call.viewer, call.talk_id, after=from_line(first), limit=max(1, before - first)
    )


def _kept(call: Call, error: MadoakariError) -> Box:
    """The box as it was sent. A key that already stands for other words is replaced."""
    box = _empty(call)
    used = isinstance(error, KeyReused) or not call.form.get("key")
    key = box.key if used else call.form["key"]
    return Box(call.form.get("words", ""), key, sentence(call, error))


def _empty(call: Call) -> Box:
    return Box("", call.backroom.new_token())


def _address(call: Call) -> str:
    return f"/console/talks/{call.talk_id}"
