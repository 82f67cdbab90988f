"""A supervisor corrects a verdict: what is kept, what is shown, and what a flag does."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.core.model.commands import (
    CorrectVerdict,
    EraseRecord,
    RecordVerdict,
    ReplyToVisitor,
    ResolveConcern,
    TakeBack,
    TakeNext,
)
from bot.core.model.errors import (
    AlreadyCorrected,
    BadInput,
    MadoakariError,
    NotAllowed,
    NotFound,
    RecordErased,
    TakenBack,
)
from bot.core.model.ids import MessageId, StaffId, TalkId
from bot.core.model.labels import LabelOutcome, TriageLabel, agreement_by_month, month_of
from bot.core.model.mail import Action
from bot.core.model.people import PERMISSIONS, Permission, Role
from bot.core.model.safety import ConcernState, Resolution
from bot.core.model.talk import TalkState
from tests.core.conftest import World
from triage.verdict import Kind, Level, Verdict

NOVEMBER = date(2026, 11, 1)
SUICIDE = frozenset({Kind.SUICIDE})


class Case:
    """A supervisor and one message."""

    def __init__(self, world: World, staff_id: StaffId, talk_id: TalkId, message_id: MessageId):
        self.world, self.staff_id = world, staff_id
        self.talk_id, self.message_id = talk_id, message_id

    async def correct(self, level: Level, kinds: frozenset[Kind] = frozenset()) -> None:
        command = CorrectVerdict(self.staff_id, self.talk_id, self.message_id, level, kinds)
        await self.world.bus.run(command)

    @property
    def verdict(self) -> Verdict:
        return self.world.rows.messages[self.message_id].verdict


async def a_case(world: World, words: str) -> Case:
    akari = await world.hire("あかり", Role.SUPERVISOR)
    receipt = await world.hear(words)
    return Case(world, akari, receipt.talk_id, receipt.message_id)


async def test_a_missed_one_is_labelled_and_raises_the_flag(world: World) -> None:
    case = await a_case(world, "calm")
    world.live.rung.clear()
    await case.correct(Level.ACTIVE, SUICIDE)
    assert world.rows.labels == [TriageLabel(NOVEMBER, Level.NONE, Level.ACTIVE, SUICIDE, ())]
    assert world.rows.labels[0].outcome is LabelOutcome.MISSED
    (concern,) = world.concerns()
    assert (concern.level, concern.kinds, concern.state) == (
        Level.ACTIVE,
        SUICIDE,
        ConcernState.RAISED,
    )
    assert world.talk(case.talk_id).danger is Level.ACTIVE
    assert (case.verdict.level, case.verdict.kinds) == (Level.ACTIVE, SUICIDE)
    assert [m.text_key for m in world.messages(case.talk_id)] == [None, "safety.card"]
    assert f"talk:{case.talk_id}" in world.live.rung


async def test_a_human_may_lower_and_no_flag_closes_by_it(world: World) -> None:
    case = await a_case(world, "active")
    await case.correct(Level.NONE, SUICIDE)
    (label,) = world.rows.labels
    assert (label.outcome, label.kinds) == (LabelOutcome.WRONG, frozenset())
    assert case.verdict == Verdict(Level.NONE)
    (concern,) = world.concerns()
    assert (concern.state, concern.level) == (ConcernState.RAISED, Level.ACTIVE)
    assert world.talk(case.talk_id).danger is Level.ACTIVE


async def test_the_second_look_does_not_overrule_a_human(world: World) -> None:
    case = await a_case(world, "passive")
    await case.correct(Level.DISTRESS)
    (errand,) = world.errands(Action.ASSESS)
    await world.bus.run(RecordVerdict(errand.id, case.message_id, Verdict(Level.IMMINENT)))
    assert case.verdict.level is Level.DISTRESS
    assert world.errands(Action.ASSESS) == []


async def test_what_was_right_moves_nothing(world: World) -> None:
    case = await a_case(world, "active")
    (concern,) = world.concerns()
    await world.bus.run(ResolveConcern(case.staff_id, concern.id, Resolution.TALKED))
    await case.correct(Level.ACTIVE, SUICIDE)
    assert world.rows.labels[0].outcome is LabelOutcome.AGREED
    assert [each.state for each in world.concerns()] == [ConcernState.RESOLVED]
    assert world.talk(case.talk_id).danger is Level.DISTRESS


async def test_one_message_has_one_label(world: World) -> None:
    case = await a_case(world, "calm")
    await case.correct(Level.DISTRESS)
    with pytest.raises(AlreadyCorrected):
        await case.correct(Level.IMMINENT)
    assert len(world.rows.labels) == 1
    assert world.concerns() == []
    assert world.talk(case.talk_id).state is TalkState.WAITING


@pytest.mark.parametrize("role", [Role.PEER, Role.COUNSELLOR, Role.ADMIN])
async def test_only_a_supervisor_corrects(world: World, role: Role) -> None:
    case = await a_case(world, "passive")
    case.staff_id = await world.hire("こだま", role)
    with pytest.raises(NotAllowed):
        await case.correct(Level.NONE)
    assert world.rows.labels == []
    assert Permission.VERDICT_CORRECT not in PERMISSIONS[role]


async def test_only_what_a_person_wrote_in_this_talk(world: World) -> None:
    case = await a_case(world, "calm")
    elsewhere = await world.hear("calm", address="another")
    await world.bus.run(TakeNext(case.staff_id))
    reply = ReplyToVisitor(case.staff_id, case.talk_id, "key", "よんでいます")
    ours = await world.bus.run(reply)
    for message_id in (elsewhere.message_id, ours, MessageId("none")):
        await _refused(Case(world, case.staff_id, case.talk_id, message_id), NotFound)
    nowhere = Case(world, case.staff_id, TalkId("none"), case.message_id)
    await _refused(nowhere, NotFound)
    with pytest.raises(BadInput):
        await case.correct(Level.UNDECIDED)


async def test_what_is_gone_is_not_judged(world: World) -> None:
    akari = await world.hire("あかり", Role.SUPERVISOR)
    receipt = await world.hear_line("calm", ref="R")
    case = Case(world, akari, receipt.talk_id, receipt.message_id)
    await world.bus.run(TakeBack("line", "R"))
    await _refused(case, TakenBack)
    await world.bus.run(EraseRecord(receipt.person_id))
    await _refused(case, RecordErased)


async def _refused(case: Case, error: type[MadoakariError]) -> None:
    with pytest.raises(error):
        await case.correct(Level.ACTIVE)
    assert case.world.rows.labels == []


def test_months_turn_in_japan() -> None:
    assert month_of(datetime(2026, 11, 30, 14, 59, tzinfo=UTC)) == NOVEMBER
    assert month_of(datetime(2026, 11, 30, 15, 0, tzinfo=UTC)) == date(2026, 12, 1)


def test_agreement_counts_what_an_alert_is() -> None:
    def label(machine: Level, corrected: Level) -> TriageLabel:
        return TriageLabel(NOVEMBER, machine, corrected, frozenset(), ())

    (row,) = agreement_by_month(
        [
            label(Level.UNDECIDED, Level.PASSIVE),
            label(Level.PASSIVE, Level.ACTIVE),
            label(Level.ACTIVE, Level.ACTIVE),
            label(Level.UNDECIDED, Level.NONE),
            label(Level.ACTIVE, Level.DISTRESS),
        ]
    )
    assert (row.total, row.agreed, row.missed, row.wrong) == (5, 1, 2, 2)
    assert (row.grave, row.found) == (3, 2)
