"""The webhook: genuine or refused; stored, or delivered again."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.core.model.commands import Receipt
from bot.core.model.messages import Inbound
from bot.core.model.people import PersonState
from bot.setting_kinds import Secret
from tests.fakes.door import FakeHouse
from tests.fakes.line import webhook
from tests.fakes.line.strategies import huge_body
from tests.line.stage import OTHER, USER, Stage, staged, until

HELLO = webhook.text("こんばんは")


@pytest.mark.parametrize("signature", [None, "", "x", webhook.sign(b"else", "fictional-secret")])
async def test_what_is_not_signed_is_refused_without_a_word(
    stage: Stage, signature: str | None
) -> None:
    raw = webhook.body(webhook.BOT, [HELLO])
    assert await stage.post(raw, signature) == (401, b"")
    assert await stage.post(raw, webhook.sign(raw, "another")) == (401, b"")
    assert stage.words == []


async def test_two_secrets_while_one_is_being_changed() -> None:
    async with staged(own={"channel_secret": Secret("new, fictional-secret")}) as stage:
        assert await stage.tell(HELLO) == 200
        stage.line.secret = "new"
        assert await stage.tell(webhook.text("また", number=2)) == 200
        stage.line.secret = "fictional"
        assert await stage.tell(webhook.text("だれ", number=3)) == 401
        assert stage.words == ["こんばんは", "また"]


async def test_the_verify_button(stage: Stage) -> None:
    assert await stage.tell() == 200
    assert await stage.post_signed(b"{}") == 200
    assert (stage.words, stage.asked) == ([], [])


async def test_a_redelivery_is_stored_once(stage: Stage) -> None:
    again = webhook.text("こんばんは", again=True)
    assert [await stage.tell(event) for event in (HELLO, again, HELLO)] == [200] * 3
    assert stage.words == ["こんばんは"]


async def test_an_odd_event_takes_no_neighbour_along(stage: Stage) -> None:
    odd = [webhook.unknown(number=2), {"type": {}, "source": {"type": []}}, {}]
    assert await stage.tell(HELLO, *odd, webhook.text("まだいます", number=3)) == 200
    assert stage.words == ["こんばんは", "まだいます"]


async def test_what_could_not_be_stored_is_delivered_again(stage: Stage) -> None:
    stage.house.broken = True
    for event in (HELLO, webhook.unsend("400009", number=2), webhook.follow(number=3)):
        assert await stage.tell(event) == 500
    assert (stage.words, stage.house.arrived) == ([], [])
    stage.house.broken = False
    for _ in range(2):
        assert await stage.tell(webhook.text("こんばんは", again=True)) == 200
    assert stage.words == ["こんばんは"]


async def test_a_store_away_in_the_middle_loses_and_doubles_nothing(stage: Stage) -> None:
    events = [webhook.text(str(number), number=number) for number in range(1, 5)]
    assert await stage.tell(*events[:2]) == 200
    stage.house.broken = True
    assert await stage.tell(*events) == 500
    stage.house.broken = False
    assert await stage.tell(*events) == 200
    assert stage.words == ["1", "2", "3", "4"]


async def test_what_is_refused_for_good_is_settled(stage: Stage) -> None:
    await stage.tell(HELLO)
    assert await stage.tell(webhook.text("ほかの言葉")) == 200  # the same event, other words
    await stage.tell(webhook.unsend("400005", number=4))
    assert await stage.tell(webhook.text("もう消した", number=5)) == 200
    stage.house.only_room().state = PersonState.ERASED
    assert await stage.tell(webhook.text("消したあと", number=6)) == 200
    assert stage.words == ["こんばんは"]


async def test_what_is_for_another_account_is_left_alone() -> None:
    async with staged(start=True) as stage:
        await until(lambda: stage.channel.health().meter is not None)
        assert await stage.post_signed(webhook.body(OTHER, [HELLO])) == 200
        assert stage.words == []
        assert await stage.tell(HELLO) == 200
        assert stage.words == ["こんばんは"]


async def test_standby_is_stored_and_not_answered(stage: Stage) -> None:
    events = [
        webhook.text("こんばんは", mode="standby"),
        webhook.postback("menu", number=2, mode="standby"),
        webhook.audio(number=3, mode="standby"),
        webhook.follow(number=4, mode="standby"),
    ]
    assert await stage.tell(*events) == 200
    assert stage.words[0] == "こんばんは"
    assert stage.house.inbounds[0].ticket is None
    assert stage.asked == []


class SlowHouse(FakeHouse):
    """Takes a while over each message, the longer the earlier it came."""

    pause_s = 0.1
    at_once = 0
    most_at_once = 0

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        self.pause_s /= 3
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.pause_s)
            return await super().accept(inbound, expires_at=expires_at)
        finally:
            self.at_once -= 1


async def test_what_one_person_wrote_keeps_its_order() -> None:
    async with staged(house=SlowHouse()) as stage:
        events = [webhook.text(str(number), number=number) for number in range(1, 6)]
        first = asyncio.create_task(stage.line.tell(stage.url, *events[:3]))
        await until(lambda: isinstance(stage.house, SlowHouse) and stage.house.at_once == 1)
        others = [asyncio.create_task(stage.line.tell(stage.url, events[3]))]
        await asyncio.sleep(0.01)
        others.append(asyncio.create_task(stage.line.tell(stage.url, events[4])))
        assert await asyncio.gather(first, *others) == [200] * 3
        assert stage.words == ["1", "2", "3", "4", "5"]


async def test_different_people_do_not_wait_for_each_other() -> None:
    house = SlowHouse()
    async with staged(house=house) as stage:
        users = [f"U{number:032x}" for number in range(4)]
        events = [webhook.text("a", user=user, number=n) for n, user in enumerate(users, 1)]
        assert await stage.tell(*events) == 200
        assert house.most_at_once == len(users)


async def test_more_than_a_delivery_ever_has_is_not_read(stage: Stage) -> None:
    raw = huge_body(400_000)
    assert len(raw) > 1 << 20
    assert await stage.post_signed(raw) == 413
    assert stage.words == []
    assert await stage.post_signed(huge_body(200_000)) == 200
    assert stage.words == ["深" * 10_000]  # as much as is taken from LINE, and not nothing


class HalfHouse(FakeHouse):
    """Fails for one person at once, and takes a while over the other."""

    done = False

    async def accept(self, inbound: Inbound, *, expires_at: datetime | None) -> Receipt:
        if inbound.address == USER:
            raise RuntimeError
        await asyncio.sleep(0.05)
        self.done = True
        return await super().accept(inbound, expires_at=expires_at)


async def test_a_500_comes_only_when_nothing_of_the_delivery_goes_on() -> None:
    house = HalfHouse()
    async with staged(house=house) as stage:
        events = [webhook.text("x", number=1), webhook.text("y", number=2, user=OTHER)]
        assert await stage.line.tell(stage.url, *events) == 500
        assert house.done
        assert stage.words == ["y"]


async def test_a_disconnected_line_leaves_nothing_half(stage: Stage) -> None:
    raw = webhook.body(webhook.BOT, [HELLO, webhook.follow(number=2)])
    for end in range(0, len(raw), 20):
        assert await stage.post_signed(raw[:end]) == 200
    assert (stage.words, stage.house.arrived) == ([], [])
