"""The relay: every errand is carried out, in its lane's order, whatever a channel answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.model.commands import (
    AcceptInvitation,
    EraseRecord,
    InviteStaff,
    Receipt,
    ReceiveMessage,
    ReplyToVisitor,
    TakeNext,
)
from bot.core.model.ids import ErrandId, MessageId, StaffId
from bot.core.model.messages import Capabilities, Delivery, Inbound, Outbound
from bot.core.model.people import Role, Viewer
from bot.core.ports.channel import WELL, Health, Outcome, Pass, Sent
from bot.core.ports.relay_reads import Parcel, RelayReads
from bot.runtime.assessor import ModelAssessor
from bot.runtime.errands import Errands
from bot.runtime.relay import HANDS, Relay
from bot.storage.relay_reads import RelayReadsSql
from bot.wiring import Parts
from bot.wiring.visitors import make_notices
from tests.fakes.tools import FrozenClock
from triage.verdict import Level

WORDS = ("ひとつめ", "ふたつめ", "みっつめ")


class Postman:
    """A channel that answers as it is told and remembers what it was given."""

    capabilities = Capabilities(max_length=5000, keeps_history=False, addresses=False)
    bell_only = False

    def __init__(self, name: str = "webchat") -> None:
        self.name = name
        self.given: list[tuple[str, str]] = []
        self.answer: Callable[[], Outcome] = lambda: Outcome.IN_ROOM
        self.slow: asyncio.Event | None = None

    async def send(
        self, address: str | None, outbound: Outbound, *, key: str, free: Pass | None = None
    ) -> Sent:
        self.given.append((key, outbound.words))
        if self.slow is not None:
            await self.slow.wait()
        return Sent(self.answer())

    def health(self) -> Health:
        return WELL

    def routes(self) -> Sequence[Any]:
        return ()

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""


class Nowhere(RelayReadsSql):
    """Reads of a person whose address is gone."""

    async def parcel(
        self, message_id: MessageId, errand_id: ErrandId, now: datetime
    ) -> Parcel | None:
        return None


async def _nothing(_data: bytes) -> str | None:
    return None


class Night:
    """A person, a supporter, and a relay that works when told."""

    def __init__(self, parts: Parts, reads: RelayReads | None = None) -> None:
        ground = parts.ground
        self.parts, self.postman, self.clock = parts, Postman(), FrozenClock(ground.clock.now())
        self.messenger = Postman("line")
        errands = Errands(
            units=ground.units,
            bus=parts.bus,
            reads=reads or RelayReadsSql(ground.engine, vault=ground.vault),
            channels={"webchat": self.postman, "line": self.messenger},
            assessor=ModelAssessor(None, tally=ground.metrics.second_look),
            notices=make_notices(ground, parts.bus),
            clean=_nothing,
            clock=self.clock,
        )
        self.relay = Relay(
            units=ground.units, errands=errands, carriers=("webchat", "line"), clock=self.clock
        )
        self.staff_id = StaffId("")

    async def begin(self) -> Receipt:
        backroom, run = self.parts.backroom, self.parts.bus.run
        token = backroom.session_tag("link")
        expires_at = backroom.now() + timedelta(hours=1)
        roles = frozenset({Role.SUPERVISOR})
        await run(InviteStaff("あかり", roles, token, expires_at))
        self.staff_id = await run(AcceptInvitation(token, "あかり", "hash"))
        receipt = await run(ReceiveMessage(Inbound("webchat", "room", "1", "こんばんは")))
        await run(TakeNext(self.staff_id))
        await self.work()  # the first message is assessed
        for number, words in enumerate(WORDS):
            await run(ReplyToVisitor(self.staff_id, receipt.talk_id, f"k{number}", words))
        return receipt

    async def work(self) -> int:
        """Carry out everything that is due now."""
        self.clock.pass_by(timedelta(seconds=1))
        total = 0
        while done := await self.relay.carry_out_due():
            total += done
        return total

    async def deliveries(self, receipt: Receipt) -> list[Delivery | None]:
        viewer = Viewer(self.staff_id, "あかり", frozenset({Role.SUPERVISOR}))
        talk = await self.parts.console_reads.talk(viewer, receipt.talk_id)
        return [line.delivery for line in talk.lines if line.delivery is not None]

    async def level(self, receipt: Receipt) -> Level:
        viewer = Viewer(self.staff_id, "あかり", frozenset({Role.SUPERVISOR}))
        talk = await self.parts.console_reads.talk(viewer, receipt.talk_id)
        return talk.lines[0].verdict.level


@pytest.fixture
def night(parts: Parts) -> Night:
    return Night(parts)


async def test_answers_go_out_once_and_in_order(night: Night) -> None:
    receipt = await night.begin()
    await night.work()
    assert [words for _, words in night.postman.given] == list(WORDS)
    assert await night.deliveries(receipt) == [Delivery.IN_ROOM] * 3
    assert await night.work() == 0


async def test_without_a_model_a_calm_message_is_undecided(night: Night) -> None:
    receipt = await night.begin()
    assert await night.level(receipt) is Level.UNDECIDED


async def test_a_passing_trouble_holds_the_lane_and_keeps_the_key(night: Night) -> None:
    receipt = await night.begin()
    night.postman.answer = lambda: Outcome.LATER
    await night.work()
    assert {words for _, words in night.postman.given} == {WORDS[0]}
    night.postman.answer = lambda: Outcome.DELIVERED
    night.clock.pass_by(timedelta(minutes=10))
    await night.work()
    keys = [key for key, words in night.postman.given if words == WORDS[0]]
    assert len(set(keys)) == 1
    assert [words for _, words in night.postman.given][-3:] == list(WORDS)
    assert await night.deliveries(receipt) == [Delivery.DELIVERED] * 3


async def test_a_channel_that_breaks_is_tried_again(night: Night) -> None:
    receipt = await night.begin()

    def breaks() -> Outcome:
        raise RuntimeError("a bug in a channel")

    night.postman.answer = breaks
    await night.work()
    assert await night.deliveries(receipt) == [Delivery.SENDING] * 3
    night.postman.answer = lambda: Outcome.DELIVERED
    night.clock.pass_by(timedelta(minutes=10))
    await night.work()
    assert await night.deliveries(receipt) == [Delivery.DELIVERED] * 3


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [(Outcome.GONE, Delivery.GONE), (Outcome.REJECTED, Delivery.FAILED)],
)
async def test_what_cannot_arrive_is_shown_so(
    night: Night, outcome: Outcome, shown: Delivery
) -> None:
    receipt = await night.begin()
    night.postman.answer = lambda: outcome
    await night.work()
    assert await night.deliveries(receipt) == [shown] * 3


async def test_what_a_platform_takes_no_more_is_held_and_goes_later(night: Night) -> None:
    receipt = await night.begin()
    night.postman.answer = lambda: Outcome.HELD
    await night.work()
    assert await night.deliveries(receipt) == [
        Delivery.HELD, Delivery.SENDING, Delivery.SENDING,
    ]  # fmt: skip
    night.postman.answer = lambda: Outcome.DELIVERED
    night.clock.pass_by(timedelta(hours=2))
    await night.work()
    assert await night.deliveries(receipt) == [Delivery.DELIVERED] * 3


async def test_a_slow_carrier_keeps_nobody_else_waiting(night: Night) -> None:
    night.messenger.slow = asyncio.Event()
    await night.begin()
    run = night.parts.bus.run
    for number in range(40):
        await run(ReceiveMessage(Inbound("line", f"U{number}", "1", "こんばんは")))
    night.parts.ground.messengers["line"] = Capabilities(max_length=5000, keeps_history=True)
    for number in range(40):
        await run(ReceiveMessage(Inbound("line", f"U{number}", "2", "ねむれない")))
    night.clock.pass_by(timedelta(seconds=1))
    night.relay.wake(["line", "webchat", "triage"])
    await night.relay.hand_out_due()
    await asyncio.sleep(0)
    while len(night.postman.given) < len(WORDS) or len(night.messenger.given) < HANDS:
        night.relay.wake(["webchat", "line"])
        await night.relay.hand_out_due()
        await asyncio.sleep(0.01)
    assert [words for _, words in night.postman.given] == list(WORDS)
    assert len(night.messenger.given) == HANDS
    night.messenger.slow.set()
    await night.work()
    assert len(night.messenger.given) == 40


async def test_a_crash_between_claim_and_settle_repeats_the_errand(night: Night) -> None:
    await night.begin()
    now = night.clock.now() + timedelta(seconds=1)
    claimed, _ = await night.parts.ground.units.run(
        lambda unit: unit.mail.claim(
            now, lease_until=now + timedelta(seconds=30), limit=10, carrier="webchat"
        )
    )
    assert len(claimed) == 1
    assert await night.work() == 0  # leased by whoever crashed
    night.clock.pass_by(timedelta(seconds=40))
    await night.work()
    assert [words for _, words in night.postman.given] == list(WORDS)


async def test_an_answer_that_has_nowhere_to_go_is_shown_as_failed(parts: Parts) -> None:
    night = Night(parts, Nowhere(parts.ground.engine, vault=parts.ground.vault))
    receipt = await night.begin()
    await night.work()
    assert await night.deliveries(receipt) == [Delivery.FAILED] * 3
    assert night.postman.given == []


async def test_after_an_erasure_nothing_is_carried(night: Night) -> None:
    receipt = await night.begin()
    await night.parts.bus.run(EraseRecord(receipt.person_id))
    await night.work()
    assert night.postman.given == []
