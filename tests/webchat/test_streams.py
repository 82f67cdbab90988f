from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import ClientResponse

from bot.core.model.ids import MessageId, PersonId
from bot.core.model.messages import Outbound, Sender
from bot.core.ports.channel import WELL, Channel, Outcome, Sent
from bot.core.ports.live import room_topic
from bot.core.ports.reads import DutyView
from channels.webchat.channel import WebChat
from tests.fakes.door import GRAVE, FakeHouse
from tests.webchat.visitor import Visitor

Visit = Callable[[], Awaitable[Visitor]]
WAIT_S = 5


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: str
    id: str


async def test_lines_come_as_they_are_said(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    stream = await visitor.stream()
    assert stream.content_type == "text/event-stream"
    events = _events(stream)
    first = await _next(events, "line")
    assert (first.id, 'data-seq="1"' in first.data) == ("1", True)
    await _next(events, "standing")
    house.say_in(house.only_room().person_id, "<b>はい</b>", Sender.STAFF)
    second = await _next(events, "line")
    assert second.id == "2"
    assert "&lt;b&gt;はい&lt;/b&gt;" in second.data


async def test_a_stream_goes_on_after_what_the_page_has(visitor: Visitor, house: FakeHouse) -> None:
    for number in range(5):
        await visitor.write(str(number), key=None if number == 0 else f"k{number}")
    resumed = _events(await visitor.stream(Last_Event_ID="3"))
    assert [(await _next(resumed, "line")).id for _ in range(2)] == ["4", "5"]
    house.say_in(house.only_room().person_id, "x", Sender.STAFF)
    assert (await _next(resumed, "line")).id == "6"


async def test_every_line_comes_once(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    events = _events(await visitor.stream(Last_Event_ID="1"))
    await _next(events, "standing")
    for number in range(20):
        house.say_in(house.only_room().person_id, str(number), Sender.STAFF)
    ids = [(await _next(events, "line")).id for _ in range(20)]
    assert ids == [str(number) for number in range(2, 22)]


async def test_a_line_that_was_taken_back_is_told_once(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    room = house.only_room()
    house.say_in(room.person_id, "しまった", Sender.VISITOR)
    events = _events(await visitor.stream(Last_Event_ID="2"))
    await _next(events, "standing")
    house._blank(room.person_id, 2)
    changed = await _next(events, "line-state")
    assert (changed.id, 'id="l2"' in changed.data) == ("", True)
    assert "しまった" not in changed.data
    house.say_in(room.person_id, "b", Sender.STAFF)
    house.say_in(room.person_id, "c", Sender.STAFF)
    async with asyncio.timeout(WAIT_S):
        after = [(await anext(events)).name for _ in range(2)]
    assert after == ["line", "line"]


async def test_a_page_that_was_away_learns_what_was_taken_back(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("a")
    house._blank(house.only_room().person_id, 1)
    events = _events(await visitor.stream(Last_Event_ID="1"))
    assert 'id="l1"' in (await _next(events, "line-state")).data


async def test_a_page_that_was_away_for_long_gets_all_at_once(
    visitor: Visitor, house: FakeHouse
) -> None:
    await visitor.write("1")
    for number in range(2, 502):
        house.say_in(house.only_room().person_id, str(number), Sender.STAFF)
    events = _events(await visitor.stream(Last_Event_ID="1"))
    ids = [(await _next(events, "line")).id for _ in range(500)]
    assert ids == [str(number) for number in range(2, 502)]


async def test_a_page_whose_room_was_joined_with_another_is_loaded_anew(
    visit: Visit, house: FakeHouse
) -> None:
    earlier, later = await visit(), await visit()
    await earlier.write("a")
    phrase = await house.new_passphrase(house.only_room().person_id)
    await later.write("b")
    events = _events(await later.stream())
    await _next(events, "standing")
    await later.post("/me", do="join", phrase=phrase)
    house.live.ring([room_topic(PersonId("person-2"))])
    await _next(events, "gone")
    assert await _ends(events)


async def test_the_standing_follows_duty(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    events = _events(await visitor.stream())
    assert "だれも読んでいません" in (await _next(events, "standing")).data
    house.duty_view = DutyView(on_duty=1, wait_minutes=None, next_opening=None)
    house.say_in(house.only_room().person_id, "x", Sender.STAFF)
    assert "いま1人が受けています。" in (await _next(events, "standing")).data


async def test_a_card_comes_whole(visitor: Visitor) -> None:
    await visitor.write("a")
    events = _events(await visitor.stream(Last_Event_ID="1"))
    await visitor.write(GRAVE, key="k")
    await _next(events, "line")
    card = await _next(events, "line")
    assert 'href="tel:110"' in card.data
    assert "自動" in card.data


async def test_a_stranger_is_told_that_there_is_no_room(visitor: Visitor) -> None:
    events = _events(await visitor.stream())
    assert (await _next(events, "gone")).data == ""
    assert await _ends(events)


async def test_a_page_learns_that_its_session_ended(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    events = _events(await visitor.stream())
    await _next(events, "standing")
    house.addresses.clear()
    house.say_in(house.only_room().person_id, "x", Sender.STAFF)
    await _next(events, "gone")
    assert await _ends(events)


async def test_a_page_learns_that_its_record_was_erased(visitor: Visitor, house: FakeHouse) -> None:
    await visitor.write("a")
    events = _events(await visitor.stream())
    await _next(events, "standing")
    await house.erase(house.only_room().person_id)
    await _next(events, "erased")
    assert await _ends(events)


async def test_the_oldest_of_too_many_pages_makes_room(visitor: Visitor, channel: WebChat) -> None:
    await visitor.write("a")
    opened = [_events(await visitor.stream()) for _ in range(5)]
    for events in opened:
        await _next(events, "standing")
    newest = _events(await visitor.stream())
    await _next(newest, "standing")
    await _next(opened[0], "elsewhere")
    assert await _ends(opened[0])
    assert len(channel._parts.streams) == 5


async def test_streams_end_at_a_stop(visit: Visit, channel: WebChat) -> None:
    visitors = [await visit() for _ in range(3)]
    streams = []
    for visitor in visitors:
        await visitor.write("a")
        streams.append(_events(await visitor.stream()))
    for events in streams:
        await _next(events, "standing")
    began = time.monotonic()
    await channel.stop()
    assert all([await _ends(events) for events in streams])
    assert time.monotonic() - began < 2
    assert len(channel._parts.streams) == 0
    late = await visitors[0].stream()
    await asyncio.wait_for(late.read(), WAIT_S)


async def test_what_is_sent_lies_in_the_room(channel: WebChat) -> None:
    outbound = Outbound(MessageId("m"), "a", automatic=False, locale="ja")
    assert await channel.send(None, outbound, key="k") == Sent(Outcome.IN_ROOM)


def test_the_room_is_always_well_and_rings_no_bell(channel: WebChat) -> None:
    running: Channel = channel
    assert running.health() == WELL
    assert not running.bell_only
    assert not running.capabilities.addresses


async def _events(stream: ClientResponse) -> AsyncIterator[Event]:
    fields: dict[str, list[str]] = {}
    async for raw in stream.content:
        name, _, value = raw.decode().rstrip("\n").partition(": ")
        if name:
            fields.setdefault(name, []).append(value)
            continue
        if "event" in fields:
            data = "\n".join(fields.get("data", []))
            yield Event(fields["event"][0], data, "".join(fields.get("id", [])))
        fields = {}


async def _next(events: AsyncIterator[Event], name: str) -> Event:
    async with asyncio.timeout(WAIT_S):
        async for event in events:
            if event.name == name:
                return event
    raise AssertionError(f"the stream ended before {name}")


async def _ends(events: AsyncIterator[Event]) -> bool:
    async with asyncio.timeout(WAIT_S):
        return [event async for event in events] == []
