"""The table of routes, and every role against every line of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from bot.core.model.people import PERMISSIONS, Permission, Role
from moderator_ui.routes import PUBLIC, ROUTES, Route
from tests.console.conftest import Browser, Client, Enter
from tests.fakes.backroom import FakeBackroom
from triage.verdict import Level

ANYBODY = {
    ("GET", "/console/static/{name}"),
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("GET", "/console/welcome/{token}"),
    ("POST", "/console/welcome/{token}"),
}
GUARDED = [route for route in ROUTES if route.permission is not PUBLIC]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A flagged talk, a member of staff to be disabled, and addresses that lead to them."""

    talk: str
    concern: str
    staff: str

    def path(self, route: Route) -> str:
        path = re.sub(r"\{talk_id[^}]*\}", self.talk, route.path)
        path = re.sub(r"\{concern_id[^}]*\}", self.concern, path)
        path = re.sub(r"\{message_id[^}]*\}", "01NONE", path)
        return re.sub(r"\{staff_id[^}]*\}", self.staff, path)


@pytest.fixture
def scene(backroom: FakeBackroom) -> Scene:
    talk_id = backroom.write("しずかなツグミ", "消えたい", level=Level.ACTIVE)
    concern = backroom.rooms[talk_id].concern
    assert concern is not None
    return Scene(talk_id, concern.id, backroom.hire("やめる人", Role.PEER))


def test_only_the_way_in_is_public() -> None:
    public = {(route.method, route.path) for route in ROUTES if route.permission is PUBLIC}
    assert public == ANYBODY


def test_every_permission_opens_something() -> None:
    assert {route.permission for route in GUARDED} == set(Permission)


def test_no_address_stands_twice() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_a_role_opens_exactly_what_its_permissions_say(
    route: Route, role: Role, scene: Scene, enter: Enter
) -> None:
    browser = enter(role)
    response = await ask(browser, route, scene)
    refused = response == 403
    assert refused == (route.permission not in PERMISSIONS[role]), response


@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_nobody_gets_in_without_a_session(
    route: Route, scene: Scene, client: Client, backroom: FakeBackroom
) -> None:
    stranger = Browser(client, backroom, backroom.new_token())
    before = len(backroom.ran)
    assert await ask(stranger, route, scene) in {303, 401}
    assert len(backroom.ran) == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "POST"], ids=named)
@pytest.mark.parametrize("seal", ["", "wrong", "é"])
async def test_a_form_without_our_seal_changes_nothing(
    route: Route, seal: str, scene: Scene, enter: Enter, backroom: FakeBackroom
) -> None:
    browser = enter(*Role)
    before = len(backroom.ran)
    path = scene.path(route).replace("{token}", backroom.invite("新しい人", Role.PEER))
    response = await browser.post(path, {"seal": seal})
    assert response.status == 403
    assert "この画面のしるしが合いませんでした" in await response.text()
    assert len(backroom.ran) == before


async def test_the_seal_of_another_session_does_not_fit(enter: Enter) -> None:
    one, other = enter(Role.PEER, name="一人目"), enter(Role.PEER, name="二人目")
    seal = other.backroom.form_seal(other.token)
    assert (await one.post("/console/duty", {"to": "on", "seal": seal})).status == 403


async def ask(browser: Browser, route: Route, scene: Scene) -> int:
    """The status; a stream is left as soon as it has answered."""
    if route.method == "POST":
        return (await browser.post(scene.path(route))).status
    response = await browser.get(scene.path(route))
    response.close()
    return response.status
