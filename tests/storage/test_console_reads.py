"""What staff see: only what their role may, masked, and nothing of whoever is erased."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest

from bot.core.model.commands import (
    AcknowledgeConcern,
    CloseTalk,
    CutLink,
    Depart,
    DisableStaff,
    EraseRecord,
    GoOnDuty,
    InviteStaff,
    KeepPicture,
    Lean,
    LeaveRoom,
    OpenLink,
    OpenSession,
    RaiseConcern,
    RecordVerdict,
    ReplyToVisitor,
    ResolveConcern,
    TakeBack,
    TakeNext,
    WantBellOnly,
    WriteNote,
)
from bot.core.model.errors import NotAllowed, NotFound
from bot.core.model.ids import ErrandId, StaffId, TalkId
from bot.core.model.mail import PictureState, Sendings
from bot.core.model.messages import Delivery, Inbound
from bot.core.model.people import AgeBand, Leanings, Role, SpeaksAs, StaffState, Viewer, Wish
from bot.core.model.safety import ConcernState, Resolution
from bot.core.model.talk import TalkState
from bot.core.ports.reads import Mark, Reach
from bot.core.ports.store import UnitOfWork
from bot.storage.console_reads import ConsoleReadsSql
from tests.storage.conftest import HOUR, House
from triage.verdict import Level, Reason, Verdict

NOBODY = TalkId("nobody".ljust(26, "-"))


def mask(words: str) -> tuple[str, bool]:
    """Stars for digits."""
    shown = "".join("*" if char.isdigit() else char for char in words)
    return shown, shown != words


@pytest.fixture
def reads(house: House) -> ConsoleReadsSql:
    return ConsoleReadsSql(house.engine, vault=house.vault, mask=mask)


async def test_a_peer_sees_only_what_they_hold(house: House, reads: ConsoleReadsSql) -> None:
    peer = await house.hire("ピア", Role.PEER)
    first = await house.hear("passive: words", event="1", at="a")
    other = await house.hear("active: words", event="2", at="b")
    taken = await house.bus.run(TakeNext(peer.staff_id))
    assert taken == other.talk_id
    desk = await reads.desk(peer, house.clock.now())
    assert [row.talk_id for row in desk.mine] == [other.talk_id]
    assert (desk.flagged, desk.live) == ([], [])
    assert [alarm.talk_id for alarm in desk.alarms] == [other.talk_id]
    assert (desk.waiting, desk.waiting_flagged) == (1, 1)
    assert (await reads.talk(peer, other.talk_id)).may_answer
    for hidden in (first.talk_id, NOBODY):
        with pytest.raises(NotFound):
            await reads.talk(peer, hidden)


async def test_a_counsellor_sees_flags_and_a_supervisor_everything(
    house: House, reads: ConsoleReadsSql
) -> None:
    peer = await house.hire("ピア", Role.PEER)
    counsellor = await house.hire("専門", Role.COUNSELLOR)
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    calm = await house.hear("calm", event="1", at="a")
    await house.bus.run(TakeNext(peer.staff_id))
    grave = await house.hear("active: words", event="2", at="b")
    graver = await house.hear("imminent: words", event="3", at="c")
    desk = await reads.desk(counsellor, house.clock.now())
    assert [row.talk_id for row in desk.flagged] == [graver.talk_id, grave.talk_id]
    assert [alarm.level for alarm in desk.alarms] == [Level.IMMINENT, Level.ACTIVE]
    assert desk.live == []
    assert not (await reads.talk(counsellor, grave.talk_id)).may_answer
    with pytest.raises(NotFound):
        await reads.talk(counsellor, calm.talk_id)
    desk = await reads.desk(supervisor, house.clock.now())
    assert [(row.talk_id, row.holder) for row in desk.live] == [(calm.talk_id, "ピア")]
    assert (await reads.talk(supervisor, calm.talk_id)).row.holder == "ピア"


async def test_an_administrator_sees_counts_and_no_people(
    house: House, reads: ConsoleReadsSql
) -> None:
    admin = await house.hire("運営", Role.ADMIN)
    peer = await house.hire("ピア", Role.PEER)
    receipt = await house.hear("active: words", event="1")
    erased = await house.hear("calm", event="2", at="b")
    await house.bus.run(EraseRecord(erased.person_id))
    desk = await reads.desk(admin, house.clock.now())
    assert (desk.mine, desk.flagged, desk.live, desk.alarms) == ([], [], [], [])
    with pytest.raises(NotFound):
        await reads.talk(admin, receipt.talk_id)
    counts = await reads.counts(admin, house.clock.now())
    assert (counts.talks, counts.talks_waiting, counts.erased) == (2, 1, 1)
    assert (counts.messages_today, counts.concerns_open) == (3, 1)
    assert (counts.errands_due, counts.errands_failing) == (2, 0)
    rows = await reads.staff(admin, house.clock.now())
    assert {(row.work_name, row.state) for row in rows} == {
        ("運営", StaffState.ACTIVE), ("ピア", StaffState.ACTIVE),
    }  # fmt: skip
    for forbidden in (reads.counts, reads.staff):
        with pytest.raises(NotAllowed):
            await forbidden(peer, house.clock.now())


async def test_masked_words_carry_no_marks(house: House, reads: ConsoleReadsSql) -> None:
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    receipt = await house.hear("call 090", event="1")
    await house.bus.run(TakeNext(supervisor.staff_id))
    await house.bus.run(ReplyToVisitor(supervisor.staff_id, receipt.talk_id, "k", "110"))
    view = await reads.talk(supervisor, receipt.talk_id)
    assert [(line.words, line.marks) for line in view.lines] == [("call ***", ()), ("110", ())]
    assert view.lines[1].delivery is Delivery.SENDING


async def test_a_mark_names_its_member_and_the_course_marks_nothing(
    house: House, reads: ConsoleReadsSql
) -> None:
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    receipt = await house.hear("calm", event="1")
    found = (
        Reason("linear", Level.PASSIVE, 1, 3, "linear"),
        Reason("course.slow_rise", Level.PASSIVE, 0, 4, "course"),
    )
    verdict = Verdict(Level.PASSIVE, reasons=found)
    await house.bus.run(RecordVerdict(ErrandId("errand"), receipt.message_id, verdict))
    (line, *_) = (await reads.talk(supervisor, receipt.talk_id)).lines
    assert line.verdict.reasons == found
    assert line.marks == (Mark(1, 3, "linear", "linear"),)


async def test_notes_and_alarm_lie_beside_the_lines(house: House, reads: ConsoleReadsSql) -> None:
    peer = await house.hire("ピア", Role.PEER)
    receipt = await house.hear("calm", event="1")
    await house.bus.run(TakeNext(peer.staff_id))
    await house.bus.run(WriteNote(peer.staff_id, receipt.talk_id, "k1", "one"))
    await house.bus.run(WriteNote(peer.staff_id, receipt.talk_id, "k2", "two"))
    concern_id = await house.bus.run(RaiseConcern(peer.staff_id, receipt.talk_id))
    view = await reads.talk(peer, receipt.talk_id)
    assert [(note.by, note.words) for note in view.notes] == [("ピア", "one"), ("ピア", "two")]
    assert view.alarm is not None
    assert (view.alarm.concern_id, view.alarm.state) == (concern_id, ConcernState.RAISED)
    counsellor = await house.hire("専門", Role.COUNSELLOR)
    await house.bus.run(AcknowledgeConcern(counsellor.staff_id, concern_id))
    (alarm,) = await reads.alarms(counsellor)
    assert alarm.acknowledged_by == "専門"
    await house.bus.run(ResolveConcern(counsellor.staff_id, concern_id, Resolution.TALKED))
    assert await reads.alarms(counsellor) == []
    assert (await reads.talk(peer, receipt.talk_id)).alarm is None


async def test_where_an_answer_goes_is_shown(house: House, reads: ConsoleReadsSql) -> None:
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    receipt = await house.hear("calm", event="1", at="phone", channel="line")

    async def reach() -> Reach | None:
        return (await reads.talk(supervisor, receipt.talk_id)).reach

    assert await reach() == Reach("line", left=False, bell_only=False)
    await house.bus.run(WantBellOnly(receipt.person_id, bell_only=True))
    assert await reach() == Reach("line", left=False, bell_only=True)
    await house.bus.run(Depart("line", "phone"))
    assert await reach() == Reach("line", left=True, bell_only=True)
    await house.bus.run(LeaveRoom("line", "phone"))
    assert await reach() == Reach("line", left=True, bell_only=False)
    await house.bus.run(EraseRecord(receipt.person_id))
    assert await reach() is None


async def test_a_page_is_reached_as_long_as_any_way_leads_there(
    house: House, reads: ConsoleReadsSql
) -> None:
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    receipt = await house.hear("calm", event="1", at="phone", channel="line")
    link = house.vault.tag("link", "x")
    expires_at = house.clock.now() + HOUR
    await house.bus.run(CutLink(receipt.person_id, link, expires_at))
    await house.bus.run(OpenLink(link, "webchat", "page", expires_at))
    await house.hear("calm", event="2", at="page")
    await house.bus.run(LeaveRoom("webchat", "page"))

    async def reach() -> Reach | None:
        return (await reads.talk(supervisor, receipt.talk_id)).reach

    assert await reach() == Reach("webchat", left=False, bell_only=False)
    await house.bus.run(LeaveRoom("line", "phone"))
    assert await reach() == Reach("webchat", left=True, bell_only=False)


async def test_leanings_lie_beside_the_talk(house: House, reads: ConsoleReadsSql) -> None:
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    receipt = await house.hear("calm", event="1")
    await house.bus.run(Lean(receipt.person_id, SpeaksAs.SELF, AgeBand.FORTIES, Wish.PEER))
    view = await reads.talk(supervisor, receipt.talk_id)
    assert view.leanings == Leanings(SpeaksAs.SELF, AgeBand.FORTIES, Wish.PEER)


async def test_a_picture_is_shown_to_whoever_sees_the_talk(
    house: House, reads: ConsoleReadsSql
) -> None:
    holder = await house.hire("専門", Role.COUNSELLOR)
    inbound = Inbound("line", "phone", "1", "［写真］", ref="r", picture="name")
    receipt = await house.receive(inbound)
    talk_id, message_id = receipt.talk_id, receipt.message_id
    await house.bus.run(TakeNext(holder.staff_id))
    await house.hear("calm", event="2", at="other")
    elsewhere = await house.bus.run(TakeNext(holder.staff_id))

    async def refused(viewer: Viewer, which: TalkId) -> None:
        with pytest.raises(NotFound):
            await reads.picture(viewer, which, message_id)

    await refused(holder, talk_id)
    assert await states(reads, holder, talk_id) == [PictureState.DUE]
    data = b64encode(b"jpeg").decode()
    await house.bus.run(KeepPicture(ErrandId("e".ljust(26, "-")), message_id, data))
    assert await reads.picture(holder, talk_id, message_id) == b"jpeg"
    assert await states(reads, holder, talk_id) == [PictureState.KEPT]
    await refused(holder, elsewhere)
    await refused(holder, NOBODY)
    await refused(await house.hire("他", Role.PEER), talk_id)
    await house.bus.run(TakeBack("line", "r"))
    await refused(holder, talk_id)
    (line,) = (await reads.talk(holder, talk_id)).lines
    assert (line.words, line.marks, line.taken_back) == (None, (), True)
    assert line.picture is PictureState.FORGOTTEN
    await house.bus.run(EraseRecord(receipt.person_id))
    await refused(holder, talk_id)


async def states(
    reads: ConsoleReadsSql, viewer: Viewer, talk_id: TalkId
) -> list[PictureState | None]:
    return [line.picture for line in (await reads.talk(viewer, talk_id)).lines]


async def test_costs_are_shown_to_those_who_see_channels(
    house: House, reads: ConsoleReadsSql
) -> None:
    admin, peer = await house.hire("運営", Role.ADMIN), await house.hire("ピア", Role.PEER)

    async def work(unit: UnitOfWork) -> None:
        await unit.platforms.count_sending("line", "2026-11", free=3, paid=1)
        await unit.platforms.count_sending("discord", "2026-11", free=2, paid=0)

    await house.units.run(work)
    assert await reads.sendings(admin, "2026-11") == [
        Sendings("discord", "2026-11", 2, 0), Sendings("line", "2026-11", 3, 1),
    ]  # fmt: skip
    assert await reads.sendings(admin, "2026-10") == []
    with pytest.raises(NotAllowed):
        await reads.sendings(peer, "2026-11")


async def test_lines_come_in_pages(house: House, reads: ConsoleReadsSql) -> None:
    supervisor = await house.hire("責任", Role.SUPERVISOR)
    said = [await house.hear("calm", event=f"{number}") for number in range(6)]

    async def seqs(after: int) -> list[int]:
        view = await reads.talk(supervisor, said[0].talk_id, after=after, limit=2)
        return [line.seq for line in view.lines]

    assert [await seqs(after) for after in (0, 2, 6)] == [[5, 6], [3, 4], []]


async def test_an_erased_talk_shows_nothing_to_those_who_knew_it(
    house: House, reads: ConsoleReadsSql
) -> None:
    peer = await house.hire("ピア", Role.PEER)
    stranger = await house.hire("他", Role.PEER)
    receipt = await house.hear("calm", event="1")
    await house.bus.run(TakeNext(peer.staff_id))
    await house.bus.run(ReplyToVisitor(peer.staff_id, receipt.talk_id, "k", "hello"))
    await house.bus.run(EraseRecord(receipt.person_id))
    view = await reads.talk(peer, receipt.talk_id)
    assert (view.row.handle, view.row.state) == (None, TalkState.ERASED)
    assert (view.lines, view.notes, view.alarm, view.may_answer) == ([], [], None, False)
    with pytest.raises(NotFound):
        await reads.talk(stranger, receipt.talk_id)


async def test_who_is_on_duty(house: House, reads: ConsoleReadsSql) -> None:
    peer, other = await house.hire("ピア", Role.PEER), await house.hire("他", Role.PEER)
    await house.bus.run(GoOnDuty(peer.staff_id))
    now = house.clock.now()
    assert ((await reads.desk(peer, now)).on_duty, (await reads.desk(peer, now)).i_am_on_duty) == (
        ["ピア"], True,
    )  # fmt: skip
    assert not (await reads.desk(other, now)).i_am_on_duty
    assert (await reads.desk(other, now + timedelta(minutes=5))).on_duty == []


async def test_the_longest_wait_is_told(house: House, reads: ConsoleReadsSql) -> None:
    peer = await house.hire("ピア", Role.PEER)
    since = house.clock.now()
    assert (await reads.desk(peer, since)).longest_wait_since is None
    first = await house.hear("calm", event="1", at="a")
    house.clock.pass_by(timedelta(minutes=3))
    await house.hear("calm", event="2", at="b")
    desk = await reads.desk(peer, house.clock.now())
    assert (desk.waiting, desk.waiting_flagged, desk.longest_wait_since) == (2, 0, since)
    await house.bus.run(TakeNext(peer.staff_id))
    await house.bus.run(ReplyToVisitor(peer.staff_id, first.talk_id, "k", "hello"))
    await house.bus.run(CloseTalk(peer.staff_id, first.talk_id))
    assert (await reads.desk(peer, house.clock.now())).waiting == 1


async def test_sessions_links_and_credentials_end(house: House, reads: ConsoleReadsSql) -> None:
    now, link, token = house.clock.now(), house.vault.tag("t", "link"), house.vault.tag("t", "s")
    assert not await reads.has_staff()
    await house.bus.run(InviteStaff("新人", frozenset({Role.PEER}), link, now + HOUR))
    assert await reads.invitation(link, now) == ("新人", False)
    assert await reads.invitation(link, now + HOUR) is None
    assert await reads.credentials("新人") is None
    assert not await reads.has_staff()
    peer: Viewer = await house.hire("ピア", Role.PEER)
    assert await reads.has_staff()
    assert await reads.credentials("ピア") == (peer.staff_id, "hash")
    await house.bus.run(OpenSession(peer.staff_id, token, now + HOUR))
    assert await reads.viewer(token, now) == peer
    assert await reads.viewer(token, now + HOUR) is None
    await house.bus.run(DisableStaff(StaffId(peer.staff_id)))
    assert await reads.viewer(token, now) is None
    assert await reads.credentials("ピア") is None
