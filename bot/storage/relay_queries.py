"""The statements behind what the relay opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import and_, bindparam, or_, select

from bot.core.model.mail import PictureState, TicketUse
from bot.core.model.messages import Sender
from bot.storage import platform_tables as p
from bot.storage import rows
from bot.storage import tables as t
from bot.storage.columns import Moment, Parameter

BEFORE: Final = 12
"""So many earlier messages lie beside the one that a model looks at."""
BEFORE_LASTS: Final = timedelta(days=7)
READ: Final = 2
"""The words of so many of them are opened; of the others the level says enough."""

_m, _a, _t = t.messages.c, t.addresses.c, p.tickets.c
_WHICH: Parameter = bindparam("which")
_WHO: Parameter = bindparam("who")
_JOINED = t.messages.join(t.talks, _m.talk_id == t.talks.c.id).join(
    t.person_keys, t.person_keys.c.person_id == t.talks.c.person_id
)
# Events of visitors carry their channel's name; one message has a few, all of one channel.
_CAME_BY = (
    select(t.seen_events.c.source)
    .where(t.seen_events.c.row_id == _m.id)
    .limit(1)
    .scalar_subquery()
    .label("came_by")
)
MESSAGE = (
    select(
        _m.sealed, _m.text_key, _m.sender, _m.delivery, _CAME_BY,
        t.persons.c.locale, t.person_keys.c.wrapped, *rows.TALK,
    )
    .select_from(_JOINED.join(t.persons, t.persons.c.id == t.talks.c.person_id))
    .where(_m.id == _WHICH)
)  # fmt: skip
TALK_AT = 7
"""Where in a row of ``MESSAGE`` the columns of the talk begin."""
_UNCLAIMED = and_(_t.errand_id.is_(None), _t.expires_at > bindparam("now", type_=Moment()))
_BEGUN = and_(
    _t.errand_id == bindparam("errand"), _t.expires_at > bindparam("since", type_=Moment())
)
FREE = (
    select(_t.tag, _t.sealed, _t.expires_at, _t.errand_id)
    .where(
        _t.person_id == _WHO,
        _t.channel == bindparam("on_channel"),
        _t.use == TicketUse.ANSWER,
        or_(_BEGUN, _UNCLAIMED),
    )
    .order_by(_t.errand_id.is_(None), _t.expires_at.desc())
    .limit(1)
)
SPECIMEN = (
    select(
        _m.sealed, _m.level, _m.kinds, _m.reasons, _m.assessed,
        _m.talk_id, _m.seq, _m.at, t.person_keys.c.wrapped,
    )
    .select_from(_JOINED)
    .where(_m.id == _WHICH)
)  # fmt: skip
EARLIER = (
    select(_m.id, _m.sealed, _m.level, _m.at)
    .where(
        _m.talk_id == bindparam("talk"),
        _m.seq < bindparam("number"),
        _m.sender == Sender.VISITOR,
        _m.at >= bindparam("since", type_=Moment()),
    )
    .order_by(_m.seq.desc())
    .limit(BEFORE)
)
PICTURE = (
    select(t.talks.c.channel, _CAME_BY, p.pictures.c.sealed, t.person_keys.c.wrapped)
    .select_from(_JOINED.join(p.pictures, p.pictures.c.message_id == _m.id))
    .where(_m.id == _WHICH, p.pictures.c.state == PictureState.DUE)
)
READ_MARK = (
    select(_t.channel, _t.tag, _t.sealed, t.person_keys.c.wrapped)
    .join_from(p.tickets, t.person_keys, t.person_keys.c.person_id == _t.person_id)
    .where(_t.message_id == _WHICH, _t.use == TicketUse.READ_MARK)
    .limit(1)
)
ALIVE = select(p.channel_marks.c.alive_at).where(
    p.channel_marks.c.channel == bindparam("on_channel")
)
KNOWN = (
    select(_a.tag, _a.sealed, t.person_keys.c.wrapped)
    .join_from(t.addresses, t.person_keys, t.person_keys.c.person_id == _a.person_id)
    .where(
        _a.channel == bindparam("on_channel"),
        _a.tag > bindparam("after"),
        _a.sealed.is_not(None),
        _a.left_at.is_(None),
    )
    .order_by(_a.tag)
    .limit(bindparam("most"))
)
