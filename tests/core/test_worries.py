"""Flags in human hands, and erasures that wait for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model.commands import (
    AcknowledgeConcern,
    EraseDue,
    EraseRecord,
    RaiseConcern,
    Reopen,
    ReplyToVisitor,
    ResolveConcern,
    SetPassphrase,
    TakeNext,
    WriteNote,
)
from bot.core.model.errors import (
    AlreadyAnswered,
    NotAllowed,
    NotFound,
    RecordErased,
    UnknownPassphrase,
)
from bot.core.model.ids import ConcernId, PersonId
from bot.core.model.people import PersonState, Role
from bot.core.model.safety import ConcernState, Resolution
from bot.core.model.talk import TalkState
from tests.core.conftest import HOUR, World
from triage.verdict import Level


async def test_the_first_to_acknowledge_takes_the_waiting_talk(world: World) -> None:
    akari = await world.hire("あかり", Role.SUPERVISOR)
    kodama = await world.hire("こだま", Role.COUNSELLOR)
    receipt = await world.hear("imminent")
    (concern,) = world.concerns()
    assert await world.bus.run(AcknowledgeConcern(kodama, concern.id)) == receipt.talk_id
    with pytest.raises(AlreadyAnswered):
        await world.bus.run(AcknowledgeConcern(akari, concern.id))
    talk = world.talk(receipt.talk_id)
    assert (talk.state, talk.holder) == (TalkState.HELD, kodama)
    assert kodama in world.rows.duty


async def test_a_peer_may_worry_but_not_decide(world: World) -> None:
    peer = await world.hire("ひなた", Role.PEER)
    receipt = await world.hear("calm")
    with pytest.raises(NotFound):
        await world.bus.run(RaiseConcern(peer, receipt.talk_id))
    await world.bus.run(TakeNext(peer))
    concern_id = await world.bus.run(RaiseConcern(peer, receipt.talk_id))
    assert await world.bus.run(RaiseConcern(peer, receipt.talk_id)) == concern_id
    assert world.talk(receipt.talk_id).danger is Level.ACTIVE
    with pytest.raises(NotAllowed):
        await world.bus.run(AcknowledgeConcern(peer, concern_id))
    with pytest.raises(NotAllowed):
        await world.bus.run(ResolveConcern(peer, concern_id, Resolution.TALKED))


async def test_resolving_ends_the_danger_and_is_kept(world: World) -> None:
    kodama = await world.hire("こだま", Role.COUNSELLOR)
    receipt = await world.hear("active")
    (concern,) = world.concerns()
    await world.bus.run(ResolveConcern(kodama, concern.id, Resolution.WRONG_FLAG))
    (kept,) = world.concerns()
    assert (kept.state, kept.resolution) == (ConcernState.RESOLVED, Resolution.WRONG_FLAG)
    assert (kept.acknowledged_by, kept.resolved_by) == (kodama, kodama)
    assert world.talk(receipt.talk_id).danger is Level.DISTRESS
    with pytest.raises(AlreadyAnswered):
        await world.bus.run(ResolveConcern(kodama, concern.id, Resolution.TALKED))
    with pytest.raises(NotFound):
        await world.bus.run(AcknowledgeConcern(kodama, ConcernId("none")))


async def _busy_talk(world: World, words: str) -> PersonId:
    peer = await world.hire("ひなた", Role.PEER)
    receipt = await world.hear(words)
    await world.bus.run(TakeNext(peer))
    await world.bus.run(ReplyToVisitor(peer, receipt.talk_id, "a", "はい"))
    await world.bus.run(WriteNote(peer, receipt.talk_id, "n", "静かな人"))
    await world.bus.run(SetPassphrase(receipt.person_id, world.vault.tag("phrase", "ことば")))
    return receipt.person_id


def _is_gone(world: World, person_id: PersonId) -> bool:
    rows = world.rows
    person = world.person(person_id)
    words = [m.sealed for m in rows.messages.values()]
    ways = (rows.keys, rows.addresses, rows.passphrases, rows.notes, rows.errands)
    return (
        (person.state, person.handle) == (PersonState.ERASED, None)
        and words == [None] * len(words)
        and not any(ways)
        and all(seen.digest is None for seen in rows.seen.values())
    )


async def test_an_erasure_is_at_once_and_whole(world: World) -> None:
    person_id = await _busy_talk(world, "こんばんは")
    erasure = await world.bus.run(EraseRecord(person_id))
    assert erasure.due_at is None
    assert _is_gone(world, person_id)
    assert (await world.bus.run(EraseRecord(person_id))).due_at is None
    with pytest.raises(RecordErased):
        await world.bus.run(SetPassphrase(person_id, world.vault.tag("phrase", "x")))
    with pytest.raises(NotFound):
        await world.bus.run(EraseRecord(PersonId("nobody")))


async def test_after_an_erasure_nothing_can_be_answered(world: World) -> None:
    person_id = await _busy_talk(world, "こんばんは")
    (talk,) = world.rows.talks.values()
    holder = talk.holder
    assert holder is not None
    await world.bus.run(EraseRecord(person_id))
    for key in ("a", "new"):
        with pytest.raises(Exception, match=r"error\."):
            await world.bus.run(ReplyToVisitor(holder, talk.id, key, "はい"))


async def test_a_level_4_flag_holds_the_erasure_until_it_is_resolved(world: World) -> None:
    supervisor = await world.hire("あかり", Role.SUPERVISOR)
    person_id = await _busy_talk(world, "imminent")
    erasure = await world.bus.run(EraseRecord(person_id))
    assert erasure.due_at == world.clock.now() + 72 * HOUR
    again = await world.bus.run(EraseRecord(person_id))
    assert again == erasure
    assert world.person(person_id).state is PersonState.LEAVING
    (concern,) = world.concerns()
    await world.bus.run(ResolveConcern(supervisor, concern.id, Resolution.TALKED))
    assert _is_gone(world, person_id)


async def test_a_held_erasure_is_carried_out_after_72_hours(world: World) -> None:
    person_id = await _busy_talk(world, "imminent")
    await world.bus.run(EraseRecord(person_id))
    world.clock.pass_by(72 * HOUR - timedelta(seconds=1))
    assert await world.bus.run(EraseDue()) == 0
    world.clock.pass_by(timedelta(seconds=1))
    assert await world.bus.run(EraseDue()) == 1
    assert _is_gone(world, person_id)


async def test_a_flag_below_level_4_holds_nothing(world: World) -> None:
    person_id = await _busy_talk(world, "active")
    assert (await world.bus.run(EraseRecord(person_id))).due_at is None
    assert _is_gone(world, person_id)


async def test_long_silence_ends_a_record_unless_a_flag_is_open(world: World) -> None:
    silent = await world.hear("calm", address="silent")
    worried = await world.hear("passive", address="worried")
    world.clock.pass_by(timedelta(days=364))
    await world.bus.run(SetPassphrase(silent.person_id, world.vault.tag("phrase", "x")))
    assert await world.bus.run(EraseDue()) == 0
    world.clock.pass_by(timedelta(days=2))
    assert await world.bus.run(EraseDue()) == 1
    assert world.person(silent.person_id).state is PersonState.ERASED
    assert world.person(worried.person_id).state is PersonState.PRESENT


async def test_coming_back_opens_the_same_room_and_counts_as_contact(world: World) -> None:
    receipt = await world.hear("こんばんは")
    verifier = world.vault.tag("phrase", "ことば")
    await world.bus.run(SetPassphrase(receipt.person_id, verifier))
    world.clock.pass_by(timedelta(days=300))
    until = world.clock.now() + HOUR
    back = await world.bus.run(Reopen(verifier, "webchat", "new room", until))
    assert back == receipt.person_id
    assert (await world.hear("ただいま", address="new room")).talk_id == receipt.talk_id
    assert world.person(back).last_contact_at == world.clock.now()


async def test_a_new_passphrase_ends_the_old_one(world: World) -> None:
    receipt = await world.hear("こんばんは")
    old, new = (world.vault.tag("phrase", word) for word in ("まえ", "あと"))
    await world.bus.run(SetPassphrase(receipt.person_id, old))
    await world.bus.run(SetPassphrase(receipt.person_id, new))
    with pytest.raises(UnknownPassphrase):
        await world.bus.run(Reopen(old, "webchat", "b", None))
    await world.bus.run(EraseRecord(receipt.person_id))
    with pytest.raises(UnknownPassphrase):
        await world.bus.run(Reopen(new, "webchat", "b", None))
