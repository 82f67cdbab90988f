"""The talk: one per person, for as long as they like (R-036, R-097)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model.errors import NotAssigned, Refused
from bot.core.model.ids import PersonId, StaffId, TalkId
from bot.core.model.queue import Place, place
from bot.core.model.safety import raises_concern
from triage.verdict import Level

CARD_PAUSE = timedelta(hours=1)  # the card is not repeated more often
RECEIPT_PAUSE = timedelta(minutes=30)
"""Where nobody holds a talk, a messenger says so again after this long; a page always does."""
BELL_PAUSE = timedelta(minutes=30)
"""As long as the link of a bell lasts, no second bell rings for what was not looked at."""


class TalkState(StrEnum):
    """Where a talk stands."""

    WAITING = "waiting"  # somebody wrote and nobody holds the talk
    HELD = "held"  # a member of staff is with them
    CLOSED = "closed"  # rests; writing again opens it
    ERASED = "erased"


@dataclass(slots=True)
class Talk:
    """All that was said between one person and the service."""

    id: TalkId
    person_id: PersonId
    channel: str
    state: TalkState
    opened_at: datetime
    last_seq: int = 0
    danger: Level = Level.NONE
    waiting_since: datetime | None = None  # set while somebody waits for a word from us
    holder: StaffId | None = None
    first_answered_at: datetime | None = None
    first_wait_s: int | None = None  # how long the first answer took
    card_shown_at: datetime | None = None
    last_heard_at: datetime | None = None
    receipt_at: datetime | None = None  # when a messenger was last told where things stand
    bell_at: datetime | None = None  # when a messenger was last told to look into the room
    seen_at: datetime | None = None  # when their page last had something new
    read_upto: int = 0  # a human of ours has read up to this number

    @property
    def first_time(self) -> bool:
        """Nobody has ever answered this person (R-032)."""
        return self.first_answered_at is None

    @property
    def place(self) -> Place | None:
        """The place in the queue; None unless the talk waits for somebody to take it."""
        if self.state is not TalkState.WAITING or self.waiting_since is None:
            return None
        return place(
            danger=self.danger, waiting_since=self.waiting_since, first_time=self.first_time
        )

    def next_seq(self) -> int:
        """Number the next message of this talk."""
        self.last_seq += 1
        return self.last_seq

    def hear(self, *, channel: str, level: Level, now: datetime) -> None:
        """The person wrote. A resting talk waits again; danger never falls by itself."""
        self.channel = channel
        self.last_heard_at = now
        self.danger = max(self.danger, level)
        if self.state is TalkState.CLOSED:
            self.state = TalkState.WAITING
        if self.waiting_since is None:
            self.waiting_since = now

    def worsen(self, level: Level, *, now: datetime) -> None:
        """A later look found more danger than the first; a resting talk waits again for it."""
        if self.state is TalkState.CLOSED:
            if not raises_concern(level):
                return
            self.state = TalkState.WAITING
            self.waiting_since = now
        self.danger = max(self.danger, level)

    def hold(self, staff_id: StaffId) -> None:
        """Somebody takes the talk from the queue. Raises ``Refused`` unless it waits."""
        if self.state is not TalkState.WAITING:
            raise Refused
        self.state = TalkState.HELD
        self.holder = staff_id

    def answer(self, staff_id: StaffId, *, now: datetime) -> None:
        """The holder answers. Raises ``NotAssigned`` for anybody else."""
        self._must_be_held_by(staff_id)
        if self.first_answered_at is None:
            self.first_answered_at = now
            since = self.waiting_since or now
            self.first_wait_s = int((now - since).total_seconds())
        self.waiting_since = None

    def hand_back(self, staff_id: StaffId, *, now: datetime) -> None:
        """The holder gives the talk back, no reason asked (R-053).

        The waiting time goes on from where it was; a person who was already answered waits
        from now on.
        """
        self._must_be_held_by(staff_id)
        self.state = TalkState.WAITING
        self.holder = None
        self.waiting_since = self.waiting_since or now

    def close(self, staff_id: StaffId) -> None:
        """The holder lets the talk rest. Danger is spent; the next message judges anew."""
        self._must_be_held_by(staff_id)
        self.state = TalkState.CLOSED
        self.holder = None
        self.waiting_since = None
        self.danger = Level.NONE

    def take_over(self, other: Talk) -> None:
        """The person's other talk goes on in this one; whoever held it comes along if free."""
        self.danger = max(self.danger, other.danger)
        waits = [since for since in (self.waiting_since, other.waiting_since) if since is not None]
        self.waiting_since = min(waits, default=None)
        if other.state is TalkState.HELD and self.state is not TalkState.HELD:
            self.state, self.holder = TalkState.HELD, other.holder
        elif self.state is TalkState.CLOSED and other.state is TalkState.WAITING:
            self.state = TalkState.WAITING

    def erase(self) -> None:
        """The person is gone; the row stays as a count."""
        self.state = TalkState.ERASED
        self.holder = None
        self.waiting_since = None
        self.danger = Level.NONE

    def card_due(self, now: datetime) -> bool:
        """Whether the safety card may be shown again (once an hour at most, R-073)."""
        return self.card_shown_at is None or now - self.card_shown_at >= CARD_PAUSE

    def receipt_due(self, now: datetime) -> bool:
        """Whether to say that the words arrived and who is there (R-027)."""
        if self.holder is not None:
            return False  # a human is there; their answer says more
        return self.receipt_at is None or now - self.receipt_at >= RECEIPT_PAUSE

    def bell_due(self, now: datetime) -> bool:
        """Whether a bell would be news: they have looked since the last one, or it is spent."""
        return self.bell_at is None or now - self.bell_at >= BELL_PAUSE or not self.rung_unseen

    @property
    def rung_unseen(self) -> bool:
        """Whether a bell rang and nobody has looked since."""
        if self.bell_at is None:
            return False
        return self.seen_at is None or self.seen_at <= self.bell_at

    def _must_be_held_by(self, staff_id: StaffId) -> None:
        if self.state is not TalkState.HELD or self.holder != staff_id:
            raise NotAssigned
