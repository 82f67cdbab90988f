"""Facts in words, the same on every channel. Text keys and numbers here, words in the locale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.model.duty import JAPAN
from bot.core.model.messages import Form, Outbound
from bot.core.ports.door import Answer, Button
from bot.core.ports.reads import DutyView

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Say = Callable[..., str]
"""A text key and its values in, words in the reader's language out."""
SayIn = Callable[..., str]
"""The same with the language after the key, as ``Door.say`` has it."""


def duty_words(duty: DutyView, say: Say, now: datetime) -> str:
    """Who is there and about how long it takes, or that nobody reads and until when (R-027)."""
    if duty.on_duty <= 0:
        if duty.next_opening is None:
            return say("visitor.duty.nobody")
        return say("visitor.duty.nobody_until", when=moment(duty.next_opening, say, now))
    if duty.wait_minutes is None:
        return say("visitor.duty.some", count=duty.on_duty)
    return say("visitor.duty.some_wait", count=duty.on_duty, minutes=duty.wait_minutes)


def moment(at: datetime, say: Say, now: datetime) -> str:
    """A moment in Japan time as near as a person says it: 03:07, tomorrow 20:00, or a date."""
    there, today = at.astimezone(JAPAN), now.astimezone(JAPAN).date()
    clock = there.strftime("%H:%M")
    if there.date() == today:
        return say("visitor.when.today", clock=clock)
    if there.date() == today + timedelta(days=1):
        return say("visitor.when.tomorrow", clock=clock)
    day = say(f"visitor.weekday.{_WEEKDAYS[there.weekday()]}")
    return say("visitor.when.date", month=there.month, day=there.day, weekday=day, clock=clock)


def shown(answer: Answer, say: SayIn, locale: str) -> str:
    """An answer's words with the mark of machines (R-049); the neutral one carries none."""
    return answer.words if answer.neutral else marked(answer.words, say, locale)


def carried(outbound: Outbound, say: SayIn) -> tuple[str, tuple[Button, ...]]:
    """Words and buttons of what goes out. A bell has one neutral button and no word of ours."""
    locale = outbound.locale
    if outbound.form is Form.BELL:
        return outbound.words, (Button(say("messenger.bell.open", locale), "room"),)
    words = marked(outbound.words, say, locale) if outbound.automatic else outbound.words
    return words, ()


def marked(words: str, say: SayIn, locale: str) -> str:
    """Words that no human wrote, with the mark that says so."""
    return f"{say('messenger.automatic', locale)}\n{words}"
