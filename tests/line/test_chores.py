"""``madoakari line setup`` and ``check`` against the fake LINE, by the real SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.setting_kinds import Secret
from channels.line.chores import examine, set_up
from channels.line.richmenu import RELAY, ROOM
from channels.line.settings import LineSettings
from tests.fakes.line.platform import FakeLine
from tests.fakes.line.wire import error


@pytest.fixture
async def line() -> AsyncIterator[FakeLine]:
    async with FakeLine() as fake:
        yield fake
        assert fake.violations == []


def own(line: FakeLine, mode: Any = "relay", token: str | None = None) -> LineSettings:
    return LineSettings(
        channel_secret=Secret(line.secret),
        channel_token=Secret(token or line.token),
        api_host=line.url,
        mode=mode,
    )


def names(line: FakeLine) -> dict[str, str]:
    return {menu_id: str(menu["name"]) for menu_id, menu in line.menus.made.items()}


HOUSE = SimpleNamespace(base_url="https://chat.example.org", locale="ja")
PLAIN = SimpleNamespace(base_url="http://chat.example.org", locale="ja")


def said(findings: Any) -> str:
    return "\n".join(f"{each.mark} {each.sentence}" for each in findings)


@pytest.mark.parametrize(("mode", "shown"), [("relay", RELAY), ("room", ROOM)])
async def test_setup_puts_the_menu_of_the_mode_and_the_webhook(
    line: FakeLine, mode: str, shown: Any
) -> None:
    told = said(await set_up(own(line, mode), HOUSE))
    assert f"ok The menu for {mode} mode" in told
    assert names(line)[line.menus.default or ""] == shown.name
    assert set(line.menus.pictures) == set(line.menus.made)
    assert line.endpoint.url == "https://chat.example.org/line/webhook"


async def test_setup_again_keeps_every_menu_that_somebody_may_be_tied_to(line: FakeLine) -> None:
    await set_up(own(line), HOUSE)
    before = names(line)
    room = next(menu_id for menu_id, name in before.items() if name == ROOM.name)
    line.menus.linked["U1"] = room
    line.menus.made |= {
        "old": line.menus.made[room] | {"name": "madoakari-relay-0"},
        "old room": line.menus.made[room] | {"name": "madoakari-room-0"},
        "not ours": line.menus.made[room] | {"name": "spring sale"},
    }
    await set_up(own(line), HOUSE)
    assert names(line) == before | {"old room": "madoakari-room-0", "not ours": "spring sale"}
    assert line.menus.linked == {"U1": room}


async def test_a_menu_whose_picture_did_not_arrive_does_not_stay(line: FakeLine) -> None:
    line._handlers = dict(line._handlers) | {
        "setRichMenuImage": lambda _: error(500, "Internal server error")
    }
    told = said(await set_up(own(line), HOUSE))
    assert "mend" in told
    assert names(line) == {}


async def test_the_menu_of_another_mode_is_noticed(line: FakeLine) -> None:
    await set_up(own(line), HOUSE)
    assert "people see the one for relay mode" in said(await examine(own(line), HOUSE))
    told = said(await examine(own(line, "room"), HOUSE))
    assert "mend People do not see the menu for room mode" in told


async def test_without_https_the_operator_is_told_what_to_do(line: FakeLine) -> None:
    told = said(await set_up(own(line), PLAIN))
    assert "mend LINE needs an https address" in told
    assert line.endpoint.url != "http://chat.example.org/line/webhook"


async def test_a_bad_token_is_named_and_nothing_is_changed(line: FakeLine) -> None:
    for work in (set_up, examine):
        told = said(await work(own(line, token="wrong"), HOUSE))
        assert told.startswith("mend LINE does not take the channel access token")
    assert names(line) == {}


async def test_check_says_what_is_missing_and_changes_nothing(line: FakeLine) -> None:
    told = said(await examine(own(line), HOUSE))
    assert "run madoakari line setup" in told
    assert names(line) == {}
    await set_up(own(line), HOUSE)
    line.quota = 10
    told = said(await examine(own(line), HOUSE))
    assert "Both menus are there" in told
    assert "0 of this month's 10 messages" in told


async def test_a_platform_that_cannot_be_reached_is_said_so() -> None:
    away = LineSettings(
        channel_secret=Secret("s"), channel_token=Secret("t"), api_host="http://127.0.0.1:9"
    )
    assert "cannot be reached" in said(await examine(away, HOUSE))
