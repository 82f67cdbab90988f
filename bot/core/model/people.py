"""Who may do what. Roles, permissions, and the one table that joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.model.errors import NotAllowed
from bot.core.model.ids import PersonId, StaffId


class Role(StrEnum):
    """What a member of staff is here for. One person may hold several in a small team."""

    PEER = "peer"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Permission(StrEnum):
    """Area and verb; every console route names exactly one."""

    DESK_SEE = "desk.see"
    DUTY_SWITCH = "duty.switch"
    TALK_TAKE = "talk.take"
    TALK_ANSWER = "talk.answer"
    FLAGGED_SEE = "flagged.see"
    LIVE_SEE = "live.see"
    CONCERN_ACKNOWLEDGE = "concern.acknowledge"
    CONCERN_RESOLVE = "concern.resolve"
    VERDICT_CORRECT = "verdict.correct"
    STAFF_MANAGE = "staff.manage"
    COUNTS_SEE = "counts.see"
    CHANNELS_SEE = "channels.see"


_ANSWERING = frozenset(
    {Permission.DESK_SEE, Permission.DUTY_SWITCH, Permission.TALK_TAKE, Permission.TALK_ANSWER}
)
_FLAGGED = _ANSWERING | {
    Permission.FLAGGED_SEE,
    Permission.CONCERN_ACKNOWLEDGE,
    Permission.CONCERN_RESOLVE,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PEER: _ANSWERING,
    Role.COUNSELLOR: _FLAGGED,
    Role.SUPERVISOR: _FLAGGED
    | {Permission.LIVE_SEE, Permission.CHANNELS_SEE, Permission.VERDICT_CORRECT},
    Role.ADMIN: frozenset(
        {
            Permission.DESK_SEE,
            Permission.STAFF_MANAGE,
            Permission.COUNTS_SEE,
            Permission.CHANNELS_SEE,
        }
    ),
}


class StaffState(StrEnum):
    """Where a staff account stands."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(slots=True)
class Staff:
    """A member of staff. ``work_name`` is not their own name (R-182)."""

    id: StaffId
    work_name: str
    roles: frozenset[Role]
    state: StaffState
    password_hash: str | None
    made_at: datetime

    @property
    def viewer(self) -> Viewer:
        """The account as somebody who looks and acts."""
        return Viewer(self.id, self.work_name, self.roles)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody of the staff who is looking, as every console read wants to know."""

    staff_id: StaffId
    work_name: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether any of the viewer's roles holds ``permission``."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    def must(self, permission: Permission) -> None:
        """Raise ``NotAllowed`` unless the viewer holds ``permission``."""
        if not self.may(permission):
            raise NotAllowed


def sees_talk(viewer: Viewer, *, holder: StaffId | None, flagged: bool) -> bool:
    """A peer sees their own talks; a counsellor flagged ones too; a supervisor every one."""
    if viewer.may(Permission.LIVE_SEE):
        return True
    if holder == viewer.staff_id and viewer.may(Permission.TALK_ANSWER):
        return True
    return flagged and viewer.may(Permission.FLAGGED_SEE)


class SpeaksAs(StrEnum):
    """Who is writing, where they said so (R-001, decision 3)."""

    SELF = "self"  # 本人
    FAMILY = "family"
    OTHER = "other"


class AgeBand(StrEnum):
    """The ministry's brackets (R-004)."""

    TEENS = "teens"
    TWENTIES = "twenties"
    THIRTIES = "thirties"
    FORTIES = "forties"
    FIFTIES = "fifties"  # and older


class Wish(StrEnum):
    """Whom somebody would like to talk with (R-041, R-043)."""

    ANYONE = "anyone"
    PEER = "peer"  # the same trouble, now or once
    COUNSELLOR = "counsellor"
    SAME_AGE = "same_age"
    SAME_GENDER = "same_gender"
    PUBLIC = "public"


class Pace(StrEnum):
    """Live talk, or letters that need no answer at once (decision 10)."""

    LIVE = "live"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Leanings:
    """What a person chose to say about themselves. Nothing is asked; None is 'not said'."""

    speaks_as: SpeaksAs | None = None
    age_band: AgeBand | None = None
    wish: Wish | None = None
    pace: Pace = Pace.LIVE


class PersonState(StrEnum):
    """Where a person's record stands."""

    PRESENT = "present"
    LEAVING = "leaving"  # erasure asked for; waits for the end of a level-4 flag
    ERASED = "erased"


@dataclass(slots=True)
class Person:
    """One visitor. ``handle`` is None once the record is erased."""

    id: PersonId
    handle: str | None
    locale: str
    state: PersonState
    first_seen_at: datetime
    last_contact_at: datetime
    erase_due_at: datetime | None = None
    leanings: Leanings = field(default_factory=Leanings)

    def erase(self) -> None:
        """What is left is a row that names nobody; who and how old stays, for counts."""
        self.handle = None
        self.state = PersonState.ERASED
        self.erase_due_at = None
        self.leanings = Leanings(self.leanings.speaks_as, self.leanings.age_band)
