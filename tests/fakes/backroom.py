"""A small back room: what the console acts on and reads from, in memory.

Talks, concerns and people follow the core's own model, so that what they refuse here they
refuse there; nothing is sealed, nothing is stored.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from bot.core.model import commands as c
from bot.core.model.errors import (
    AlreadyCorrected,
    ConcernOpen,
    HandsFull,
    InvitationSpent,
    KeyReused,
    LastAdmin,
    NameTaken,
    NoRole,
    NotFound,
    NothingWaiting,
    WeakPassword,
    WrongSignIn,
)
from bot.core.model.ids import ConcernId, MessageId, NoteId, PersonId, StaffId, TalkId
from bot.core.model.mail import PictureState, Sendings
from bot.core.model.messages import Delivery, Sender
from bot.core.model.people import (
    Leanings,
    Permission,
    Role,
    Staff,
    StaffState,
    Viewer,
    sees_talk,
)
from bot.core.model.safety import Concern, ConcernState
from bot.core.model.sealed import Tag
from bot.core.model.talk import Talk, TalkState
from bot.core.model.words import clean
from bot.core.ports.channel import WELL, Condition, Health, Meter
from bot.core.ports.console import ChannelStatus
from bot.core.ports.live import CONSOLE, talk_topic
from bot.core.ports.reads import (
    Alarm,
    ConsoleLine,
    Counts,
    Desk,
    Mark,
    NoteLine,
    Reach,
    StaffRow,
    TalkRow,
    TalkView,
)
from bot.runtime.live_feed import InProcessFeed
from bot.texts import Texts
from channels import webchat
from triage.verdict import CALM, Kind, Level, Reason, Verdict

MIDNIGHT = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)  # midnight in Japan
LIMIT = 2000
PASSWORD = "a long password"
PIGEON = "pigeon"
"""A messenger of the tests' own."""
WORDS = (
    Path(webchat.__file__).parent / "locale",
    Path(__file__).parent / "messengers/pigeon/locale",
)
"""What the two channels of this house say of themselves."""
UNSEEN = (c.NoteTyping, c.NoteRead)
"""Commands after which no screen looks different."""
Result = TypeVar("Result")


def _method(command: c.Command[Any]) -> str:
    return re.sub("(?=[A-Z])", "_", type(command).__name__).lower()


@dataclass(slots=True)
class FakeTalk:
    """A talk with all that lies in it."""

    talk: Talk
    handle: str | None
    lines: list[ConsoleLine] = field(default_factory=list)
    notes: list[NoteLine] = field(default_factory=list)
    concern: Concern | None = None
    left: bool = False
    bell_only: bool = False
    leanings: Leanings = field(default_factory=Leanings)
    pictures: dict[MessageId, bytes] = field(default_factory=dict)

    @property
    def open_concern(self) -> Concern | None:
        concern = self.concern
        return None if concern is None or concern.state is ConcernState.RESOLVED else concern


class FakeBackroom:
    """Backroom and ConsoleReads over the same few dictionaries."""

    def __init__(self) -> None:
        self.live = InProcessFeed()
        self.time = MIDNIGHT
        self.staff_rows: dict[StaffId, Staff] = {}
        self.sessions: dict[Tag, tuple[StaffId, datetime]] = {}
        self.invitations: dict[Tag, tuple[StaffId, datetime, bool]] = {}
        self.duty: set[StaffId] = set()
        self.rooms: dict[TalkId, FakeTalk] = {}
        self.seen: dict[tuple[StaffId, TalkId, str], tuple[str, str]] = {}
        self.ran: list[c.Command[Any]] = []
        self.checked: list[str | None] = []
        self.desk_reads = 0
        self._numbers = itertools.count(1)
        self.channels = {"webchat": ChannelStatus("webchat", WELL, bell_only=False)}
        self.counted: list[Sendings] = []
        self._texts = Texts.load(more=WORDS)

    # --- Backroom -------------------------------------------------------------------------

    async def run(self, command: c.Command[Result]) -> Result:
        result = getattr(self, _method(command))(command)
        self.ran.append(command)
        if not isinstance(command, UNSEEN):
            self.live.ring((CONSOLE, *map(talk_topic, self.rooms)))
        return cast("Result", result)

    def session_tag(self, token: str) -> Tag:
        return Tag(hashlib.sha256(token.encode()).digest())

    def new_token(self) -> str:
        return f"token-{next(self._numbers):030d}"

    def form_seal(self, session_token: str) -> str:
        return hashlib.sha256(f"seal {session_token}".encode()).hexdigest()

    async def hash_password(self, password: str) -> str:
        if len(password) < 12:
            raise WeakPassword(minimum=12)
        return f"hash of {password}"

    async def check_password(self, stored: str | None, password: str) -> tuple[bool, bool]:
        self.checked.append(stored)
        return stored in (f"hash of {password}", f"old hash of {password}"), (
            stored or ""
        ).startswith("old")

    def now(self) -> datetime:
        return self.time

    def say(self, key: str, locale: str, **values: int | str) -> str:
        return self._texts.say(key, locale, **values)

    # --- what a test sets up --------------------------------------------------------------

    def pass_time(self, **length: float) -> None:
        self.time += timedelta(**length)

    def ring(self, *topics: str) -> None:
        self.live.ring(topics or (CONSOLE,))

    def hire(self, name: str, *roles: Role, password: str = PASSWORD) -> StaffId:
        staff_id = StaffId(self._id())
        self.staff_rows[staff_id] = Staff(
            staff_id, name, frozenset(roles), StaffState.ACTIVE, f"hash of {password}", self.time
        )
        return staff_id

    def signed_in(self, staff_id: StaffId) -> str:
        """A session's token."""
        token = self.new_token()
        self.sessions[self.session_tag(token)] = (staff_id, self.time + timedelta(hours=12))
        return token

    def invite(self, name: str, *roles: Role, first: bool = False) -> str:
        """A one-time link's token."""
        staff_id, token = self.hire(name, *roles), self.new_token()
        self.staff_rows[staff_id].state = StaffState.INVITED
        expires_at = self.time + timedelta(hours=72)
        self.invitations[self.session_tag(token)] = (staff_id, expires_at, first)
        return token

    def write(
        self,
        handle: str,
        words: str,
        *,
        level: Level = Level.NONE,
        kinds: Iterable[Kind] = (),
        marked: str = "",
        rule: str = "suicide.plan",
        channel: str = "webchat",
        reasons: Iterable[Reason] = (),
    ) -> TalkId:
        """A visitor writes; a new handle opens a new talk. ``marked`` is what a rule found.

        ``reasons`` are what other members found.
        """
        room = next((room for room in self.rooms.values() if room.handle == handle), None)
        if room is None:
            talk = Talk(
                TalkId(self._id()),
                PersonId(self._id()),
                channel,
                TalkState.WAITING,
                self.time,
            )
            room = self.rooms[talk.id] = FakeTalk(talk, handle)
        room.talk.hear(channel=channel, level=level, now=self.time)
        start = words.find(marked) if marked else -1
        found = (Reason(rule, level, start, start + len(marked)),) if start >= 0 else ()
        verdict = Verdict(level, frozenset(kinds), (*found, *reasons))
        marks = tuple(
            Mark(each.start, each.end, each.rule, each.member)
            for each in verdict.reasons
            if each.member != "course"
        )
        self._line(room, Sender.VISITOR, words=words, verdict=verdict, marks=marks)
        if level >= Level.PASSIVE:
            self._raise(room, level, frozenset(kinds))
        self.ring(CONSOLE, talk_topic(room.talk.id))
        return room.talk.id

    def card(self, talk_id: TalkId, text_key: str) -> None:
        """The service says something by itself."""
        self._line(self.rooms[talk_id], Sender.SERVICE, text_key=text_key)

    def travel(self, talk_id: TalkId, seq: int, delivery: Delivery) -> None:
        """An answer comes further."""
        lines = self.rooms[talk_id].lines
        lines[seq - 1] = replace(lines[seq - 1], delivery=delivery)
        self.ring(CONSOLE, talk_topic(talk_id))

    def say_as(self, talk_id: TalkId, staff_id: StaffId, words: str) -> int:
        """An answer lies in the talk. Returns its number."""
        room, name = self.rooms[talk_id], self.staff_rows[staff_id].work_name
        self._line(room, Sender.STAFF, words=words, by=name)
        self.ring(CONSOLE, talk_topic(talk_id))
        return room.talk.last_seq

    def take_back(self, talk_id: TalkId, seq: int) -> None:
        """The person unsends a message."""
        lines = self.rooms[talk_id].lines
        line = lines[seq - 1]
        verdict = replace(line.verdict, reasons=())
        lines[seq - 1] = replace(line, words=None, taken_back=True, verdict=verdict, marks=())
        self.ring(CONSOLE, talk_topic(talk_id))

    def show_picture(self, talk_id: TalkId, state: PictureState, body: bytes = b"") -> MessageId:
        """The newest message came with a picture."""
        room = self.rooms[talk_id]
        line = room.lines[-1] = replace(room.lines[-1], picture=state)
        if state is PictureState.KEPT:
            room.pictures[line.message_id] = body
        self.ring(CONSOLE, talk_topic(talk_id))
        return line.message_id

    def lean(self, talk_id: TalkId, leanings: Leanings) -> None:
        """The person says something about themselves."""
        self.rooms[talk_id].leanings = leanings
        self.ring(talk_topic(talk_id))

    def leave(self, talk_id: TalkId, *, left: bool = True) -> None:
        """The person blocks the messenger, or comes back to it."""
        self.rooms[talk_id].left = left
        self.ring(talk_topic(talk_id))

    def run_channel(
        self,
        name: str = PIGEON,
        condition: Condition = Condition.OK,
        why: str = "",
        *,
        meter: Meter | None = None,
        bell_only: bool = False,
    ) -> None:
        """A channel is like this from now on."""
        since = None if condition is Condition.OK else self.time
        health = Health(condition, why, since, meter)
        self.channels[name] = ChannelStatus(name, health, bell_only)
        self.ring()

    def statuses(self) -> list[ChannelStatus]:
        """What ``ConsoleParts.channels`` says."""
        return list(self.channels.values())

    def erase(self, talk_id: TalkId) -> None:
        """The person is gone."""
        room = self.rooms[talk_id]
        room.talk.erase()
        room.handle, room.lines, room.notes = None, [], []
        self.ring(CONSOLE, talk_topic(talk_id))

    def _id(self) -> str:
        return f"01FAKE{next(self._numbers):020d}"

    def _line(
        self,
        room: FakeTalk,
        sender: Sender,
        *,
        words: str | None = None,
        text_key: str | None = None,
        by: str | None = None,
        verdict: Verdict = CALM,
        marks: tuple[Mark, ...] = (),
    ) -> MessageId:
        line = ConsoleLine(
            message_id=MessageId(self._id()),
            seq=room.talk.next_seq(),
            sender=sender,
            by=by,
            words=words,
            text_key=text_key,
            at=self.time,
            delivery=None if sender is Sender.VISITOR else Delivery.SENDING,
            verdict=verdict,
            assessed=True,
            marks=marks,
        )
        room.lines.append(line)
        return line.message_id

    def _raise(self, room: FakeTalk, level: Level, kinds: frozenset[Kind]) -> Concern:
        concern = room.open_concern
        if concern is not None:
            concern.grow(message_id=None, level=level, kinds=kinds)
            return concern
        room.concern = Concern(
            ConcernId(self._id()),
            room.talk.id,
            None,
            level,
            kinds,
            ConcernState.RAISED,
            self.time,
        )
        return room.concern

    # --- commands -------------------------------------------------------------------------

    def _go_on_duty(self, command: c.GoOnDuty) -> None:
        self.duty.add(command.staff_id)

    def _stay_on_duty(self, command: c.StayOnDuty) -> None:
        pass

    def _go_off_duty(self, command: c.GoOffDuty) -> None:
        self.duty.discard(command.staff_id)

    def _take_next(self, command: c.TakeNext) -> TalkId:
        held = [r for r in self.rooms.values() if r.talk.holder == command.staff_id]
        if held and self.staff_rows[command.staff_id].roles <= {Role.PEER}:
            raise HandsFull(cap=1)
        waiting = [r.talk for r in self.rooms.values() if r.talk.place is not None]
        if not waiting:
            raise NothingWaiting
        talk = min(waiting, key=lambda talk: (-talk.danger, talk.waiting_since or self.time))
        talk.hold(command.staff_id)
        self.duty.add(command.staff_id)
        return talk.id

    def _reply_to_visitor(self, command: c.ReplyToVisitor) -> MessageId:
        words, room = clean(command.words, limit=LIMIT), self._room(command.talk_id)
        earlier = self._earlier(command, words)
        if earlier is not None:
            return MessageId(earlier)
        room.talk.answer(command.staff_id, now=self.time)
        name = self.staff_rows[command.staff_id].work_name
        made = self._line(room, Sender.STAFF, words=words, by=name)
        self.seen[command.staff_id, command.talk_id, command.key] = (words, made)
        return made

    def _note_typing(self, command: c.NoteTyping) -> None:
        pass

    def _note_read(self, command: c.NoteRead) -> None:
        talk = self._room(command.talk_id).talk
        if talk.holder == command.staff_id:
            talk.read_upto = max(talk.read_upto, min(command.upto, talk.last_seq))

    def _write_note(self, command: c.WriteNote) -> NoteId:
        words, room = clean(command.words, limit=LIMIT), self._room(command.talk_id)
        earlier = self._earlier(command, words)
        if earlier is not None:
            return NoteId(earlier)
        name = self.staff_rows[command.staff_id].work_name
        note = NoteLine(NoteId(self._id()), name, words, self.time)
        room.notes.append(note)
        self.seen[command.staff_id, command.talk_id, command.key] = (words, note.note_id)
        return note.note_id

    def _hand_back(self, command: c.HandBack) -> None:
        self._room(command.talk_id).talk.hand_back(command.staff_id, now=self.time)

    def _close_talk(self, command: c.CloseTalk) -> None:
        room = self._room(command.talk_id)
        if room.open_concern is not None:
            raise ConcernOpen
        room.talk.close(command.staff_id)

    def _raise_concern(self, command: c.RaiseConcern) -> ConcernId:
        room = self._room(command.talk_id)
        room.talk.worsen(Level.ACTIVE, now=self.time)
        return self._raise(room, Level.ACTIVE, frozenset()).id

    def _acknowledge_concern(self, command: c.AcknowledgeConcern) -> TalkId:
        room = self._with_concern(command.concern_id)
        cast("Concern", room.concern).acknowledge(command.staff_id, now=self.time)
        if room.talk.state is TalkState.WAITING:
            room.talk.hold(command.staff_id)
        return room.talk.id

    def _resolve_concern(self, command: c.ResolveConcern) -> None:
        concern = cast("Concern", self._with_concern(command.concern_id).concern)
        concern.resolve(command.staff_id, resolution=command.resolution, now=self.time)

    def _correct_verdict(self, command: c.CorrectVerdict) -> None:
        room = self._room(command.talk_id)
        line = next((each for each in room.lines if each.message_id == command.message_id), None)
        if line is None or line.sender is not Sender.VISITOR:
            raise NotFound
        if line.corrected:
            raise AlreadyCorrected
        verdict = replace(line.verdict, level=command.level, kinds=command.kinds)
        room.lines[room.lines.index(line)] = replace(line, verdict=verdict, corrected=True)
        if command.level >= Level.PASSIVE and command.level > line.verdict.level:
            self._raise(room, command.level, command.kinds)

    def _invite_staff(self, command: c.InviteStaff) -> StaffId:
        name = clean(command.work_name, limit=40)
        if not command.roles:
            raise NoRole
        if any(staff.work_name == name for staff in self.staff_rows.values()):
            raise NameTaken
        staff_id = self.hire(name, *command.roles)
        self.staff_rows[staff_id].state = StaffState.INVITED
        self.invitations[command.token] = (staff_id, command.expires_at, False)
        return staff_id

    def _accept_invitation(self, command: c.AcceptInvitation) -> StaffId:
        found = self.invitations.pop(command.token, None)
        if found is None:
            raise InvitationSpent
        staff = self.staff_rows[found[0]]
        staff.work_name = clean(command.work_name, limit=40)
        staff.roles |= command.also if found[2] else frozenset()
        staff.password_hash, staff.state = command.password_hash, StaffState.ACTIVE
        return staff.id

    def _disable_staff(self, command: c.DisableStaff) -> None:
        staff = self.staff_rows.get(command.staff_id)
        if staff is None:
            raise NotFound
        admins = [s for s in self.staff_rows.values() if Role.ADMIN in s.roles]
        if Role.ADMIN in staff.roles and len(admins) == 1:
            raise LastAdmin
        staff.state = StaffState.DISABLED
        self.sessions = {t: s for t, s in self.sessions.items() if s[0] != staff.id}

    def _open_session(self, command: c.OpenSession) -> None:
        staff = self.staff_rows[command.staff_id]
        if staff.state is not StaffState.ACTIVE:
            raise WrongSignIn
        staff.password_hash = command.password_hash or staff.password_hash
        self.sessions[command.token] = (command.staff_id, command.expires_at)

    def _close_session(self, command: c.CloseSession) -> None:
        self.sessions.pop(command.token, None)

    def _room(self, talk_id: TalkId) -> FakeTalk:
        if talk_id not in self.rooms:
            raise NotFound
        return self.rooms[talk_id]

    def _with_concern(self, concern_id: ConcernId) -> FakeTalk:
        for room in self.rooms.values():
            if room.concern is not None and room.concern.id == concern_id:
                return room
        raise NotFound

    def _earlier(self, command: c.ReplyToVisitor | c.WriteNote, words: str) -> str | None:
        earlier = self.seen.get((command.staff_id, command.talk_id, command.key))
        if earlier is not None and earlier[0] != words:
            raise KeyReused
        return earlier[1] if earlier else None

    # --- ConsoleReads ---------------------------------------------------------------------

    async def viewer(self, token: Tag, now: datetime) -> Viewer | None:
        staff_id, expires_at = self.sessions.get(token, (StaffId(""), now))
        staff = self.staff_rows.get(staff_id)
        if staff is None or staff.state is not StaffState.ACTIVE or expires_at <= now:
            return None
        return staff.viewer

    async def credentials(self, work_name: str) -> tuple[StaffId, str] | None:
        for staff in self.staff_rows.values():
            if staff.work_name == work_name and staff.state is StaffState.ACTIVE:
                return staff.id, staff.password_hash or ""
        return None

    async def invitation(self, token: Tag, now: datetime) -> tuple[str, bool] | None:
        found = self.invitations.get(token)
        if found is None or found[1] <= now:
            return None
        return self.staff_rows[found[0]].work_name, found[2]

    async def has_staff(self) -> bool:
        return any(staff.state is StaffState.ACTIVE for staff in self.staff_rows.values())

    async def desk(self, viewer: Viewer, now: datetime) -> Desk:
        viewer.must(Permission.DESK_SEE)
        self.desk_reads += 1
        present = [room for room in self.rooms.values() if room.handle is not None]
        waiting = [room for room in present if room.talk.place is not None]
        since = [room.talk.waiting_since or now for room in waiting]
        flagged = [room for room in present if room.open_concern]
        return Desk(
            mine=[self._row(r) for r in present if r.talk.holder == viewer.staff_id],
            flagged=[self._row(r) for r in flagged if viewer.may(Permission.FLAGGED_SEE)],
            live=[
                self._row(room)
                for room in present
                if room.talk.state is not TalkState.CLOSED and viewer.may(Permission.LIVE_SEE)
            ],
            waiting=len(waiting),
            waiting_flagged=len([room for room in waiting if room.open_concern]),
            longest_wait_since=min(since, default=None),
            on_duty=sorted(self.staff_rows[staff_id].work_name for staff_id in self.duty),
            i_am_on_duty=viewer.staff_id in self.duty,
            alarms=await self.alarms(viewer),
        )

    async def alarms(self, viewer: Viewer) -> list[Alarm]:
        found = [
            alarm
            for room in self.rooms.values()
            if (alarm := self._alarm(room)) is not None and self._sees(viewer, room)
        ]
        return sorted(found, key=lambda alarm: -alarm.level)

    async def talk(
        self, viewer: Viewer, talk_id: TalkId, *, after: int = 0, limit: int = 200
    ) -> TalkView:
        room = self.rooms.get(talk_id)
        if room is None or not self._sees(viewer, room):
            raise NotFound
        later = [line for line in room.lines if line.seq > after]
        return TalkView(
            row=self._row(room),
            lines=later[:limit] if after else later[-limit:],
            notes=list(room.notes),
            alarm=self._alarm(room),
            may_answer=room.talk.holder == viewer.staff_id,
            reach=self._reach(room),
            leanings=room.leanings,
        )

    async def picture(self, viewer: Viewer, talk_id: TalkId, message_id: MessageId) -> bytes:
        room = self.rooms.get(talk_id)
        if room is None or not self._sees(viewer, room) or message_id not in room.pictures:
            raise NotFound
        return room.pictures[message_id]

    async def sendings(self, viewer: Viewer, month: str) -> list[Sendings]:
        viewer.must(Permission.CHANNELS_SEE)
        return [each for each in self.counted if each.month == month]

    async def staff(self, viewer: Viewer, now: datetime) -> list[StaffRow]:
        viewer.must(Permission.STAFF_MANAGE)
        return [
            StaffRow(s.id, s.work_name, s.roles, s.state, s.id in self.duty)
            for s in self.staff_rows.values()
        ]

    async def counts(self, viewer: Viewer, now: datetime) -> Counts:
        viewer.must(Permission.COUNTS_SEE)
        rooms = list(self.rooms.values())
        return Counts(
            talks=len(rooms),
            talks_waiting=len([room for room in rooms if room.talk.place is not None]),
            messages_today=sum(len(room.lines) for room in rooms),
            concerns_open=len([room for room in rooms if room.open_concern]),
            erased=len([room for room in rooms if room.handle is None]),
            errands_due=0,
            errands_failing=0,
        )

    def _sees(self, viewer: Viewer, room: FakeTalk) -> bool:
        return sees_talk(viewer, holder=room.talk.holder, flagged=room.open_concern is not None)

    def _reach(self, room: FakeTalk) -> Reach | None:
        if room.handle is None:
            return None
        return Reach(room.talk.channel, room.left, room.bell_only)

    def _row(self, room: FakeTalk) -> TalkRow:
        holder = room.talk.holder
        return TalkRow(
            room.talk.id,
            room.handle,
            room.talk.state,
            room.talk.danger,
            room.talk.waiting_since,
            room.talk.last_heard_at,
            room.talk.first_time,
            self.staff_rows[holder].work_name if holder else None,
            room.open_concern is not None,
        )

    def _alarm(self, room: FakeTalk) -> Alarm | None:
        concern = room.open_concern
        if concern is None:
            return None
        by = concern.acknowledged_by
        return Alarm(
            concern.id,
            room.talk.id,
            room.handle,
            concern.level,
            concern.kinds,
            concern.state,
            concern.raised_at,
            self.staff_rows[by].work_name if by else None,
        )
