"""Nothing acknowledged is ever lost or doubled, whatever dies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.whole.people import Supporter, Visitor
from tests.whole.process import RunningService

VISITORS = 20
MESSAGES = 100  # each
ANSWERS = 5  # to each
KILLS = 10
NAME, PASSWORD = "あかり", "よるのまどべのあかり" * 2

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


async def _write_all(visitor: Visitor, number: int) -> list[str]:
    written = []
    for count in range(MESSAGES):
        words = f"visitor {number} message {count}"
        await visitor.write(words)
        written.append(words)
    return written


async def _answer_all(supporter: Supporter, talks: list[str]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {talk: [] for talk in talks}
    for count in range(ANSWERS):
        for talk in talks:
            words = f"answer {count} to {talk[-26:]}"
            await supporter.answer(talk, words)
            sent[talk].append(words)
    return sent


async def _keep_killing(service: RunningService, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        service.kill()
        await asyncio.to_thread(service.start)


async def test_ten_kills_lose_and_double_nothing(
    service: RunningService, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(1 << 30)
    record_property("seed", seed)
    async with Supporter(service.url) as supporter:
        await supporter.begin(service.first_link(), name=NAME, password=PASSWORD)
        visitors = [Visitor(service.url) for _ in range(VISITORS)]
        try:
            await asyncio.gather(*(v.write("first") for v in visitors))
            talks = [talk for _ in visitors if (talk := await supporter.next())]
            assert len(talks) == VISITORS
            writing = [_write_all(visitor, number) for number, visitor in enumerate(visitors)]
            written, sent, _ = await asyncio.gather(
                asyncio.gather(*writing),
                _answer_all(supporter, talks),
                _keep_killing(service, random.Random(seed)),
            )
            await _check(supporter, visitors, talks, written, sent)
        finally:
            for visitor in visitors:
                await visitor.session.close()
    assert "Traceback" not in service.output


async def _check(
    supporter: Supporter,
    visitors: list[Visitor],
    talks: list[str],
    written: list[list[str]],
    sent: dict[str, list[str]],
) -> None:
    shown = {talk: await supporter.lines(talk) for talk in talks}
    rooms = [await visitor.lines() for visitor in visitors]
    by_first = {lines[1][2]: talk for talk, lines in shown.items() if lines[1][1] == "visitor"}
    by_first |= {w: t for t, lines in shown.items() for _, who, w in lines if who == "visitor"}
    for room, words in zip(rooms, written, strict=True):
        talk = by_first[words[0]]
        assert [w for _, who, w in room if who == "mine"] == ["first", *words]
        assert [w for _, who, w in shown[talk] if who == "visitor"] == ["first", *words]
        assert [w for _, who, w in shown[talk] if who == "staff"] == sent[talk]
        assert [w for _, who, w in room if who not in {"mine", "auto"}] == sent[talk]
        assert [seq for seq, _, _ in room] == list(range(1, len(room) + 1))


async def test_a_graceful_stop_finishes_what_is_in_hand(service: RunningService) -> None:
    async with Visitor(service.url) as visitor:
        await visitor.write("first")
        stored: list[str] = []

        async def write_on() -> None:
            for count in range(30):
                await visitor.write(f"message {count}")
                stored.append(f"message {count}")

        writing = asyncio.ensure_future(write_on())
        await asyncio.sleep(0.5)
        assert await asyncio.to_thread(service.stop) == 0
        await asyncio.to_thread(service.start)
        await writing
        assert [words for _, who, words in await visitor.lines()] == ["first", *stored]
    assert "stopped_with_work_in_hand" not in service.output
    assert "Traceback" not in service.output
