"""What a person sees of their own room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.model.duty import Hours
from bot.core.model.ids import PersonId
from bot.core.model.messages import Sender
from bot.core.model.people import PersonState
from bot.core.model.sealed import WrappedKey
from bot.core.model.talk import TalkState
from bot.core.ports.reads import DutyView, Line, Standing, StandingState, Visit
from bot.core.ports.tools import Clock
from bot.core.ports.vault import Vault
from bot.storage.kinds import AnyRow
from bot.storage.opening import key_of, message_words
from bot.storage.presence import duty_view
from bot.storage.tables import addresses, messages, passphrases, persons, staff, talks

_WHOSE = (
    select(addresses.c.expires_at, persons.c.id, persons.c.state, persons.c.locale)
    .join(persons, persons.c.id == addresses.c.person_id)
    .where(addresses.c.channel == bindparam("channel"), addresses.c.tag == bindparam("tag"))
)
_LINES = (
    select(
        messages.c.id,
        messages.c.seq,
        messages.c.sender,
        messages.c.text_key,
        messages.c.at,
        messages.c.sealed,
        staff.c.work_name,
    )
    .join(talks, talks.c.id == messages.c.talk_id)
    .join(staff, staff.c.id == messages.c.staff_id, isouter=True)
    .where(talks.c.person_id == bindparam("person_id"))
    .limit(bindparam("most"))
)
_LATEST = _LINES.order_by(messages.c.seq.desc())
_AFTER = _LINES.where(messages.c.seq > bindparam("after")).order_by(messages.c.seq)
_STANDING = (
    select(
        persons.c.state.label("person_state"),
        persons.c.erase_due_at,
        talks.c.state,
        talks.c.waiting_since,
        passphrases.c.person_id.label("passphrase"),
    )
    .join(talks, talks.c.person_id == persons.c.id)
    .join(passphrases, passphrases.c.person_id == persons.c.id, isouter=True)
    .where(persons.c.id == bindparam("person_id"))
)


class RoomReadsSql:
    """Implements ``bot.core.ports.reads.RoomReads``."""

    def __init__(self, engine: AsyncEngine, *, vault: Vault, hours: Hours, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._hours = hours
        self._clock = clock

    async def whose(self, channel: str, address: str) -> Visit | None:
        """Whose address this is."""
        tag = self._vault.tag("address", f"{channel}\n{address}")
        async with self._engine.connect() as connection:
            row = (await connection.execute(_WHOSE, {"channel": channel, "tag": tag})).first()
        if row is None or row.state == PersonState.ERASED:
            return None
        if row.expires_at is not None and row.expires_at <= self._clock.now():
            return None
        return Visit(PersonId(row.id), PersonState(row.state), row.locale, row.expires_at)

    async def lines(self, person_id: PersonId, *, after: int = 0, limit: int = 200) -> list[Line]:
        """Lines with a number above ``after``, oldest first."""
        values = {"person_id": person_id, "most": limit}
        async with self._engine.connect() as connection:
            key = await key_of(connection, person_id)
            if after:
                rows = list(await connection.execute(_AFTER, values | {"after": after}))
            else:
                rows = list(await connection.execute(_LATEST, values))[::-1]
        return [self._line(row, key) for row in rows]

    async def standing(self, person_id: PersonId, now: datetime) -> Standing:
        """What to tell the person."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_STANDING, {"person_id": person_id})).first()
            duty = await duty_view(connection, now, self._hours)
        return _standing(row, duty)

    async def duty(self, now: datetime) -> DutyView:
        """What to tell somebody who has not written yet."""
        async with self._engine.connect() as connection:
            return await duty_view(connection, now, self._hours)

    def _line(self, row: AnyRow, key: WrappedKey | None) -> Line:
        return Line(
            seq=row.seq,
            sender=Sender(row.sender),
            by=row.work_name,
            words=message_words(self._vault, key, row),
            text_key=row.text_key,
            at=row.at,
        )


def _standing(row: AnyRow | None, duty: DutyView) -> Standing:
    if row is None:
        return Standing(StandingState.ERASED, duty, has_passphrase=False, erase_due_at=None)
    return Standing(
        state=_state(row),
        duty=duty,
        has_passphrase=row.passphrase is not None,
        erase_due_at=row.erase_due_at,
    )


def _state(row: AnyRow) -> StandingState:
    if row.person_state == PersonState.ERASED:
        return StandingState.ERASED
    if row.person_state == PersonState.LEAVING:
        return StandingState.LEAVING
    if row.state == TalkState.CLOSED:
        return StandingState.RESTING
    if row.state == TalkState.WAITING:
        return StandingState.WAITING
    waiting = row.waiting_since is not None
    return StandingState.WITH_SOMEBODY if waiting else StandingState.ANSWERED
