"""Words for what the core says in values: levels, kinds, deliveries, times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.core.model.duty import JAPAN
from bot.core.model.mail import PictureState
from bot.core.model.messages import Delivery
from bot.core.model.people import AgeBand, Leanings, Pace, Role, SpeaksAs, StaffState, Wish
from bot.core.model.safety import Resolution
from bot.core.model.talk import TalkState
from triage.verdict import Kind, Level

LEVEL_KEYS: Final = {
    Level.NONE: "console.level_none",
    Level.DISTRESS: "console.level_distress",
    Level.UNDECIDED: "console.level_undecided",
    Level.PASSIVE: "console.level_passive",
    Level.ACTIVE: "console.level_active",
    Level.IMMINENT: "console.level_imminent",
}
KIND_KEYS: Final = {
    Kind.SUICIDE: "console.kind_suicide",
    Kind.SELF_HARM: "console.kind_self_harm",
    Kind.ABUSE: "console.kind_abuse",
    Kind.VIOLENCE: "console.kind_violence",
    Kind.MEDICAL: "console.kind_medical",
}
DELIVERY_KEYS: Final = {
    Delivery.SENDING: "console.delivery_sending",
    Delivery.IN_ROOM: "console.delivery_in_room",
    Delivery.DELIVERED: "console.delivery_delivered",
    Delivery.HELD: "console.delivery_held",
    Delivery.GONE: "console.delivery_gone",
    Delivery.FAILED: "console.delivery_failed",
}
PICTURE_KEYS: Final = {
    PictureState.DUE: "console.picture_due",
    PictureState.KEPT: "console.picture_kept",
    PictureState.REFUSED: "console.picture_refused",
    PictureState.FORGOTTEN: "console.picture_forgotten",
}
LEANING_KEYS: Final[Mapping[SpeaksAs | AgeBand | Wish | Pace, str]] = {
    SpeaksAs.SELF: "console.speaks_self",
    SpeaksAs.FAMILY: "console.speaks_family",
    SpeaksAs.OTHER: "console.speaks_other",
    AgeBand.TEENS: "console.age_teens",
    AgeBand.TWENTIES: "console.age_twenties",
    AgeBand.THIRTIES: "console.age_thirties",
    AgeBand.FORTIES: "console.age_forties",
    AgeBand.FIFTIES: "console.age_fifties",
    Wish.ANYONE: "console.wish_anyone",
    Wish.PEER: "console.wish_peer",
    Wish.COUNSELLOR: "console.wish_counsellor",
    Wish.SAME_AGE: "console.wish_same_age",
    Wish.SAME_GENDER: "console.wish_same_gender",
    Wish.PUBLIC: "console.wish_public",
    Pace.LETTER: "console.pace_letter",
}
"""What somebody said about themselves; that they like to talk live is not worth a word."""
RESOLUTION_KEYS: Final = {
    Resolution.TALKED: "console.resolution_talked",
    Resolution.HANDED_ON: "console.resolution_handed_on",
    Resolution.LOST_TOUCH: "console.resolution_lost_touch",
    Resolution.WRONG_FLAG: "console.resolution_wrong_flag",
}
ROLE_KEYS: Final = {
    Role.PEER: "console.role_peer",
    Role.COUNSELLOR: "console.role_counsellor",
    Role.SUPERVISOR: "console.role_supervisor",
    Role.ADMIN: "console.role_admin",
}
TALK_STATE_KEYS: Final = {
    TalkState.WAITING: "console.talk_waiting",
    TalkState.HELD: "console.talk_held",
    TalkState.CLOSED: "console.talk_closed",
    TalkState.ERASED: "console.talk_erased",
}
STAFF_STATE_KEYS: Final = {
    StaffState.INVITED: "console.staff_invited",
    StaffState.ACTIVE: "console.staff_active",
    StaffState.DISABLED: "console.staff_disabled",
}
SHAPES: Final = {
    Level.NONE: "",
    Level.DISTRESS: "○",
    Level.UNDECIDED: "？",
    Level.PASSIVE: "△",
    Level.ACTIVE: "▲",
    Level.IMMINENT: "■",
}
"""A shape beside every word of danger, because colour alone tells some people nothing."""


_HOUR: Final = 60
_DAY: Final = 24 * 60


def leaning_keys(leanings: Leanings) -> list[str]:
    """The text keys of what was said, and of nothing else."""
    said = (leanings.speaks_as, leanings.age_band, leanings.wish, leanings.pace)
    return [LEANING_KEYS[each] for each in said if each is not None and each in LEANING_KEYS]


def when(moment: datetime, now: datetime) -> str:
    """A moment in Japan: '03:07' today, '11/3 03:07' on any other day."""
    there, today = moment.astimezone(JAPAN), now.astimezone(JAPAN)
    clock = there.strftime("%H:%M")
    if there.date() == today.date():
        return clock
    day = f"{there.month}/{there.day}"
    return f"{day} {clock}" if there.year == today.year else f"{there.year}/{day} {clock}"


def waited(since: datetime, now: datetime) -> tuple[str, dict[str, int]]:
    """The text key and its values for how long it has been, in whole minutes, hours or days."""
    minutes = max(0, int((now - since) / timedelta(minutes=1)))
    if minutes < _HOUR:
        return "console.minutes", {"minutes": minutes}
    if minutes < _DAY:
        return "console.hours", {"hours": minutes // _HOUR, "minutes": minutes % _HOUR}
    return "console.days", {"days": minutes // _DAY}
