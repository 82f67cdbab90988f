"""LINE, Discord and the web at once, while the machine falls and the platforms fail one in ten."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from tests.chaos.test_kill import (
    FAST,
    PATIENCE_S,
    Answering,
    Writer,
    ask_database,
    dice,
    settled,
)
from tests.end.house import House, MakeHouse
from tests.end.messengers import (
    OnDiscord,
    OnLine,
    discord_settings,
    line_settings,
    open_house,
    until,
)
from tests.end.people import Staff, Visitor
from tests.fakes.discord.platform import FakeDiscord
from tests.fakes.line.faults import Chance, Fault
from tests.fakes.line.platform import FakeLine

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

__all__ = ["dice"]

ON_WEB, ON_LINE, ON_DISCORD = 6, 6, 4
EACH = 40
KILLS = 8
FAILING = 0.1
CATCH_UP_S = 60.0
ANSWER = "返事 "


@pytest.fixture
async def line() -> AsyncIterator[FailingLine]:
    async with FailingLine() as fake:
        yield fake


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(seed=secrets.randbits(32)) as fake:
        fake.faults.rate = FAILING
        yield fake


class FailingLine(FakeLine):
    """LINE on a bad night: one call in ten fails, half of the kinds after it was accepted."""

    def __init__(self) -> None:
        kinds: tuple[Fault, ...] = ("rate", "error", "lost", "cut")
        self.chance = Chance(FAILING, seed=secrets.randbits(32), kinds=kinds)
        super().__init__(faults=self.chance)


@dataclass
class Crowd:
    """Everybody who writes, by where they write."""

    web: list[Writer]
    line: list[OnLine]
    discord: list[OnDiscord]
    written: int = 0
    said: dict[str, list[str]] = field(default_factory=dict)  # name -> words, in order

    def __len__(self) -> int:
        """How many people."""
        return len(self.web) + len(self.line) + len(self.discord)

    @property
    def done(self) -> int:
        """Messages that were acknowledged, or cannot be (Discord acknowledges nothing)."""
        return self.written + sum(len(writer.acknowledged) for writer in self.web)

    async def write_all(self) -> None:
        """Everybody writes everything, each at their own pace."""
        await asyncio.gather(
            *(writer.write_all() for writer in self.web),
            *(self._chat(f"線{n:02}", person) for n, person in enumerate(self.line)),
            *(self._chat(f"円{n:02}", person) for n, person in enumerate(self.discord)),
        )

    async def _chat(self, name: str, person: OnLine | OnDiscord) -> None:
        for number in range(EACH):
            words = f"{name} {number:03} こんばんは"
            await person.write(words)
            self.said.setdefault(name, []).append(words)
            self.written += 1
            await asyncio.sleep(0.05 if isinstance(person, OnDiscord) else 0)


def _crowd(house: House, line: FakeLine, discord: FakeDiscord) -> Crowd:
    return Crowd(
        [Writer(f"網{n:02}", Visitor(house.url), EACH) for n in range(ON_WEB)],
        [OnLine(line, house, f"U{n:032x}") for n in range(1, ON_LINE + 1)],
        [OnDiscord(discord, 800_000_000_000_000_000 + n) for n in range(ON_DISCORD)],
    )


async def _kill_often(house: House, crowd: Crowd, dice: random.Random) -> None:
    total = len(crowd) * EACH
    for number in range(1, KILLS + 1):
        await until(
            lambda: crowd.done >= total * number // (KILLS + 1),  # noqa: B023  # used at once
            "the writers get on",
            seconds=PATIENCE_S,
        )
        await asyncio.sleep(dice.uniform(0, 0.3))
        house.kill()
        house.launch()
        await asyncio.to_thread(house.wait_ready)


@pytest.mark.timeout(400)
async def test_nothing_is_lost_or_doubled_on_any_channel(
    make_house: MakeHouse, line: FailingLine, discord: FakeDiscord, dice: random.Random
) -> None:
    settings = FAST | line_settings(line) | discord_settings(discord)
    house = await open_house(make_house, **settings)
    await discord.connected(1)
    crowd, answering = _crowd(house, line, discord), Answering(Staff(house.url))
    try:
        link = await asyncio.to_thread(house.first_link)
        await answering.staff.accept(link, name="すみれ", small_team=True)
        for person in crowd.discord:  # a stranger who writes while it is down is heard later
            await person.write("はじめまして")
        await until(lambda: ask_database(house, _PEOPLE) == ON_DISCORD, "they are known")
        at_work = asyncio.create_task(answering.work())
        writing = asyncio.create_task(crowd.write_all())
        await _kill_often(house, crowd, dice)
        await writing
        await until(lambda: _stored(house) >= _expected(), "everything arrived", seconds=CATCH_UP_S)
        answering.finished = True
        await at_work
        assert await settled(house) == 0
        await _compare(house, crowd, answering)
    finally:
        for session in (answering.staff.session, *(each.visitor.session for each in crowd.web)):
            await session.close()
    redelivered = sum(person.redelivered for person in crowd.line)
    faults = (line.chance.counts.total(), discord.faults.happened.total())
    print(f"{redelivered} deliveries again, {faults} faults of LINE and Discord")  # noqa: T201  # for pytest -s
    assert redelivered, "LINE never had to deliver again"
    assert all(faults), "a platform never failed"
    assert [v for v in line.violations if "another body" not in v] == []
    assert discord.violations == []


_PEOPLE = "select count(*) from persons"


def _stored(house: House) -> int:
    return ask_database(house, "select count(*) from messages where sender = 'visitor'")


def _expected() -> int:
    return (ON_WEB + ON_LINE + ON_DISCORD) * EACH + ON_DISCORD


async def _compare(house: House, crowd: Crowd, answering: Answering) -> None:
    """What staff see against what was written, and what arrived against what was answered."""
    assert _stored(house) == _expected()
    said = crowd.said | {
        writer.name: [writer.words(number) for number in range(EACH)] for writer in crowd.web
    }
    by_messenger: list[OnLine | OnDiscord] = [*crowd.line, *crowd.discord]
    arrived = [
        *(_answers(person.texts) for person in by_messenger),
        *[(await writer.visitor.open()).words_of("theirs") for writer in crowd.web],
    ]
    talks = await answering.take_all()
    assert len(talks) == len(crowd)
    for talk in talks:
        lines = await answering.staff.lines(talk)
        heard = [words for _, who, words in lines if who == "from-visitor"]
        heard = [words for words in heard if words != "はじめまして"]
        assert heard == said.pop(heard[0].split()[0])
        assert answering.sent.get(talk, []) in arrived
    sent = sorted(words for talk in answering.sent.values() for words in talk)
    assert sorted(words for each in arrived for words in each) == sent
    assert len(sent) > KILLS, "the supporter did nothing"


def _answers(texts: list[str]) -> list[str]:
    return [text for text in texts if text.startswith(ANSWER)]
