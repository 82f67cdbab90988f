"""The statements behind the console's screens, and how their rows are read."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import bindparam, case, exists, func, select, text

from bot.core.model.duty import JAPAN
from bot.core.model.mail import PictureState
from bot.core.model.people import Leanings, PersonState, StaffState
from bot.core.model.talk import TalkState
from bot.core.ports.reads import Alarm, Counts, TalkRow
from bot.storage import platform_tables as p
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.columns import AnyRow, Moment
from bot.storage.duty_view import PRESENT
from bot.storage.room_reads import LINE_COLUMNS

LISTED = 100
"""No list of the console shows more than this many talks."""

_m = t.messages.c
_NOW = bindparam("now", type_=Moment())
# The literals let both databases see that their partial indexes hold every row that matches.
_QUEUED = text("talks.state = 'waiting'")
_FLAG_OPEN = text("concerns.state <> 'resolved'")

_ROWS = (
    select(
        t.talks.c.id, t.persons.c.handle, t.talks.c.state, t.talks.c.danger,
        t.talks.c.waiting_since, t.talks.c.last_heard_at, t.talks.c.first_answered_at,
        t.staff.c.work_name, t.concerns.c.id, t.talks.c.holder, t.talks.c.person_id,
        t.talks.c.channel, *rows.LEANINGS,
    )
    .select_from(
        t.talks.join(t.persons, t.persons.c.id == t.talks.c.person_id)
        .outerjoin(t.staff, t.staff.c.id == t.talks.c.holder)
        .outerjoin(t.concerns, (t.concerns.c.talk_id == t.talks.c.id) & _FLAG_OPEN)
    )
)  # fmt: skip
ONE = _ROWS.where(t.talks.c.id == bindparam("which"))
MINE = _ROWS.where(t.talks.c.holder == bindparam("who")).order_by(t.talks.c.id).limit(LISTED)
FLAGGED = (
    _ROWS.where(_FLAG_OPEN)
    .order_by(t.concerns.c.level.desc(), t.concerns.c.raised_at, t.talks.c.id)
    .limit(LISTED)
)
LIVE = (
    _ROWS.where(t.talks.c.holder.is_not(None), t.talks.c.state == TalkState.HELD)
    .order_by(t.talks.c.danger.desc(), t.talks.c.waiting_since, t.talks.c.id)
    .limit(LISTED)
)
QUEUE = select(
    func.count(),
    func.sum(case((t.talks.c.queue_band > 0, 1), else_=0)),
    func.min(t.talks.c.waiting_since),
).where(_QUEUED)
ON_DUTY = (
    select(t.staff.c.id, t.staff.c.work_name)
    .join_from(t.duty, t.staff, PRESENT[0])
    .where(PRESENT[1], t.duty.c.seen_at > bindparam("since", type_=Moment()))
    .order_by(t.staff.c.work_name)
)

_ALARMS = (
    select(
        t.concerns.c.id, t.concerns.c.talk_id, t.persons.c.handle, t.concerns.c.level,
        t.concerns.c.kinds, t.concerns.c.state, t.concerns.c.raised_at, t.staff.c.work_name,
    )
    .select_from(
        t.concerns.join(t.talks, t.talks.c.id == t.concerns.c.talk_id)
        .join(t.persons, t.persons.c.id == t.talks.c.person_id)
        .outerjoin(t.staff, t.staff.c.id == t.concerns.c.acknowledged_by)
    )
    .where(_FLAG_OPEN)
    .order_by(t.concerns.c.level.desc(), t.concerns.c.raised_at, t.concerns.c.id)
    .limit(LISTED)
)  # fmt: skip
ALARMS = _ALARMS
MY_ALARMS = _ALARMS.where(t.talks.c.holder == bindparam("who"))
ALARM_OF = _ALARMS.where(t.concerns.c.talk_id == bindparam("which"))

KEY = select(t.person_keys.c.wrapped).where(t.person_keys.c.person_id == bindparam("who"))
ANSWERED = select(exists().where(_m.talk_id == bindparam("which"), _m.staff_id == bindparam("who")))
_LINES = (
    select(
        *LINE_COLUMNS,
        *(_m.delivery, _m.level, _m.kinds, _m.reasons, _m.assessed, p.pictures.c.state),
        _m.corrected,
    )
    .select_from(
        t.messages.outerjoin(t.staff, _m.staff_id == t.staff.c.id)
        .outerjoin(p.pictures, p.pictures.c.message_id == _m.id)
    )
    .where(_m.talk_id == bindparam("which"))
    .limit(bindparam("most"))
)  # fmt: skip
FIRST_LINES = _LINES.where(_m.seq > bindparam("after")).order_by(_m.seq)
LAST_LINES = _LINES.order_by(_m.seq.desc())
PICTURE = (
    select(p.pictures.c.sealed, t.person_keys.c.wrapped)
    .select_from(
        p.pictures.join(t.messages, _m.id == p.pictures.c.message_id)
        .join(t.talks, t.talks.c.id == _m.talk_id)
        .join(t.person_keys, t.person_keys.c.person_id == t.talks.c.person_id)
    )
    .where(
        p.pictures.c.message_id == bindparam("of_message"),
        _m.talk_id == bindparam("which"),
        p.pictures.c.state == PictureState.KEPT,
    )
)  # fmt: skip
SENDINGS = (
    select(p.sendings.c.channel, p.sendings.c.month, p.sendings.c.free, p.sendings.c.paid)
    .where(p.sendings.c.month == bindparam("in_month"))
    .order_by(p.sendings.c.channel)
)
NOTES = (
    select(t.notes.c.id, t.staff.c.work_name, t.notes.c.sealed, t.notes.c.at)
    .join_from(t.notes, t.staff, t.notes.c.staff_id == t.staff.c.id)
    .where(t.notes.c.talk_id == bindparam("which"))
    .order_by(t.notes.c.id.desc())
    .limit(LISTED)
)

VIEWER = (
    select(t.staff.c.id, t.staff.c.work_name, t.staff.c.roles)
    .join_from(t.sessions, t.staff, t.sessions.c.staff_id == t.staff.c.id)
    .where(
        t.sessions.c.token == bindparam("token"),
        t.sessions.c.expires_at > _NOW,
        t.staff.c.state == StaffState.ACTIVE,
    )
)
CREDENTIALS = select(t.staff.c.id, t.staff.c.password_hash).where(
    t.staff.c.work_name == bindparam("named"),
    t.staff.c.state == StaffState.ACTIVE,
    t.staff.c.password_hash.is_not(None),
)
INVITATION = (
    select(t.staff.c.work_name, t.invitations.c.first)
    .join_from(t.invitations, t.staff, t.invitations.c.staff_id == t.staff.c.id)
    .where(
        t.invitations.c.token == bindparam("token"),
        t.invitations.c.expires_at > _NOW,
        t.staff.c.state == StaffState.INVITED,
    )
)
HAS_STAFF = select(exists().where(t.staff.c.state == StaffState.ACTIVE))
STAFF = select(t.staff.c.id, t.staff.c.work_name, t.staff.c.roles, t.staff.c.state).order_by(
    t.staff.c.work_name
)
_COUNTS = {
    "talks": select(func.count()).select_from(t.talks),
    "talks_waiting": select(func.count()).select_from(t.talks).where(_QUEUED),
    "messages_today": select(func.count()).where(_m.at >= bindparam("midnight", type_=Moment())),
    "concerns_open": select(func.count()).select_from(t.concerns).where(_FLAG_OPEN),
    "erased": select(func.count()).where(t.persons.c.state == PersonState.ERASED),
    "errands_due": select(func.count()).where(t.errands.c.due_at <= _NOW),
    "errands_failing": select(func.count()).where(t.errands.c.tries > 3),  # noqa: PLR2004  # as the port says
}
COUNTS = select(*(query.scalar_subquery().label(name) for name, query in _COUNTS.items()))


def talk_row(row: AnyRow) -> TalkRow:
    """A line of a list of talks."""
    return TalkRow(
        talk_id=row[0],
        handle=row[1],
        state=row[2],
        danger=row[3],
        waiting_since=row[4],
        last_heard_at=row[5],
        first_time=row[6] is None,
        holder=row[7],
        flagged=row[8] is not None,
    )


def leanings(row: AnyRow) -> Leanings:
    """What the person of a talk said about themselves."""
    return Leanings(row.speaks_as, row.age_band, row.wish, row.pace)


def alarm(row: AnyRow) -> Alarm:
    """An open concern as the banner shows it."""
    return Alarm(*row)


def counts(row: AnyRow) -> Counts:
    """The numbers of the service."""
    return Counts(*row)


def midnight(now: datetime) -> datetime:
    """When today began in Japan."""
    return datetime.combine(now.astimezone(JAPAN).date(), time(), tzinfo=JAPAN)
