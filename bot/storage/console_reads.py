"""What staff see: every read takes the viewer, opens and masks words, and never an address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model.duty import JAPAN
from bot.core.model.errors import NotFound
from bot.core.model.ids import StaffId, TalkId
from bot.core.model.people import Permission, StaffState, Viewer, sees_talk
from bot.core.model.sealed import Tag
from bot.core.model.talk import TalkState
from bot.core.ports.reads import Alarm, Counts, Desk, StaffRow, TalkView
from bot.core.ports.vault import Vault
from bot.storage import console_statements as ask
from bot.storage.console_rows import alarm, line, note, talk_row
from bot.storage.kinds import AnyRow, AnySelect
from bot.storage.opening import key_of
from bot.storage.presence import present
from bot.storage.rows import roles_from

Mask = Callable[[str], tuple[str, bool]]


class ConsoleReadsSql:
    """Implements ``bot.core.ports.reads.ConsoleReads``."""

    def __init__(self, engine: AsyncEngine, *, vault: Vault, mask: Mask) -> None:
        self._engine = engine
        self._vault = vault
        self._mask = mask

    async def viewer(self, token: Tag, now: datetime) -> Viewer | None:
        """Who is signed in."""
        row = await self._first(ask.VIEWER, token=token, now=now)
        return None if row is None else Viewer(row.id, row.work_name, roles_from(row.roles))

    async def credentials(self, work_name: str) -> tuple[StaffId, str] | None:
        """Account and password hash, for the sign-in alone."""
        row = await self._first(ask.CREDENTIALS, work_name=work_name)
        if row is None or row.password_hash is None:
            return None
        return StaffId(row.id), str(row.password_hash)

    async def invitation(self, token: Tag, now: datetime) -> tuple[str, bool] | None:
        """Work name, and whether it is the first administrator's link."""
        row = await self._first(ask.INVITATION, token=token, now=now)
        return None if row is None else (str(row.work_name), bool(row.first))

    async def has_staff(self) -> bool:
        """Whether any account was ever opened."""
        return await self._first(ask.ANY_STAFF) is not None

    async def desk(self, viewer: Viewer, now: datetime) -> Desk:
        """The console's first page. An administrator alone sees numbers, and no handles."""
        viewer.must(Permission.DESK_SEE)
        async with self._engine.connect() as connection:
            mine = await _rows(connection, ask.MINE, staff_id=viewer.staff_id)
            flagged = await _if(viewer, Permission.FLAGGED_SEE, connection, ask.FLAGGED)
            live = await _if(viewer, Permission.LIVE_SEE, connection, ask.LIVE)
            waiting = (await connection.execute(ask.WAITING)).one()
            on_duty = await present(connection, now)
            alarms = await _alarms(connection, viewer)
        return Desk(
            mine=[talk_row(row) for row in mine],
            flagged=[talk_row(row) for row in flagged],
            live=[talk_row(row) for row in live],
            waiting=waiting.waiting,
            waiting_flagged=waiting.flagged,
            longest_wait_since=waiting.since,
            on_duty=[name for _, name in on_duty],
            i_am_on_duty=any(staff_id == viewer.staff_id for staff_id, _ in on_duty),
            alarms=alarms,
        )

    async def alarms(self, viewer: Viewer) -> list[Alarm]:
        """Open concerns that the viewer may know of, gravest first."""
        async with self._engine.connect() as connection:
            return await _alarms(connection, viewer)

    async def talk(
        self, viewer: Viewer, talk_id: TalkId, *, after: int = 0, limit: int = 200
    ) -> TalkView:
        """One talk. Raises ``NotFound``, alike for what does not exist and what is not theirs."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(ask.ONE, {"talk_id": talk_id})).first()
            if row is None or not _may_see(viewer, row):
                raise NotFound
            if row.state == TalkState.ERASED:
                return TalkView(talk_row(row), [], [], None, may_answer=False)
            return await self._talk(connection, viewer, row, after=after, limit=limit)

    async def staff(self, viewer: Viewer, now: datetime) -> list[StaffRow]:
        """All accounts."""
        viewer.must(Permission.STAFF_MANAGE)
        async with self._engine.connect() as connection:
            rows = await _rows(connection, ask.EVERYBODY)
            on_duty = {staff_id for staff_id, _ in await present(connection, now)}
        return [
            StaffRow(
                staff_id=StaffId(row.id),
                work_name=row.work_name,
                roles=roles_from(row.roles),
                state=StaffState(row.state),
                on_duty=row.id in on_duty,
            )
            for row in rows
        ]

    async def counts(self, viewer: Viewer, now: datetime) -> Counts:
        """Numbers of the service."""
        viewer.must(Permission.COUNTS_SEE)
        today = datetime.combine(now.astimezone(JAPAN).date(), time(), tzinfo=JAPAN)
        row = await self._first(ask.COUNTS, midnight=today, now=now)
        return Counts(**row._mapping) if row is not None else Counts(0, 0, 0, 0, 0, 0, 0)  # noqa: SLF001 - its public name

    async def _talk(
        self, connection: AsyncConnection, viewer: Viewer, row: AnyRow, *, after: int, limit: int
    ) -> TalkView:
        key = await key_of(connection, row.person_id)
        values = {"talk_id": row.id, "most": limit}
        if after:
            lines = await _rows(connection, ask.LINES_AFTER, **values, after=after)
        else:
            lines = (await _rows(connection, ask.LATEST_LINES, **values))[::-1]
        notes = await _rows(connection, ask.NOTES, talk_id=row.id)
        raised = (await connection.execute(ask.ALARM_OF, {"talk_id": row.id})).first()
        return TalkView(
            row=talk_row(row),
            lines=[line(one, self._vault, key, self._mask) for one in lines],
            notes=[note(one, self._vault, key) for one in notes],
            alarm=None if raised is None else alarm(raised),
            may_answer=row.holder_id == viewer.staff_id and viewer.may(Permission.TALK_ANSWER),
        )

    async def _first(self, statement: AnySelect, **values: object) -> AnyRow | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).first()


def _may_see(viewer: Viewer, row: AnyRow) -> bool:
    holder = None if row.holder_id is None else StaffId(row.holder_id)
    return sees_talk(viewer, holder=holder, flagged=row.concern_id is not None)


async def _rows(
    connection: AsyncConnection, statement: AnySelect, **values: object
) -> list[AnyRow]:
    return list(await connection.execute(statement, values))


async def _if(
    viewer: Viewer, permission: Permission, connection: AsyncConnection, statement: AnySelect
) -> list[AnyRow]:
    return await _rows(connection, statement) if viewer.may(permission) else []


async def _alarms(connection: AsyncConnection, viewer: Viewer) -> list[Alarm]:
    if viewer.may(Permission.FLAGGED_SEE):
        return [alarm(row) for row in await _rows(connection, ask.ALARMS)]
    if viewer.may(Permission.TALK_ANSWER):
        rows = await _rows(connection, ask.MY_ALARMS, staff_id=viewer.staff_id)
        return [alarm(row) for row in rows]
    return []
