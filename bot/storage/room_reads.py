"""What a person sees of their own room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.model.duty import Hours
from bot.core.model.errors import NotFound
from bot.core.model.ids import PersonId
from bot.core.model.people import Leanings, PersonState
from bot.core.model.talk import TalkState
from bot.core.ports.reads import (
    AboutMe,
    DutyView,
    Line,
    RoomReads,
    Standing,
    StandingState,
    Visit,
)
from bot.core.ports.tools import Clock
from bot.core.ports.vault import Vault
from bot.storage import rows as columns
from bot.storage import tables as t
from bot.storage.columns import AnyRow, AnySelect, Parameter
from bot.storage.duty_view import duty_view
from bot.storage.opening import opened

_m = t.messages.c
_WHO: Parameter = bindparam("who")
_WHOSE = (
    select(
        t.persons.c.id, t.persons.c.state, t.persons.c.locale,
        t.addresses.c.expires_at, t.addresses.c.bell_only,
    )
    .join_from(t.addresses, t.persons, t.addresses.c.person_id == t.persons.c.id)
    .where(
        t.addresses.c.channel == bindparam("on_channel"),
        t.addresses.c.tag == bindparam("at_tag"),
    )
)  # fmt: skip
_TALK = select(t.talks.c.id, t.person_keys.c.wrapped).join_from(
    t.talks, t.person_keys, t.talks.c.person_id == t.person_keys.c.person_id, isouter=True
).where(t.talks.c.person_id == _WHO)  # fmt: skip
LINE_COLUMNS = (
    _m.id, _m.seq, _m.sender, t.staff.c.work_name, _m.sealed, _m.text_key, _m.at, _m.taken_back,
)  # fmt: skip
_LINES = (
    select(*LINE_COLUMNS)
    .join_from(t.messages, t.staff, _m.staff_id == t.staff.c.id, isouter=True)
    .where(_m.talk_id == bindparam("which"))
    .limit(bindparam("most"))
)
FIRST_LINES = _LINES.where(_m.seq > bindparam("after")).order_by(_m.seq)
LAST_LINES = _LINES.order_by(_m.seq.desc())
_STANDING = (
    select(
        t.persons.c.state,
        t.persons.c.erase_due_at,
        t.talks.c.state,
        t.talks.c.waiting_since,
        exists().where(t.passphrases.c.person_id == t.persons.c.id),
    )
    .join_from(t.persons, t.talks, t.talks.c.person_id == t.persons.c.id)
    .where(t.persons.c.id == _WHO)
)
_LEANINGS = select(*columns.LEANINGS).where(
    t.persons.c.id == _WHO, t.persons.c.state != PersonState.ERASED
)
_MESSENGERS = (
    select(t.addresses.c.channel, t.addresses.c.bell_only)
    .where(
        t.addresses.c.person_id == _WHO,
        t.addresses.c.sealed.is_not(None),
        t.addresses.c.left_at.is_(None),
    )
    .order_by(t.addresses.c.channel)
)


class RoomReadsSql:
    """Implements ``bot.core.ports.reads.RoomReads``."""

    def __init__(self, engine: AsyncEngine, *, vault: Vault, hours: Hours, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._hours = hours
        self._clock = clock

    async def whose(self, channel: str, address: str) -> Visit | None:
        """Whose address this is; None for an unknown, expired or erased one."""
        tag = self._vault.tag("address", f"{channel}\n{address}")
        async with self._engine.connect() as connection:
            found = await connection.execute(_WHOSE, {"on_channel": channel, "at_tag": tag})
            row = found.first()
        if row is None or row[1] is PersonState.ERASED:
            return None
        visit = Visit(*row)
        if visit.expires_at is not None and visit.expires_at <= self._clock.now():
            return None
        return visit

    async def lines(self, person_id: PersonId, *, after: int = 0, limit: int = 200) -> list[Line]:
        """Lines with a number above ``after``, oldest first."""
        async with self._engine.connect() as connection:
            talk = (await connection.execute(_TALK, {"who": person_id})).first()
            if talk is None:
                return []
            statement, values = paged(FIRST_LINES, LAST_LINES, after=after, limit=limit)
            rows = (await connection.execute(statement, {"which": talk[0], **values})).all()
        lines = [self._line(row, talk[1]) for row in rows]
        return lines if after else lines[::-1]

    async def standing(self, person_id: PersonId, now: datetime) -> Standing:
        """What to tell the person. Raises ``NotFound`` for one that never was."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_STANDING, {"who": person_id})).first()
            if row is None:
                raise NotFound
            duty = await duty_view(connection, self._hours, now)
        person_state, due_at, talk_state, waiting_since, has_passphrase = row
        return Standing(
            state=_standing(person_state, talk_state, waiting_since),
            duty=duty,
            has_passphrase=bool(has_passphrase),
            erase_due_at=due_at,
        )

    async def duty(self, now: datetime) -> DutyView:
        """What to tell somebody who has not written yet."""
        async with self._engine.connect() as connection:
            return await duty_view(connection, self._hours, now)

    async def about_me(self, person_id: PersonId) -> AboutMe:
        """What they said about themselves, and where a bell or an answer reaches them.

        Raises ``NotFound`` for one that never was or is erased.
        """
        async with self._engine.connect() as connection:
            said = (await connection.execute(_LEANINGS, {"who": person_id})).first()
            if said is None:
                raise NotFound
            reached = (await connection.execute(_MESSENGERS, {"who": person_id})).all()
        return AboutMe(
            leanings=Leanings(*said),
            messengers=tuple(dict.fromkeys(channel for channel, _ in reached)),
            bell_only=bool(reached) and all(bell_only for _, bell_only in reached),
        )

    def _line(self, row: AnyRow, key: bytes | None) -> Line:
        message_id, seq, sender, by, sealed, text_key, at, taken_back = row
        words = opened(self._vault, key, sealed, bound_to=f"message:{message_id}")
        return Line(seq, sender, by, words, text_key, at, taken_back)


def paged(
    first: AnySelect, last: AnySelect, *, after: int, limit: int
) -> tuple[AnySelect, dict[str, int]]:
    """The first lines after a number; without one the last lines, newest first."""
    if after:
        return first, {"after": after, "most": limit}
    return last, {"most": limit}


def _standing(
    person: PersonState, talk: TalkState, waiting_since: datetime | None
) -> StandingState:
    if person is not PersonState.PRESENT:
        return StandingState.ERASED if person is PersonState.ERASED else StandingState.LEAVING
    if talk is TalkState.HELD:
        return StandingState.WITH_SOMEBODY if waiting_since else StandingState.ANSWERED
    return StandingState.RESTING if talk is TalkState.CLOSED else StandingState.WAITING


_: type[RoomReads] = RoomReadsSql
