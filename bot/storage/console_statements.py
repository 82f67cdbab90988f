"""The console's SELECTs, shaped for its screens. None of them names an address column."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, Table, bindparam, func, select

from bot.core.model.messages import Sender
from bot.core.model.people import StaffState
from bot.core.model.safety import ConcernState
from bot.core.model.talk import TalkState
from bot.storage.kinds import Moment
from bot.storage.tables import (
    concerns,
    errands,
    invitations,
    messages,
    notes,
    persons,
    sessions,
    staff,
    talks,
)

MOST_ROWS = 200
FAILING_TRIES = 3

_holder = staff.alias("holder")
_acknowledger = staff.alias("acknowledger")
_OPEN = concerns.c.state != ConcernState.RESOLVED.value
_LIVE = talks.c.state.in_((TalkState.WAITING.value, TalkState.HELD.value))

VIEWER = (
    select(staff.c.id, staff.c.work_name, staff.c.roles)
    .join(sessions, sessions.c.staff_id == staff.c.id)
    .where(
        sessions.c.token == bindparam("token"),
        sessions.c.expires_at > bindparam("now"),
        staff.c.state == StaffState.ACTIVE.value,
    )
)
CREDENTIALS = select(staff.c.id, staff.c.password_hash).where(
    staff.c.work_name == bindparam("work_name"), staff.c.state == StaffState.ACTIVE.value
)
INVITATION = (
    select(staff.c.work_name, invitations.c.first)
    .join(staff, staff.c.id == invitations.c.staff_id)
    .where(
        invitations.c.token == bindparam("token"),
        invitations.c.expires_at > bindparam("now"),
        staff.c.state == StaffState.INVITED.value,
    )
)
ANY_STAFF = select(staff.c.id).where(staff.c.state != StaffState.INVITED.value).limit(1)

_TALK_ROWS = (
    select(
        talks.c.id,
        talks.c.person_id,
        talks.c.state,
        talks.c.danger,
        talks.c.waiting_since,
        talks.c.last_heard_at,
        talks.c.first_answered_at,
        talks.c.holder.label("holder_id"),
        persons.c.handle,
        _holder.c.work_name.label("holder"),
        concerns.c.id.label("concern_id"),
    )
    .join(persons, persons.c.id == talks.c.person_id)
    .join(_holder, _holder.c.id == talks.c.holder, isouter=True)
    .join(concerns, (concerns.c.talk_id == talks.c.id) & _OPEN, isouter=True)
)
_ORDER = (talks.c.rank, talks.c.danger.desc(), talks.c.waiting_since, talks.c.id)
MINE = _TALK_ROWS.where(talks.c.holder == bindparam("staff_id")).order_by(*_ORDER)
FLAGGED = _TALK_ROWS.where(concerns.c.id.is_not(None)).order_by(*_ORDER).limit(MOST_ROWS)
LIVE = _TALK_ROWS.where(_LIVE).order_by(*_ORDER).limit(MOST_ROWS)
ONE = _TALK_ROWS.where(talks.c.id == bindparam("talk_id"))

WAITING = (
    select(
        func.count().label("waiting"),
        func.count(concerns.c.id).label("flagged"),
        func.min(talks.c.waiting_since, type_=Moment).label("since"),
    )
    .select_from(talks.outerjoin(concerns, (concerns.c.talk_id == talks.c.id) & _OPEN))
    .where(talks.c.state == TalkState.WAITING.value)
)

_ALARMS = (
    select(
        concerns,
        persons.c.handle,
        talks.c.holder,
        _acknowledger.c.work_name.label("acknowledger"),
    )
    .join(talks, talks.c.id == concerns.c.talk_id)
    .join(persons, persons.c.id == talks.c.person_id)
    .join(_acknowledger, _acknowledger.c.id == concerns.c.acknowledged_by, isouter=True)
    .where(_OPEN)
    .order_by(concerns.c.level.desc(), concerns.c.raised_at)
)
ALARMS = _ALARMS.limit(MOST_ROWS)
MY_ALARMS = _ALARMS.where(talks.c.holder == bindparam("staff_id"))
ALARM_OF = _ALARMS.where(concerns.c.talk_id == bindparam("talk_id"))

_LINES = (
    select(messages, staff.c.work_name)
    .join(staff, staff.c.id == messages.c.staff_id, isouter=True)
    .where(messages.c.talk_id == bindparam("talk_id"))
    .limit(bindparam("most"))
)
LATEST_LINES = _LINES.order_by(messages.c.seq.desc())
LINES_AFTER = _LINES.where(messages.c.seq > bindparam("after")).order_by(messages.c.seq)
NOTES = (
    select(notes, staff.c.work_name)
    .join(staff, staff.c.id == notes.c.staff_id)
    .where(notes.c.talk_id == bindparam("talk_id"))
    .order_by(notes.c.at.desc(), notes.c.id.desc())
    .limit(MOST_ROWS)
)
EVERYBODY = select(staff).order_by(staff.c.made_at, staff.c.id)


def _how_many(table: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


COUNTS = select(
    _how_many(talks).label("talks"),
    _how_many(talks, talks.c.state == TalkState.WAITING.value).label("talks_waiting"),
    _how_many(
        messages,
        messages.c.at >= bindparam("midnight", type_=Moment),
        messages.c.sender == Sender.VISITOR.value,
    ).label("messages_today"),
    _how_many(concerns, _OPEN).label("concerns_open"),
    _how_many(talks, talks.c.state == TalkState.ERASED.value).label("erased"),
    _how_many(errands, errands.c.due_at <= bindparam("now", type_=Moment)).label("errands_due"),
    _how_many(errands, errands.c.tries > FAILING_TRIES).label("errands_failing"),
)
