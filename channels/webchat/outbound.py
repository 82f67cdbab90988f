"""Pure: what the page shows, as values. Text keys and numbers here, words in the locale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.model.messages import Sender
from bot.core.ports.channel import Hotline
from bot.core.ports.reads import DutyView, Line, Standing, StandingState
from bot.core.ports.telling import Say, duty_words, moment

CARD = "safety.card"


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as the page shows it. ``who`` is mine, theirs or auto.

    ``gone`` where whoever wrote it took it back: a calm word stands in its place.
    """

    seq: int
    who: str
    by: str
    words: str
    card: bool
    when: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class StandingView:
    """What a waiting person is told: where the talk stands, and who is there."""

    here: str
    duty: str
    offer_passphrase: bool
    leaving: bool


@dataclass(frozen=True, slots=True)
class CardView:
    """The safety card: who reads, and the lines that can be called."""

    follow: str
    hotlines: Sequence[Hotline]


def line_view(line: Line, say: Say, now: datetime) -> LineView:
    """One line. Words that can no longer be opened are said to be so, never left blank."""
    who = {Sender.VISITOR: "mine", Sender.STAFF: "theirs", Sender.SERVICE: "auto"}[line.sender]
    by = line.by if line.sender is Sender.STAFF and line.by else say(f"visitor.by.{who}")
    return LineView(
        seq=line.seq,
        who=who,
        by=by,
        words=_words(line, say),
        card=line.text_key == CARD,
        when=moment(line.at, say, now),
        gone=line.taken_back,
    )


def standing_view(standing: Standing, say: Say, now: datetime) -> StandingView:
    """Where a talk stands. With nobody on duty nothing sounds like somebody (R-028)."""
    leaving = standing.state is StandingState.LEAVING
    return StandingView(
        here=_here(standing, say, now),
        duty=duty_words(standing.duty, say, now),
        offer_passphrase=not standing.has_passphrase and not leaving,
        leaving=leaving,
    )


def card_view(duty: DutyView, hotlines: Sequence[Hotline], say: Say) -> CardView:
    """The safety card for this minute: never a promise of somebody who is not there (R-073)."""
    key = "safety.somebody_reads" if duty.on_duty > 0 else "safety.nobody_reads"
    return CardView(follow=say(key), hotlines=hotlines)


def open_first(hotlines: Sequence[Hotline], most: int) -> list[Hotline]:
    """The first ``most`` lines that are not known to be closed; the order is kept."""
    return [hotline for hotline in hotlines if hotline.open_now is not False][:most]


def dial(phone: str) -> str:
    """A number as a telephone wants it: digits, with a leading # where it has one."""
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    return ("%23" if phone.startswith("#") else "") + digits


def _words(line: Line, say: Say) -> str:
    if line.taken_back:
        return say("visitor.room.taken_back")
    if line.text_key:
        return say(line.text_key)
    return say("error.sealed") if line.words is None else line.words


def _here(standing: Standing, say: Say, now: datetime) -> str:
    if standing.state is StandingState.LEAVING and standing.erase_due_at is not None:
        return say("visitor.standing.leaving", when=moment(standing.erase_due_at, say, now))
    state = standing.state
    if state is StandingState.WITH_SOMEBODY and standing.duty.on_duty <= 0:
        state = StandingState.WAITING
    return say(f"visitor.standing.{state.value}")
