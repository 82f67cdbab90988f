"""Coming in and going out: passwords, sessions, one-time links, what every page carries."""

from __future__ import annotations

import re
from http.cookies import Morsel
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.core.model.people import Role, StaffState
from moderator_ui.gate import NAME_BURST
from tests.console.conftest import Browser, Client, Enter, console_over, serving, staff_id
from tests.fakes.backroom import PASSWORD, FakeBackroom

GOOD = {"work_name": "みなと", "password": PASSWORD}
NEW = {"work_name": "はじめ", "password": "correct horse", "again": "correct horse"}
WRONG = "お名前かパスワードが違うようです。"


def cookie(response: ClientResponse, name: str = "c") -> Morsel[str]:
    return response.cookies[name]


@pytest.fixture
async def stranger(client: Client, backroom: FakeBackroom) -> Browser:
    """Somebody who has just opened the sign-in page."""
    browser = Browser(client, backroom, "")
    browser.token = cookie(await browser.get("/console/sign-in")).value
    return browser


async def test_signing_in_makes_a_session_with_a_new_token(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    backroom.hire("みなと", Role.PEER)
    response = await stranger.post("/console/sign-in", GOOD)
    assert (response.status, response.headers["Location"]) == (303, "/console")
    given = cookie(response)
    assert given.value != stranger.token
    stranger.token = given.value
    assert "みなと" in await stranger.page("/console")


async def test_the_cookie_is_for_this_path_alone(stranger: Browser, backroom: FakeBackroom) -> None:
    backroom.hire("みなと", Role.PEER)
    given = cookie(await stranger.post("/console/sign-in", GOOD))
    assert given["httponly"]
    assert (given["samesite"], given["path"], given["max-age"]) == (
        "Strict",
        "/console",
        str(12 * 3600),
    )


@pytest.mark.parametrize(
    ("chosen", "secure"),
    [
        ({"base_url": "https://example.org"}, True),
        ({"base_url": "http://example.org"}, False),
        ({"base_url": "http://example.org", "cookie_secure": "always"}, True),
        ({"base_url": "https://example.org", "cookie_secure": "never"}, False),
    ],
)
async def test_the_cookie_is_secure_as_the_settings_say(
    chosen: dict[str, Any], secure: object, backroom: FakeBackroom
) -> None:
    async for client in serving(console_over(backroom, **chosen)):
        response = await client.get("/console/sign-in")
        assert bool(cookie(response)["secure"]) is secure


async def test_wrong_name_and_wrong_password_look_and_cost_alike(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    backroom.hire("みなと", Role.PEER)
    pages = []
    for form in (GOOD | {"password": "not the password"}, GOOD | {"work_name": "いない人"}):
        response = await stranger.post("/console/sign-in", form)
        assert response.status == 400
        pages.append((await response.text()).replace(form["work_name"], ""))
    assert WRONG in pages[0]
    assert pages[0] == pages[1]
    assert [stored is None for stored in backroom.checked] == [False, True]


async def test_an_old_hash_is_renewed(stranger: Browser, backroom: FakeBackroom) -> None:
    owner = backroom.staff_rows[backroom.hire("みなと", Role.PEER)]
    owner.password_hash = f"old hash of {PASSWORD}"
    await stranger.post("/console/sign-in", GOOD)
    assert owner.password_hash == f"hash of {PASSWORD}"


async def test_guessing_at_one_name_is_slowed_and_others_are_not(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    backroom.hire("みなと", Role.PEER)
    other = {"work_name": "こはる", "password": PASSWORD}
    backroom.hire("こはる", Role.PEER)
    guesses = [GOOD | {"password": f"guess {number}"} for number in range(NAME_BURST)]
    for guess in guesses:
        assert (await stranger.post("/console/sign-in", guess)).status == 400
    for name in ("みなと", " みなと ", "みなと\u3000"):
        response = await stranger.post("/console/sign-in", GOOD | {"work_name": name})
        assert response.status == 429
    assert len(backroom.checked) == NAME_BURST
    assert (await stranger.post("/console/sign-in", other)).status == 303
    backroom.pass_time(minutes=1)
    assert (await stranger.post("/console/sign-in", GOOD)).status == 303


async def test_guessing_at_many_names_is_slowed_too(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    tries = [{"work_name": f"name {number}", "password": "guess"} for number in range(60)]
    answers = [(await stranger.post("/console/sign-in", form)).status for form in tries]
    assert set(answers) == {400, 429}
    assert answers[-1] == 429


async def test_a_session_ends_after_its_hours(enter: Enter, backroom: FakeBackroom) -> None:
    peer = enter(Role.PEER)
    backroom.pass_time(hours=12)
    response = await peer.get("/console")
    assert (response.status, response.headers["Location"]) == (303, "/console/sign-in")


async def test_words_written_in_an_ended_session_come_back(
    enter: Enter, backroom: FakeBackroom
) -> None:
    peer = enter(Role.PEER)
    talk_id = backroom.write("しずかなツグミ", "こんばんは")
    backroom.pass_time(hours=13)
    response = await peer.post(
        f"/console/talks/{talk_id}/answer", {"words": "書いた<返事>", "key": "k" * 20}
    )
    text = await response.text()
    assert response.status == 401
    assert "書いた&lt;返事&gt;" in text
    assert f'name="to" value="/console/talks/{talk_id}"' in text


async def test_a_script_hears_that_the_session_ended(enter: Enter, backroom: FakeBackroom) -> None:
    peer = enter(Role.PEER)
    backroom.pass_time(hours=13)
    response = await peer.post("/console/duty", {"to": "on"}, Accept="application/json")
    assert response.status == 401
    assert (await response.json())["signed_out"] is True


async def test_disabling_ends_every_session_at_once(enter: Enter) -> None:
    admin, peer = enter(Role.ADMIN), enter(Role.PEER)
    assert (await peer.get("/console")).status == 200
    gone = await admin.post(f"/console/staff/{staff_id(peer)}/disable")
    assert gone.status == 303
    assert (await peer.get("/console")).status == 303


async def test_signing_out_forgets_session_and_cookie(enter: Enter) -> None:
    peer = enter(Role.PEER)
    response = await peer.post("/console/sign-out")
    assert response.headers["Location"] == "/console/sign-in?said=signed_out"
    assert cookie(response)["max-age"] == "0"
    assert (await peer.get("/console")).status == 303


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/console/talks/01ABC", "/console/talks/01ABC"),
        ("https://evil.example/", "/console"),
        ("//evil.example/console", "/console"),
        ("/console/../x", "/console"),
        ("/console\nLocation: x", "/console"),
    ],
)
async def test_signing_in_leads_only_to_pages_of_ours(
    asked: str, goes: str, stranger: Browser, backroom: FakeBackroom
) -> None:
    backroom.hire("みなと", Role.PEER)
    response = await stranger.post("/console/sign-in", GOOD | {"to": asked})
    assert response.headers["Location"] == goes


async def test_before_anybody_has_an_account_the_page_says_where_to_go(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    assert "一度だけのリンク" in await stranger.page("/console/sign-in")
    backroom.hire("みなと", Role.ADMIN)
    assert "一度だけのリンク" not in await stranger.page("/console/sign-in")


# --- the one-time link --------------------------------------------------------------------


async def test_the_first_administrator_chooses_name_and_password(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    path = f"/console/welcome/{backroom.invite('admin', Role.ADMIN, first=True)}"
    assert 'name="small_team"' in await stranger.page(path)
    response = await stranger.post(path, NEW | {"small_team": "yes"})
    assert response.status == 303
    stranger.token = cookie(response).value
    page = await stranger.page("/console?said=welcome")
    assert "はじめ" in page
    assert "つぎの人" in page
    (owner,) = backroom.staff_rows.values()
    assert owner.roles == {Role.ADMIN, Role.SUPERVISOR}


async def test_without_the_tick_an_administrator_only_runs_the_service(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    path = f"/console/welcome/{backroom.invite('admin', Role.ADMIN, first=True)}"
    await stranger.post(path, NEW)
    (owner,) = backroom.staff_rows.values()
    assert owner.roles == {Role.ADMIN}


async def test_invited_staff_keep_name_and_roles(stranger: Browser, backroom: FakeBackroom) -> None:
    path = f"/console/welcome/{backroom.invite('こはる', Role.PEER)}"
    page = await stranger.page(path)
    assert "こはるさん" in page
    assert "small_team" not in page
    forged = NEW | {"work_name": "ほかの名前", "small_team": "yes"}
    assert (await stranger.post(path, forged)).status == 303
    (owner,) = backroom.staff_rows.values()
    assert (owner.work_name, owner.roles) == ("こはる", frozenset({Role.PEER}))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (NEW | {"again": "correct house"}, "二つのパスワードが同じではありません"),
        (NEW | {"password": "short", "again": "short"}, "12文字以上"),
        (NEW | {"work_name": " "}, "まだ何も書かれていない"),
    ],
)
async def test_a_link_survives_a_mistake(
    form: dict[str, str], sentence: str, stranger: Browser, backroom: FakeBackroom
) -> None:
    path = f"/console/welcome/{backroom.invite('admin', Role.ADMIN, first=True)}"
    response = await stranger.post(path, form)
    assert response.status == 400
    assert sentence in await response.text()
    if form["work_name"] != " ":
        assert (await stranger.post(path, NEW)).status == 303


async def test_a_link_works_once_and_for_three_days(
    stranger: Browser, backroom: FakeBackroom
) -> None:
    path = f"/console/welcome/{backroom.invite('こはる', Role.PEER)}"
    late = f"/console/welcome/{backroom.invite('おそい人', Role.PEER)}"
    await stranger.post(path, NEW)
    assert (await stranger.get(path)).status == 409
    backroom.pass_time(hours=72)
    assert (await stranger.get(late)).status == 409
    assert (await stranger.get("/console/welcome/guess")).status == 409


# --- inviting -----------------------------------------------------------------------------


async def test_an_invitation_link_is_shown_once_and_works(
    enter: Enter, stranger: Browser, backroom: FakeBackroom
) -> None:
    admin = enter(Role.ADMIN)
    form = {"work_name": "ゆうなぎ", "role_peer": "yes", "role_counsellor": "yes"}
    shown = await (await admin.post("/console/staff", form)).text()
    link = shown.split("http://127.0.0.1:8080")[1].split("<")[0].strip()
    assert link.startswith("/console/welcome/")
    assert "/console/welcome/" not in await admin.page("/console/staff")
    assert (await stranger.post(link, NEW)).status == 303
    owner = next(row for row in backroom.staff_rows.values() if row.work_name == "ゆうなぎ")
    assert (owner.state, owner.roles) == (
        StaffState.ACTIVE,
        frozenset({Role.PEER, Role.COUNSELLOR}),
    )


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"work_name": "ゆうなぎ"}, "役割をひとつ選んでください"),
        ({"work_name": "admin", "role_peer": "yes"}, "ほかの人が使っています"),
    ],
)
async def test_a_wrong_invitation_is_explained_and_kept(
    form: dict[str, str], sentence: str, enter: Enter
) -> None:
    response = await enter(Role.ADMIN).post("/console/staff", form)
    text = await response.text()
    assert response.status == 400
    assert sentence in text
    assert f'value="{form["work_name"]}"' in text


async def test_the_only_administrator_stays(enter: Enter) -> None:
    admin = enter(Role.ADMIN)
    assert (await admin.post(f"/console/staff/{staff_id(admin)}/disable")).status == 409


# --- what every page carries --------------------------------------------------------------


async def test_pages_are_never_kept_and_nothing_foreign_is_allowed(enter: Enter) -> None:
    response = await enter(Role.PEER).get("/console")
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_nothing_is_written_into_the_page_itself(enter: Enter) -> None:
    page = await enter(Role.SUPERVISOR, Role.ADMIN).page("/console")
    assert " style=" not in page
    assert re.findall(r"\son[a-z]+=", page) == []
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert "http://" not in page.replace("http://www.w3.org", "")


async def test_files_have_addresses_that_change_with_them(enter: Enter) -> None:
    peer = enter(Role.PEER)
    page = await peer.page("/console")
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    response = await peer.get(style)
    assert response.headers["Content-Type"] == "text/css"
    assert "max-age=86400" in response.headers["Cache-Control"]
    assert (await peer.get("/console/static/../routes.py")).status == 404
    assert (await peer.get("/console/static/routes.py")).status == 404


async def test_trial_fiction_and_unreviewed_texts_are_said(backroom: FakeBackroom) -> None:
    token = backroom.signed_in(backroom.hire("みなと", Role.SUPERVISOR))
    peer = backroom.signed_in(backroom.hire("こはる", Role.PEER))
    async for client in serving(console_over(backroom, fiction=True, unreviewed=4)):
        page = await Browser(client, backroom, token).page("/console")
        for said in ("試行モード", "架空のデモ", "窓口4件", "madoakari doctor"):
            assert said in page
        assert "madoakari doctor" not in await Browser(client, backroom, peer).page("/console")
        assert "架空のデモ" in await Browser(client, backroom, "").page("/console/sign-in")


async def test_none_of_it_is_said_where_it_is_not_so(backroom: FakeBackroom) -> None:
    token = backroom.signed_in(backroom.hire("みなと", Role.SUPERVISOR))
    async for client in serving(console_over(backroom, trial_mode=False)):
        page = await Browser(client, backroom, token).page("/console")
        assert "試行モード" not in page
        assert "架空のデモ" not in page
        assert "madoakari doctor" not in page


async def test_the_language_is_chosen_by_a_link_and_kept(enter: Enter) -> None:
    peer = enter(Role.PEER)
    assert "いまのようす" in await peer.page("/console")
    response = await peer.get("/console?lang=en")
    assert "Right now" in await response.text()
    kept = cookie(response, "l")
    assert (kept.value, kept["path"]) == ("en", "/console")
    answer = await peer.get("/console", Cookie=f"c={peer.token}; l=en")
    assert answer.status == 200
    assert "l" not in (await peer.get("/console?lang=xx")).cookies
