"""What a verdict obliges the house to do. The software flags; a human decides (decision 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.model.errors import AlreadyAnswered
from bot.core.model.ids import ConcernId, MessageId, StaffId, TalkId
from triage.verdict import Kind, Level


def raises_concern(level: Level) -> bool:
    """From level 2 on a human is alerted (R-071)."""
    return level >= Level.PASSIVE


def shows_card(level: Level) -> bool:
    """From level 3 on the person gets the safety card at once (R-073)."""
    return level >= Level.ACTIVE


def holds_erasure(level: Level) -> bool:
    """At level 4 an erasure waits until the concern is resolved (decision 12)."""
    return level >= Level.IMMINENT


class ConcernState(StrEnum):
    """The ladder's rungs as far as a concern itself knows them."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Resolution(StrEnum):
    """Why a concern was resolved; a wrong flag is kept as a labelled case (R-082)."""

    TALKED = "talked"  # a human talked it through; no danger now
    HANDED_ON = "handed_on"  # somebody outside is with them
    LOST_TOUCH = "lost_touch"  # no answer any more; the follow-up is agreed
    WRONG_FLAG = "wrong_flag"  # lyrics, a game, news: there was nothing


@dataclass(slots=True)
class Concern:
    """A raised flag. One open concern per talk, updated and never repeated."""

    id: ConcernId
    talk_id: TalkId
    message_id: MessageId | None  # the message that raised it last; None: somebody's worry
    level: Level
    kinds: frozenset[Kind]
    state: ConcernState
    raised_at: datetime
    acknowledged_by: StaffId | None = None
    acknowledged_at: datetime | None = None
    resolved_by: StaffId | None = None
    resolved_at: datetime | None = None
    resolution: Resolution | None = None

    def grow(self, *, message_id: MessageId | None, level: Level, kinds: frozenset[Kind]) -> None:
        """A further message says the same or worse. Worse than acknowledged pages again."""
        if level > self.level:
            self.level = level
            self.message_id = message_id
            self.state = ConcernState.RAISED
            self.acknowledged_by = self.acknowledged_at = None
        self.kinds |= kinds

    def pass_into(self, other: Concern, *, now: datetime) -> None:
        """Two talks became one: the other flag carries this one on, so no human is passed over."""
        other.grow(message_id=self.message_id, level=self.level, kinds=self.kinds)
        self.state = ConcernState.RESOLVED
        self.resolved_at = now

    def acknowledge(self, staff_id: StaffId, *, now: datetime) -> None:
        """A named person has it. Raises ``AlreadyAnswered`` where somebody was faster."""
        if self.state is not ConcernState.RAISED:
            raise AlreadyAnswered
        self.state = ConcernState.ACKNOWLEDGED
        self.acknowledged_by = staff_id
        self.acknowledged_at = now

    def resolve(self, staff_id: StaffId, *, resolution: Resolution, now: datetime) -> None:
        """It is over, for a stated reason. Raises ``AlreadyAnswered`` if it already is."""
        if self.state is ConcernState.RESOLVED:
            raise AlreadyAnswered
        if self.acknowledged_by is None:
            self.acknowledged_by, self.acknowledged_at = staff_id, now
        self.state = ConcernState.RESOLVED
        self.resolved_by = staff_id
        self.resolved_at = now
        self.resolution = resolution
