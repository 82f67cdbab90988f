"""What ``Units.run`` promises: all or nothing, alone, durable before it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.core.model.events import Event, StaffChanged, TalkTaken
from bot.core.model.ids import MessageId, TalkId
from bot.core.model.people import Staff
from bot.core.ports.store import UnitOfWork, Units
from tests.contract.samples import Samples

RUSH = 200


class RefusedError(Exception):
    """What a work may raise."""


def adding(staff: Staff) -> Callable[[UnitOfWork], Awaitable[bool]]:
    """A work that stores an account."""

    async def work(unit: UnitOfWork) -> bool:
        added = await unit.staff.add(staff)
        unit.publish(StaffChanged(staff.id))
        return added

    return work


def failing(staff: Staff) -> Callable[[UnitOfWork], Awaitable[None]]:
    """A work that stores an account and then changes its mind."""

    async def work(unit: UnitOfWork) -> None:
        await unit.staff.add(staff)
        unit.publish(StaffChanged(staff.id))
        raise RefusedError(staff.work_name)

    return work


class UnitsContract:
    async def knows(self, units: Units, name: str) -> bool:
        async def work(unit: UnitOfWork) -> bool:
            return await unit.staff.by_name(name) is not None

        return (await units.run(work))[0]

    async def test_result_and_events_come_back(self, units: Units) -> None:
        staff = Samples().staff("a")
        assert await units.run(adding(staff)) == (True, (StaffChanged(staff.id),))
        assert await self.knows(units, "a")

    async def test_what_raises_leaves_nothing(self, units: Units) -> None:
        with pytest.raises(RefusedError, match="a"):
            await units.run(failing(Samples().staff("a")))
        assert not await self.knows(units, "a")

    async def test_one_bad_work_spoils_no_other(self, units: Units) -> None:
        make = Samples()
        works = [
            units.run(failing(make.staff(f"bad {number}")))
            if number % 3 == 1
            else units.run(adding(make.staff(f"good {number}")))
            for number in range(12)
        ]
        outcomes = await asyncio.gather(*works, return_exceptions=True)
        for number, outcome in enumerate(outcomes):
            if number % 3 == 1:
                assert isinstance(outcome, RefusedError)
                assert str(outcome) == f"bad {number}"
                assert not await self.knows(units, f"bad {number}")
            else:
                assert isinstance(outcome, tuple)
                assert await self.knows(units, f"good {number}")

    async def test_events_stay_with_their_own_work(self, units: Units) -> None:
        make = Samples()
        people = [make.staff(f"s{number}") for number in range(20)]
        outcomes = await asyncio.gather(*(units.run(adding(staff)) for staff in people))
        left: list[tuple[Event, ...]] = [events for _, events in outcomes]
        assert left == [(StaffChanged(staff.id),) for staff in people]

    async def test_a_refused_insert_spoils_nothing(self, units: Units) -> None:
        make = Samples()
        twice = make.staff("twin")

        async def work(unit: UnitOfWork) -> list[bool]:
            first = await unit.staff.add(twice)
            second = await unit.staff.add(make.staff("twin"))
            third = await unit.staff.add(make.staff("other"))
            return [first, second, third]

        assert (await units.run(work))[0] == [True, False, True]
        assert await self.knows(units, "other")

    async def test_a_rush_is_stored_once_each_and_without_gaps(self, units: Units) -> None:
        make = Samples()
        (_, talk), _ = await units.run(make.settled)

        async def say(unit: UnitOfWork) -> tuple[int, MessageId]:
            current = await unit.talks.get(talk.id)
            assert current is not None
            message = make.message(current)
            await unit.messages.add(message)
            await unit.talks.save(current)
            unit.publish(TalkTaken(talk.id, current.person_id))
            return message.seq, message.id

        said = await asyncio.gather(*(units.run(say) for _ in range(RUSH)))
        assert sorted(seq for (seq, _), _ in said) == list(range(1, RUSH + 1))
        for (seq, message_id), _ in said[:: RUSH // 10]:
            assert await self._seq(units, message_id) == seq
        assert await self._last(units, talk.id) == RUSH

    async def test_a_caller_who_leaves_stops_nobody(self, units: Units) -> None:
        make = Samples()
        started = asyncio.Event()

        async def slow(unit: UnitOfWork) -> None:
            started.set()
            await asyncio.sleep(0.05)
            await unit.staff.add(make.staff("slow"))

        leaving = asyncio.ensure_future(units.run(slow))
        await started.wait()
        others = [
            asyncio.ensure_future(units.run(adding(make.staff(f"o{number}"))))
            for number in range(5)
        ]
        await asyncio.sleep(0)
        leaving.cancel()
        others[2].cancel()
        results = await asyncio.gather(leaving, *others, return_exceptions=True)
        kinds = [isinstance(result, asyncio.CancelledError) for result in results]
        assert kinds == [True, False, False, True, False, False]
        for number in (0, 1, 3, 4):
            assert await self.knows(units, f"o{number}")
        assert await units.run(adding(make.staff("after")))

    async def _seq(self, units: Units, message_id: MessageId) -> int | None:
        async def work(unit: UnitOfWork) -> int | None:
            message = await unit.messages.get(message_id)
            return message and message.seq

        return (await units.run(work))[0]

    async def _last(self, units: Units, talk_id: TalkId) -> int | None:
        async def work(unit: UnitOfWork) -> int | None:
            talk = await unit.talks.get(talk_id)
            return talk and talk.last_seq

        return (await units.run(work))[0]
