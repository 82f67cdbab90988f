"""The stream: what it tells, how often, where it goes on, when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import ClientResponse

from bot.core.model.commands import NoteRead, ReplyToVisitor, StayOnDuty, WriteNote
from bot.core.model.ids import TalkId
from bot.core.model.mail import PictureState
from bot.core.model.messages import Delivery
from bot.core.model.people import AgeBand, Leanings, Role, StaffState
from moderator_ui import Console
from moderator_ui.live import DESK_EVERY_S, PAUSE_S
from tests.console.conftest import Browser, Enter, staff_id
from tests.fakes.backroom import FakeBackroom
from triage.verdict import Kind, Level

FIRST = {"desk", "alarm", "talk", "notes", "line"}


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    id: str
    data: str


class Stream:
    """An open stream, event by event."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> Event | None:
        """The next event; None at the end of the stream."""
        while True:
            fields: dict[str, list[str]] = {}
            while (line := (await self.response.content.readline()).decode()) not in {"\n", ""}:
                name, _, value = line.rstrip("\n").partition(": ")
                fields.setdefault(name, []).append(value)
            if "event" in fields:
                ids = fields.get("id", [""])
                return Event(fields["event"][0], ids[0], "\n".join(fields["data"]))
            if not line:
                return None

    async def until(self, name: str) -> Event:
        """The next event of this name."""
        async with asyncio.timeout(5):
            while (event := await self.next()) is not None:
                if event.name == name:
                    return event
        raise AssertionError(f"the stream ended without {name}")

    async def during(self, seconds: float) -> list[Event]:
        """Everything that comes within so many seconds."""
        found: list[Event] = []
        try:
            async with asyncio.timeout(seconds):
                while (event := await self.next()) is not None:
                    found.append(event)
        except TimeoutError:
            pass
        return found


@asynccontextmanager
async def listening(browser: Browser, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    response = await browser.get(f"/console/stream{query}", **headers)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/event-stream")
    try:
        yield Stream(response)
    finally:
        response.close()


@pytest.fixture
def peer(enter: Enter) -> Browser:
    return enter(Role.PEER, name="こはる")


@pytest.fixture
async def held(peer: Browser, backroom: FakeBackroom) -> TalkId:
    talk_id = backroom.write("しずかなツグミ", "ことば1")
    await peer.post("/console/next")
    return talk_id


async def test_a_page_hears_at_once_where_everything_stands(peer: Browser, held: TalkId) -> None:
    async with listening(peer, f"?talk={held}&after=0") as stream:
        told = await stream.during(0.2)
    assert {event.name for event in told} == FIRST
    (line,) = [event for event in told if event.name == "line"]
    assert line.id == "1"
    assert "ことば1" in line.data


async def test_new_lines_arrive_numbered_and_in_order(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    async with listening(peer, f"?talk={held}&after=1") as stream:
        await stream.until("talk")
        for number in (2, 3, 4):
            backroom.write("しずかなツグミ", f"ことば{number}")
        lines = [await stream.until("line") for _ in range(3)]
    assert [line.id for line in lines] == ["2", "3", "4"]
    assert all(f"ことば{line.id}" in line.data for line in lines)


@pytest.mark.parametrize(("after", "header"), [("1", "397"), ("397", "")])
async def test_a_page_that_was_away_hears_the_rest_and_nothing_twice(
    after: str, header: str, peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    for number in range(2, 401):
        backroom.write("しずかなツグミ", f"ことば{number}")
    headers = {"Last-Event-ID": header} if header else {}
    async with listening(peer, f"?talk={held}&after={after}", **headers) as stream:
        told = await stream.during(0.2)
    assert [event.id for event in told if event.name == "line"] == ["398", "399", "400"]


async def test_a_very_long_absence_is_caught_up_in_one_go(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    for number in range(2, 701):
        backroom.write("しずかなツグミ", f"ことば{number}")
    async with listening(peer, f"?talk={held}&after=3") as stream:
        told = await stream.during(0.7)
    lines = [event.id for event in told if event.name == "line"]
    assert lines == [str(seq) for seq in range(4, 701)]


async def test_a_tick_and_a_note_reach_the_open_page(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    me = staff_id(peer)
    await backroom.run(ReplyToVisitor(me, held, "k" * 20, "読んでいます"))
    async with listening(peer, f"?talk={held}&after=2") as stream:
        assert (
            "送信中"
            in (await stream.until("line-state")).data + (await stream.until("line-state")).data
        )
        await asyncio.sleep(PAUSE_S)
        backroom.travel(held, 2, Delivery.DELIVERED)
        assert "相手の画面かアプリに届いた" in (await stream.until("line-state")).data
        await backroom.run(WriteNote(me, held, "n" * 20, "明日の朝のこと"))
        assert "明日の朝のこと" in (await stream.until("notes")).data


async def test_an_alarm_carries_no_word_of_the_talk(enter: Enter, backroom: FakeBackroom) -> None:
    counsellor = enter(Role.COUNSELLOR)
    async with listening(counsellor) as stream:
        assert (await stream.until("alarm")).data.strip() == ""
        await stream.until("desk")
        backroom.write(
            "まるいスズメ",
            "ひみつのことば",
            level=Level.IMMINENT,
            kinds=[Kind.SUICIDE],
            marked="ひみつ",
        )
        alarm = await stream.until("alarm")
        desk = await stream.until("desk")
    assert "切迫" in alarm.data
    assert "まるいスズメ" in alarm.data
    for told in (alarm.data, desk.data):
        assert "ひみつ" not in told
        assert "suicide.plan" not in told


async def test_a_hundred_nudges_in_a_second_are_at_most_four_looks(
    peer: Browser, backroom: FakeBackroom
) -> None:
    async with listening(peer) as stream:
        await stream.until("desk")
        before = backroom.desk_reads
        for _ in range(100):
            backroom.ring()
            await asyncio.sleep(0.01)
        assert 1 <= backroom.desk_reads - before <= 5


async def test_what_did_not_change_is_not_told_again(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    async with listening(peer, f"?talk={held}&after=1") as stream:
        await stream.during(0.3)
        backroom.ring()
        assert await stream.during(0.6) == []


async def test_a_stop_ends_every_stream_within_two_seconds(
    enter: Enter, console: Console, backroom: FakeBackroom
) -> None:
    async with (
        listening(enter(Role.PEER)) as one,
        listening(enter(Role.SUPERVISOR)) as other,
    ):
        await one.until("desk")
        await other.until("desk")
        async with asyncio.timeout(2):
            await console.stop()
        assert await one.during(0.5) == []
        assert await one.next() is None
    assert backroom.live.topics == 0


async def test_a_page_that_left_is_forgotten(peer: Browser, backroom: FakeBackroom) -> None:
    async with listening(peer) as stream:
        await stream.until("desk")
    async with asyncio.timeout(3):
        while backroom.live.topics:
            backroom.hire("だれか", Role.PEER)
            backroom.ring()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("how", ["expired", "disabled", "signed out"])
async def test_an_ended_session_ends_its_streams(
    how: str, peer: Browser, backroom: FakeBackroom
) -> None:
    async with listening(peer) as stream:
        await stream.until("desk")
        if how == "expired":
            backroom.pass_time(hours=13)
        elif how == "disabled":
            backroom.staff_rows[staff_id(peer)].state = StaffState.DISABLED
        else:
            backroom.sessions.clear()
        backroom.ring()
        await stream.until("signed-out")
        assert await stream.next() is None


async def test_roles_are_looked_at_anew_each_time(enter: Enter, backroom: FakeBackroom) -> None:
    backroom.write("まるいスズメ", "消えたい", level=Level.ACTIVE)
    counsellor = enter(Role.COUNSELLOR)
    async with listening(counsellor) as stream:
        assert "まるいスズメ" in (await stream.until("desk")).data
        backroom.staff_rows[staff_id(counsellor)].roles = frozenset({Role.PEER})
        backroom.ring()
        assert "まるいスズメ" not in (await stream.until("desk")).data


@pytest.mark.parametrize("how", ["handed back", "erased"])
async def test_a_talk_that_is_no_longer_theirs_says_so(
    how: str, peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    async with listening(peer, f"?talk={held}&after=1") as stream:
        await stream.until("notes")
        if how == "erased":
            backroom.erase(held)
        else:
            await peer.post(f"/console/talks/{held}/hand-back")
        assert (await stream.until("gone")).data == ""
        backroom.write("しずかなツグミ", "あとのことば")
        assert not [e for e in await stream.during(0.7) if "あとのことば" in e.data]


async def test_a_talk_of_somebody_else_is_never_told(
    held: TalkId, enter: Enter, backroom: FakeBackroom
) -> None:
    async with listening(enter(Role.PEER), f"?talk={held}") as stream:
        await stream.until("gone")
        backroom.write("しずかなツグミ", "ことば2")
        assert not [e for e in await stream.during(0.7) if "ことば" in e.data]


async def test_an_open_page_keeps_its_viewer_on_duty_once_a_minute(
    peer: Browser, backroom: FakeBackroom
) -> None:
    stay = StayOnDuty(staff_id(peer))
    async with listening(peer) as stream:
        await stream.until("desk")
        assert backroom.ran.count(stay) == 0
        await peer.post("/console/duty", {"to": "on"})
        await stream.until("desk")
        for minutes, reports in ((0.5, 1), (0.5, 2), (1, 3)):
            backroom.pass_time(minutes=minutes)
            backroom.ring()
            await asyncio.sleep(DESK_EVERY_S + PAUSE_S * 2)
            assert backroom.ran.count(stay) == reports


async def test_an_admin_hears_neither_desk_nor_alarm(enter: Enter, backroom: FakeBackroom) -> None:
    async with listening(enter(Role.ADMIN)) as stream:
        backroom.write("まるいスズメ", "消えたい", level=Level.ACTIVE)
        assert await stream.during(0.6) == []


# --- messengers ---------------------------------------------------------------------------


def reads(backroom: FakeBackroom) -> list[int]:
    return [command.upto for command in backroom.ran if isinstance(command, NoteRead)]


async def test_the_holders_open_page_reads_each_new_line_once(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    async with listening(peer, f"?talk={held}&after=0") as stream:
        await stream.until("line")
        backroom.write("しずかなツグミ", "ことば2")
        await stream.until("line")
        await backroom.run(ReplyToVisitor(staff_id(peer), held, "k" * 20, "読んでいます"))
        await stream.until("line")
        backroom.travel(held, 3, Delivery.DELIVERED)
        await stream.until("line-state")
        backroom.write("しずかなツグミ", "ことば4")
        await stream.until("line")
        await stream.during(0.2)
    assert reads(backroom) == [1, 2, 4]


async def test_a_page_that_shows_a_line_already_does_not_read_it_again(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    await peer.page(f"/console/talks/{held}")
    async with listening(peer, f"?talk={held}&after=1") as stream:
        await stream.during(0.3)
    assert reads(backroom) == [1]


async def test_somebody_who_only_looks_reads_for_nobody(
    held: TalkId, enter: Enter, backroom: FakeBackroom
) -> None:
    async with listening(enter(Role.SUPERVISOR), f"?talk={held}&after=0") as stream:
        await stream.until("line")
        backroom.write("しずかなツグミ", "ことば2")
        await stream.until("line")
        await stream.during(0.2)
    assert reads(backroom) == []


async def test_what_a_messenger_changes_reaches_the_open_page(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    async with listening(peer, f"?talk={held}&after=1") as stream:
        assert "いまは届きません" not in (await stream.until("talk")).data
        await asyncio.sleep(PAUSE_S)
        backroom.leave(held)
        assert "いまは届きません" in (await stream.until("talk")).data
        backroom.lean(held, Leanings(age_band=AgeBand.FORTIES))
        assert "40代" in (await stream.until("talk")).data
        message_id = backroom.show_picture(held, PictureState.KEPT, b"a picture")
        assert (
            f"/console/talks/{held}/pictures/{message_id}"
            in (await stream.until("line-state")).data
        )
        backroom.take_back(held, 1)
        assert "取り消されました" in (await stream.until("line-state")).data
