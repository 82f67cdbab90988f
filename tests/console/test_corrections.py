"""'This verdict is wrong', as a supervisor says it by a plain form."""

from __future__ import annotations

import re

import pytest

from bot.core.model.commands import CorrectVerdict
from bot.core.model.people import Role
from tests.console.conftest import JSON, Browser, Enter
from tests.fakes.backroom import FakeBackroom
from triage.verdict import Kind, Level

ACTION = re.compile(r'action="(/console/talks/\w+/messages/\w+/verdict)"')


@pytest.fixture
def supervisor(enter: Enter) -> Browser:
    return enter(Role.SUPERVISOR)


async def test_each_line_of_the_person_has_its_form(
    supervisor: Browser, backroom: FakeBackroom
) -> None:
    talk_id = backroom.write("しずかなツグミ", "一つ目")
    backroom.write("しずかなツグミ", "二つ目", level=Level.PASSIVE)
    backroom.write("しずかなツグミ", "三つ目")
    backroom.take_back(talk_id, 3)
    backroom.card(talk_id, "error.nothing_waiting")
    page = await supervisor.page(f"/console/talks/{talk_id}")
    assert len(set(ACTION.findall(page))) == 2
    assert page.count("この判定は違う") == 2
    levels = re.findall(r'<option value="(\d)">\d ([^<]+)</option>', page)[:5]
    assert levels == [
        ("0", "落ち着いている"),
        ("1", "つらさ"),
        ("2", "注意"),
        ("3", "危険が高い"),
        ("4", "切迫"),
    ]
    assert "<script>" not in page


async def test_a_correction_is_shown_once_and_raises_the_flag(
    supervisor: Browser, backroom: FakeBackroom
) -> None:
    talk_id = backroom.write("しずかなツグミ", "もう荷物は片付けた")
    where = ACTION.findall(await supervisor.page(f"/console/talks/{talk_id}"))[0]
    form = {"level": "3", "kind_suicide": "yes", "kind_medical": "no"}
    response = await supervisor.post(where, form)
    assert (response.status, response.headers["Location"]) == (
        303,
        f"/console/talks/{talk_id}?said=corrected",
    )
    command = backroom.ran[-1]
    assert isinstance(command, CorrectVerdict)
    assert (command.level, command.kinds) == (Level.ACTIVE, frozenset({Kind.SUICIDE}))
    page = await supervisor.page(response.headers["Location"])
    assert "判定を直しました。" in page
    assert "人が確かめた判定" in page
    assert ACTION.findall(page) == []
    assert "気がかりの印" in page
    assert (await supervisor.post(where, form)).status == 409


@pytest.mark.parametrize("level", ["", "5", "-1", "undecided", "３"])
async def test_a_level_that_is_none_is_refused_in_one_sentence(
    level: str, supervisor: Browser, backroom: FakeBackroom
) -> None:
    talk_id = backroom.write("しずかなツグミ", "こんばんは")
    where = ACTION.findall(await supervisor.page(f"/console/talks/{talk_id}"))[0]
    response = await supervisor.post(where, {"level": level}, **JSON)
    assert response.status == 400
    assert (await response.json())["said"] == "どれか一つを選んでください。"
    assert not any(isinstance(command, CorrectVerdict) for command in backroom.ran)


async def test_nobody_else_is_offered_the_form(enter: Enter, backroom: FakeBackroom) -> None:
    talk_id = backroom.write("しずかなツグミ", "消えたい", level=Level.ACTIVE)
    counsellor = enter(Role.COUNSELLOR)
    page = await counsellor.page(f"/console/talks/{talk_id}")
    assert ACTION.findall(page) == []
    message_id = backroom.rooms[talk_id].lines[0].message_id
    where = f"/console/talks/{talk_id}/messages/{message_id}/verdict"
    assert (await counsellor.post(where, {"level": "0"})).status == 403


async def test_the_form_is_there_in_english(supervisor: Browser, backroom: FakeBackroom) -> None:
    talk_id = backroom.write("しずかなツグミ", "こんばんは")
    page = await (await supervisor.get(f"/console/talks/{talk_id}?lang=en")).text()
    assert "This verdict is wrong" in page
