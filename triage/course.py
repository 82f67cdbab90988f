"""The course of a talk: what several messages of one person say that none says alone.

Values in, a verdict out; nothing is kept here. The course only raises: it adds a reason of the
member 'course' and never lowers a level, because a denial after danger closes nothing. That one
talk has one open alert, which grows, is the core's rule (``bot.core.steps.flag``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from triage.verdict import Kind, Level, Reason, Verdict

_HALF_LIFE_MESSAGES: Final = 10.0
_HALF_LIFE_MINUTES: Final = 240.0
_SHORT: Final = 16  # characters: too little to be judged without what came before
_JOINED: Final = 3  # messages read as one, for words sent in pieces
_WEIGHTS: Final = {Level.DISTRESS: 0.5, Level.UNDECIDED: 0.5, Level.PASSIVE: 2.0}
_RISEN: Final = 3.6  # of that weight: several heavy messages in a row, or two passive wishes
_HEAVY: Final = 3  # messages of distress before a sudden calm counts as one
_CALM_AFTER: Final = re.compile(
    "もう(?:大丈夫|だいじょうぶ|平気|いい|迷わ)|決め(?:た|まし)|すっきり|スッキリ|楽になっ|落ち着いた"
    "|ありがとう|お世話に|さよなら|さようなら|ごめん(?:ね|なさい)|おやすみ|終わり|最後"
)
_FAREWELL: Final = re.compile(
    "さよなら|さようなら|ばいばい|バイバイ|じゃあね|今までありがとう|いままでありがとう|お世話になりました"
    "|ごめん(?:ね|なさい)?$|もう(?:いい|行く|いく|逝く)|おわり|終わりにする|元気でね|忘れて"
    "|だから(?:もう)?$|準備(?:した|できた|は)|決めた|書いた|飲んだ|のんだ|切った|きった"
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier message of the same person, as far as it is still known.

    ``minutes`` is how long before the present message it came. ``text`` is '' where the words
    are gone or were not fetched; the level is what triage said of it then.
    """

    text: str
    level: Level
    minutes: float


Score = Callable[[str], Verdict]
"""The verdict on words that were joined for this purpose alone."""


def follow(earlier: Sequence[Earlier], text: str, verdict: Verdict, score: Score) -> Verdict:
    """The verdict on ``text`` in the light of up to a dozen earlier messages, oldest first.

    Never lower than ``verdict``. ``score`` judges joined words; what it raises goes through.
    """
    found = [
        _after_danger(earlier, text),
        _slow_rise(earlier, verdict),
        _sudden_calm(earlier, text, verdict),
        _split_words(earlier, text, verdict, score),
    ]
    best = max(found, key=lambda reason: reason[1])
    rule, level, kinds = best
    if level <= verdict.level:
        return verdict
    reason = Reason(rule, level, 0, len(text), member="course")
    return Verdict(level, verdict.kinds | kinds, (reason, *verdict.reasons))


_Found = tuple[str, Level, frozenset[Kind]]
_NOTHING: Final[_Found] = ("", Level.NONE, frozenset())
_SUICIDE: Final = frozenset({Kind.SUICIDE})


def _fading(message: Earlier, behind: int) -> float:
    """How much an earlier message still counts, from 1 down, by messages and by time."""
    by_count = 0.5 ** (behind / _HALF_LIFE_MESSAGES)
    return float(by_count * 0.5 ** (max(0.0, message.minutes) / _HALF_LIFE_MINUTES))


def _after_danger(earlier: Sequence[Earlier], text: str) -> _Found:
    """A fragment or a farewell after danger means more than it says: one step above."""
    grave = max((message.level for message in earlier), default=Level.NONE)
    if grave < Level.PASSIVE or len(text) > _SHORT * 2 or not _FAREWELL.search(text):
        return _NOTHING
    raised = Level.IMMINENT if grave >= Level.ACTIVE else Level.ACTIVE
    return ("course.after_danger", raised, _SUICIDE)


def _slow_rise(earlier: Sequence[Earlier], verdict: Verdict) -> _Found:
    """Evidence adds up over messages and fades; enough of it is one step more.

    'Undecided' counts beside heavy messages only: alone it is what a broken member leaves behind.
    """
    heard = [verdict.level, *(message.level for message in earlier)]
    if not any(level not in (Level.NONE, Level.UNDECIDED) for level in heard):
        return _NOTHING
    recent = list(reversed(earlier))
    weight = sum(
        _WEIGHTS.get(message.level, 2.0 if message.level > Level.PASSIVE else 0.0)
        * _fading(message, behind)
        for behind, message in enumerate(recent, start=1)
    )
    present = _WEIGHTS.get(verdict.level, 0.0)
    if not present or weight + present < _RISEN:
        return _NOTHING
    if verdict.level is Level.PASSIVE:
        return ("course.slow_rise", Level.ACTIVE, frozenset())
    return ("course.slow_rise", Level.PASSIVE, _SUICIDE)


def _sudden_calm(earlier: Sequence[Earlier], text: str, verdict: Verdict) -> _Found:
    """Calm, thanks or goodbye right after long heaviness or a wish to die asks for a look."""
    if verdict.level >= Level.PASSIVE or not _CALM_AFTER.search(text):
        return _NOTHING
    heavy = [message for message in earlier if message.level >= Level.DISTRESS]
    wished = any(message.level >= Level.PASSIVE for message in earlier)
    if wished or len(heavy) >= _HEAVY:
        return ("course.sudden_calm", Level.PASSIVE, _SUICIDE)
    return _NOTHING


def _split_words(earlier: Sequence[Earlier], text: str, verdict: Verdict, score: Score) -> _Found:
    """Words sent in pieces are read as one: 'し', 'に', 'たい'."""
    pieces = [message.text for message in earlier[1 - _JOINED :] if message.text]
    if not pieces or len(text) > _SHORT:
        return _NOTHING
    short = [piece for piece in pieces if len(piece) <= _SHORT]
    found = [score("".join([*short, text]))] if short else []
    found.append(score("\n".join([*pieces, text])))
    best = max(found, key=lambda joined: joined.level)
    known = max((message.level for message in earlier[1 - _JOINED :]), default=Level.NONE)
    if best.level < Level.PASSIVE or best.level <= max(known, verdict.level):
        return _NOTHING
    return ("course.split_words", best.level, best.kinds)
