"""What staff see: permissions first, words masked, addresses never."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model.duty import PRESENCE_LASTS
from bot.core.model.errors import NotFound
from bot.core.model.ids import MessageId, NoteId, StaffId, TalkId
from bot.core.model.mail import Picture, Sendings
from bot.core.model.messages import Note, Sender
from bot.core.model.people import Permission, Viewer, sees_talk
from bot.core.model.sealed import Tag
from bot.core.model.talk import TalkState
from bot.core.ports.reads import (
    Alarm,
    ConsoleLine,
    ConsoleReads,
    Counts,
    Desk,
    Mark,
    NoteLine,
    StaffRow,
    TalkRow,
    TalkView,
)
from bot.core.ports.vault import Vault
from bot.storage import console_queries as q
from bot.storage.columns import AnyRow
from bot.storage.opening import opened
from bot.storage.reach import reach_of
from bot.storage.room_reads import paged
from triage.verdict import Verdict

_COURSE = "course"
"""The member of triage that looks at the talk: its reasons point at no words."""
Mask = Callable[[str], tuple[str, bool]]
"""Shown words, and whether anything in them was masked."""


class ConsoleReadsSql:
    """Implements ``bot.core.ports.reads.ConsoleReads``."""

    def __init__(self, engine: AsyncEngine, *, vault: Vault, mask: Mask) -> None:
        self._engine = engine
        self._vault = vault
        self._mask = mask

    async def viewer(self, token: Tag, now: datetime) -> Viewer | None:
        """Who is signed in with this session."""
        row = await self._first(q.VIEWER, token=token, now=now)
        return None if row is None else Viewer(*row)

    async def credentials(self, work_name: str) -> tuple[StaffId, str] | None:
        """Account and password hash of an active account."""
        row = await self._first(q.CREDENTIALS, named=work_name)
        return None if row is None else (row[0], row[1])

    async def invitation(self, token: Tag, now: datetime) -> tuple[str, bool] | None:
        """Work name, and whether it is the first administrator's link."""
        row = await self._first(q.INVITATION, token=token, now=now)
        return None if row is None else (row[0], row[1])

    async def has_staff(self) -> bool:
        """Whether any account was opened with a password."""
        row = await self._first(q.HAS_STAFF)
        return bool(row and row[0])

    async def desk(self, viewer: Viewer, now: datetime) -> Desk:
        """The console's first page. Raises ``NotAllowed``."""
        viewer.must(Permission.DESK_SEE)
        async with self._engine.connect() as connection:
            waiting, waiting_flagged, longest = (await connection.execute(q.QUEUE)).one()
            on_duty = await _all(connection, q.ON_DUTY, since=now - PRESENCE_LASTS)
            return Desk(
                mine=await _talks(connection, q.MINE, who=viewer.staff_id),
                flagged=(
                    await _talks(connection, q.FLAGGED)
                    if viewer.may(Permission.FLAGGED_SEE)
                    else []
                ),
                live=(await _talks(connection, q.LIVE) if viewer.may(Permission.LIVE_SEE) else []),
                waiting=waiting,
                waiting_flagged=waiting_flagged or 0,
                longest_wait_since=longest,
                on_duty=[name for _, name in on_duty],
                i_am_on_duty=any(staff_id == viewer.staff_id for staff_id, _ in on_duty),
                alarms=await _alarms(connection, viewer),
            )

    async def alarms(self, viewer: Viewer) -> list[Alarm]:
        """Open concerns that the viewer may know of, gravest first."""
        async with self._engine.connect() as connection:
            return await _alarms(connection, viewer)

    async def talk(
        self, viewer: Viewer, talk_id: TalkId, *, after: int = 0, limit: int = 200
    ) -> TalkView:
        """One talk. Raises ``NotFound``, alike for none and for one that is not theirs."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(q.ONE, {"which": talk_id})).first()
            if row is None or not await _visible(connection, viewer, row):
                raise NotFound
            shown = q.talk_row(row)
            if shown.state is TalkState.ERASED:
                return TalkView(shown, lines=[], notes=[], alarm=None, may_answer=False)
            keys = await _all(connection, q.KEY, who=row.person_id)
            statement, page = paged(q.FIRST_LINES, q.LAST_LINES, after=after, limit=limit)
            lines = await _all(connection, statement, which=talk_id, **page)
            notes = await _all(connection, q.NOTES, which=talk_id)
            alarms = await _all(connection, q.ALARM_OF, which=talk_id)
            reach = await reach_of(connection, row.person_id, row.channel)
        key = keys[0][0] if keys else None
        return TalkView(
            row=shown,
            lines=[self._line(each, key) for each in (lines if after else reversed(lines))],
            notes=[self._note(each, key) for each in reversed(notes)],
            alarm=q.alarm(alarms[0]) if alarms else None,
            may_answer=row.holder == viewer.staff_id and shown.state is TalkState.HELD,
            reach=reach,
            leanings=q.leanings(row),
        )

    async def picture(self, viewer: Viewer, talk_id: TalkId, message_id: MessageId) -> bytes:
        """A kept picture. Raises ``NotFound``, alike for none and for one that is not theirs."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(q.ONE, {"which": talk_id})).first()
            if row is None or not await _visible(connection, viewer, row):
                raise NotFound
            values = {"which": talk_id, "of_message": message_id}
            found = (await connection.execute(q.PICTURE, values)).first()
        if found is None:
            raise NotFound
        bound_to = Picture.bound_to(message_id)
        picture = opened(self._vault, found.wrapped, found.sealed, bound_to=bound_to)
        if picture is None:
            raise NotFound
        return b64decode(picture)

    async def sendings(self, viewer: Viewer, month: str) -> list[Sendings]:
        """What the month's calls cost, by channel. Raises ``NotAllowed``."""
        viewer.must(Permission.CHANNELS_SEE)
        async with self._engine.connect() as connection:
            return [Sendings(*row) for row in await _all(connection, q.SENDINGS, in_month=month)]

    async def staff(self, viewer: Viewer, now: datetime) -> list[StaffRow]:
        """All accounts. Raises ``NotAllowed``."""
        viewer.must(Permission.STAFF_MANAGE)
        async with self._engine.connect() as connection:
            present = await _all(connection, q.ON_DUTY, since=now - PRESENCE_LASTS)
            accounts = await _all(connection, q.STAFF)
        on_duty = {staff_id for staff_id, _ in present}
        return [StaffRow(*[*row, row[0] in on_duty]) for row in accounts]

    async def counts(self, viewer: Viewer, now: datetime) -> Counts:
        """Numbers of the service. Raises ``NotAllowed``."""
        viewer.must(Permission.COUNTS_SEE)
        async with self._engine.connect() as connection:
            values = {"now": now, "midnight": q.midnight(now)}
            return q.counts((await connection.execute(q.COUNTS, values)).one())

    async def _first(self, statement: Executable, **values: object) -> AnyRow | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).first()

    def _line(self, row: AnyRow, key: bytes | None) -> ConsoleLine:
        message_id, seq, sender, by, sealed, text_key, at, taken_back, *rest = row
        delivery, level, kinds, reasons, assessed, picture, corrected = rest
        words = opened(self._vault, key, sealed, bound_to=f"message:{message_id}")
        shown, masked = words, False
        if words is not None and sender is Sender.VISITOR:  # what staff wrote stays as it is
            shown, masked = self._mask(words)
        verdict = Verdict(level, kinds, reasons)
        return ConsoleLine(
            message_id=message_id,
            seq=seq,
            sender=sender,
            by=by,
            words=shown,
            text_key=text_key,
            at=at,
            delivery=delivery,
            verdict=verdict,
            assessed=assessed,
            marks=() if masked or shown is None else _marks(verdict),
            taken_back=taken_back,
            picture=picture,
            corrected=corrected,
        )

    def _note(self, row: AnyRow, key: bytes | None) -> NoteLine:
        note_id, by, sealed, at = row
        words = opened(self._vault, key, sealed, bound_to=Note.bound_to(NoteId(note_id)))
        return NoteLine(note_id, by, words, at)


def _marks(verdict: Verdict) -> tuple[Mark, ...]:
    return tuple(
        Mark(each.start, each.end, each.rule, each.member)
        for each in verdict.reasons
        if each.member != _COURSE
    )


async def _all(
    connection: AsyncConnection, statement: Executable, **values: object
) -> Sequence[AnyRow]:
    return (await connection.execute(statement, values)).all()


async def _talks(
    connection: AsyncConnection, statement: Executable, **values: object
) -> list[TalkRow]:
    return [q.talk_row(row) for row in await _all(connection, statement, **values)]


async def _alarms(connection: AsyncConnection, viewer: Viewer) -> list[Alarm]:
    """All of them for those who see flags; for a peer those of the talks they hold."""
    if viewer.may(Permission.FLAGGED_SEE):
        return [q.alarm(row) for row in await _all(connection, q.ALARMS)]
    if not viewer.may(Permission.TALK_ANSWER):
        return []
    return [q.alarm(row) for row in await _all(connection, q.MY_ALARMS, who=viewer.staff_id)]


async def _visible(connection: AsyncConnection, viewer: Viewer, row: AnyRow) -> bool:
    """As ``sees_talk`` says; an erased talk also for whoever answered in it."""
    if sees_talk(viewer, holder=row.holder, flagged=row[8] is not None):
        return True
    if row.state is not TalkState.ERASED or not viewer.may(Permission.TALK_ANSWER):
        return False
    values = {"which": row[0], "who": viewer.staff_id}
    return bool((await connection.execute(q.ANSWERED, values)).scalar_one())


_: type[ConsoleReads] = ConsoleReadsSql
