"""Staff accounts: one-time links, the first administrator, and the end of an account."""

from __future__ import annotations

import pytest

from bot.core.bus import HANDLERS
from bot.core.model import commands as c
from bot.core.model.errors import (
    InvitationSpent,
    LastAdmin,
    NameTaken,
    NoRole,
    NotAllowed,
    WrongSignIn,
)
from bot.core.model.ids import StaffId
from bot.core.model.people import PERMISSIONS, Permission, Role, StaffState, Viewer, sees_talk
from bot.core.model.talk import TalkState
from tests.core.conftest import HOUR, World

PEER = frozenset({Role.PEER})


async def test_a_link_opens_one_account_once(world: World) -> None:
    token = world.vault.tag("staff-token", "link")
    await world.bus.run(c.InviteStaff("ひなた", PEER, token, world.clock.now() + HOUR))
    await world.bus.run(c.AcceptInvitation(token, "ひなた", "hash"))
    with pytest.raises(InvitationSpent):
        await world.bus.run(c.AcceptInvitation(token, "ひなた", "hash"))


async def test_a_link_has_an_end_and_a_new_one_replaces_it(world: World) -> None:
    old, new = (world.vault.tag("staff-token", word) for word in ("old", "new"))
    await world.bus.run(c.InviteStaff("ひなた", PEER, old, world.clock.now() + HOUR))
    await world.bus.run(c.InviteStaff("ひなた", PEER, new, world.clock.now() + 2 * HOUR))
    with pytest.raises(InvitationSpent):
        await world.bus.run(c.AcceptInvitation(old, "ひなた", "hash"))
    world.clock.pass_by(2 * HOUR)
    with pytest.raises(InvitationSpent):
        await world.bus.run(c.AcceptInvitation(new, "ひなた", "hash"))


async def test_only_the_first_administrator_adds_a_role_to_themselves(world: World) -> None:
    also = frozenset({Role.SUPERVISOR})
    first, later = (world.vault.tag("staff-token", word) for word in ("first", "later"))
    until = world.clock.now() + HOUR
    await world.bus.run(c.InviteStaff("admin", frozenset({Role.ADMIN}), first, until))
    one = await world.bus.run(c.AcceptInvitation(first, "運営", "hash", also))
    await world.bus.run(c.InviteStaff("ひなた", PEER, later, until, one))
    two = await world.bus.run(c.AcceptInvitation(later, "ひなた", "hash", also))
    assert world.rows.staff[one].roles == {Role.ADMIN, Role.SUPERVISOR}
    assert world.rows.staff[two].roles == PEER


async def test_a_peer_invited_before_any_administrator_is_only_a_peer(world: World) -> None:
    token, until = world.vault.tag("staff-token", "early"), world.clock.now() + HOUR
    await world.bus.run(c.InviteStaff("ひなた", PEER, token, until))
    also = frozenset({Role.SUPERVISOR})
    peer = await world.bus.run(c.AcceptInvitation(token, "ひなた", "hash", also))
    assert world.rows.staff[peer].roles == PEER


async def test_names_and_roles_are_checked(world: World) -> None:
    peer = await world.hire("ひなた", Role.PEER)
    token, until = world.vault.tag("staff-token", "x"), world.clock.now() + HOUR
    with pytest.raises(NameTaken):
        await world.bus.run(c.InviteStaff(" ひなた ", PEER, token, until))
    with pytest.raises(NoRole):
        await world.bus.run(c.InviteStaff("そら", frozenset(), token, until))
    with pytest.raises(NotAllowed):
        await world.bus.run(c.InviteStaff("そら", PEER, token, until, peer))
    await world.bus.run(c.InviteStaff("そら", PEER, token, until))
    with pytest.raises(NameTaken):
        await world.bus.run(c.AcceptInvitation(token, "ひなた", "hash"))


async def test_disabling_ends_everything_at_once(world: World) -> None:
    await world.hire("運営", Role.ADMIN)
    peer = await world.hire("ひなた", Role.PEER)
    receipt = await world.hear("こんばんは")
    await world.bus.run(c.TakeNext(peer))
    token = world.vault.tag("staff-token", "session")
    await world.bus.run(c.OpenSession(peer, token, world.clock.now() + HOUR))
    await world.bus.run(c.DisableStaff(peer))
    assert world.rows.sessions == {}
    assert world.rows.duty == {}
    assert world.talk(receipt.talk_id).state is TalkState.WAITING
    assert world.rows.staff[peer].state is StaffState.DISABLED
    with pytest.raises(WrongSignIn):
        await world.bus.run(c.OpenSession(peer, token, world.clock.now() + HOUR))
    with pytest.raises(NotAllowed):
        await world.bus.run(c.TakeNext(peer))


async def test_the_last_administrator_stays(world: World) -> None:
    admin = await world.hire("運営", Role.ADMIN)
    with pytest.raises(LastAdmin):
        await world.bus.run(c.DisableStaff(admin, admin))
    await world.hire("運営二", Role.ADMIN)
    await world.bus.run(c.DisableStaff(admin, admin))


async def test_stale_rows_are_forgotten(world: World) -> None:
    peer = await world.hire("ひなた", Role.PEER)
    token = world.vault.tag("staff-token", "session")
    await world.bus.run(c.OpenSession(peer, token, world.clock.now() + HOUR))
    await world.hear("こんばんは")
    assert await world.bus.run(c.ForgetStale()) == 0
    world.clock.pass_by(13 * HOUR)
    assert await world.bus.run(c.ForgetStale()) == 2
    await world.bus.run(c.CloseSession(token))


def test_every_command_has_a_handler() -> None:
    known = {kind for kind in vars(c).values() if isinstance(kind, type)}
    commands = {kind for kind in known if issubclass(kind, c.Command) and kind is not c.Command}
    assert set(HANDLERS) == commands


@pytest.mark.parametrize(
    ("role", "mine", "flagged", "others"),
    [
        (Role.PEER, True, False, False),
        (Role.COUNSELLOR, True, True, False),
        (Role.SUPERVISOR, True, True, True),
        (Role.ADMIN, False, False, False),
    ],
)
def test_who_sees_which_talk(role: Role, *, mine: bool, flagged: bool, others: bool) -> None:
    me, other = StaffId("me"), StaffId("other")
    viewer = Viewer(me, "だれか", frozenset({role}))
    assert sees_talk(viewer, holder=me, flagged=False) is mine
    assert sees_talk(viewer, holder=other, flagged=True) is flagged
    assert sees_talk(viewer, holder=other, flagged=False) is others


def test_an_administrator_never_answers() -> None:
    words = {Permission.TALK_ANSWER, Permission.TALK_TAKE, Permission.FLAGGED_SEE}
    assert PERMISSIONS[Role.ADMIN].isdisjoint(words | {Permission.LIVE_SEE})
