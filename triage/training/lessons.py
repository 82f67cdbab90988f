"""What the small transformer learns from: rows and talks, disguised and set into context."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from triage.characters import BREAK, PAD, START, Alphabet
from triage.opinion import KINDS, STEPS
from triage.text import normalise
from triage.training.data import Conversation, Row
from triage.training.disguise import disguised
from triage.training.settings import CONFIG

Plan = Mapping[str, Any]
"""The settings of one training: ``[finetune]`` of the configuration, changed for a trial."""
Taught = Mapping[str, tuple[float, ...]]
"""By row, the chances that the teacher gives to steps and kinds."""

_SURE: Final = 0.96  # how far a target goes from one half of the rest towards yes or no


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing to learn: numbers of characters, the chances wanted, its weight, its twins."""

    numbers: tuple[int, ...]
    level: int
    wanted: tuple[float, ...]
    weight: float = 1.0
    pair: str = ""


def encode(alphabet: Alphabet, messages: Sequence[str]) -> tuple[int, ...]:
    """Plain messages of one person, oldest first, as the encoder reads them."""
    numbers = [START]
    for place, message in enumerate(messages):
        numbers += ([BREAK] if place else []) + alphabet.encode(message)
    longest: int = CONFIG["finetune"]["longest"]
    return tuple(numbers if len(numbers) <= longest else [START, *numbers[1 - longest :]])


def labelled(level: int, kinds: Sequence[str]) -> tuple[float, ...]:
    """The chances that a label asks for: of the steps, a little unsure, and of the kinds."""
    steps = [float(level > step) * _SURE + (1 - _SURE) / 2 for step in range(len(STEPS))]
    return (*steps, *(float(kind in kinds) for kind in KINDS))


def from_conversations(talks: Sequence[Conversation], alphabet: Alphabet) -> list[Lesson]:
    """What up to three turns of one person say together.

    Only turns whose level is explained by those three: calm ones, and those where it rose.
    """
    lessons = []
    for talk in talks:
        said = [(normalise(t.text).text, t.level) for t in talk.turns if t.level is not None]
        for place in range(1, len(said)):
            window = said[max(0, place - 2) : place + 1]
            before = said[place - 3][1] if place >= 3 else 0
            level = window[-1][1]
            if level <= 1 or level > before:
                wanted = labelled(level, ("suicide",) if level >= 2 else ())
                numbers = encode(alphabet, [text for text, _ in window])
                lessons.append(Lesson(numbers, level, wanted, 0.5))
    return lessons


class Lessons:
    """The lessons of one epoch after another, disguised and set into context anew each time."""

    def __init__(
        self,
        plan: Plan,
        alphabet: Alphabet,
        rows: Sequence[Row],
        talks: Sequence[Conversation],
        ordinary: Sequence[str],
        taught: Taught | None = None,
    ) -> None:
        self._plan, self._alphabet, self._rows, self._ordinary = plan, alphabet, rows, ordinary
        self._talks = from_conversations(talks, alphabet) if plan["context_share"] else []
        self._calm = [row.plain for row in rows if row.level <= 1]
        self._taught = taught or {}

    def epoch(self, dice: random.Random) -> list[list[Lesson]]:
        """Batches of like length; twins stand in one batch."""
        lessons = [self._lesson(row, dice) for row in self._rows]
        lessons += self._talks
        weight, count = float(self._plan["ordinary_weight"]), int(self._plan["ordinary"])
        calm = labelled(0, ())
        lessons += [
            Lesson(encode(self._alphabet, [text]), 0, calm, weight)
            for text in dice.sample(self._ordinary, min(len(self._ordinary), count))
        ]
        return _batched(lessons, int(self._plan["batch_characters"]), dice)

    def _lesson(self, row: Row, dice: random.Random) -> Lesson:
        text = row.plain if self._plan["normalised"] else row.text
        if dice.random() < float(self._plan["disguise_share"]):
            hidden = disguised(row.text, dice)
            text = normalise(hidden).text if self._plan["normalised"] else hidden
        before: list[str] = []
        if dice.random() < float(self._plan["context_share"]):
            before = dice.sample(self._calm, dice.choice((1, 2)))
        numbers = encode(self._alphabet, [*before, text])
        return Lesson(numbers, row.level, self._wanted(row), 1.0, row.pair)

    def _wanted(self, row: Row) -> tuple[float, ...]:
        label, share = labelled(row.level, row.kinds), float(self._plan["taught_share"])
        if row.id not in self._taught or not share:
            return label
        return tuple(
            said * share + own * (1 - share)
            for said, own in zip(self._taught[row.id], label, strict=True)
        )


def _batched(lessons: list[Lesson], most: int, dice: random.Random) -> list[list[Lesson]]:
    groups: defaultdict[str, list[Lesson]] = defaultdict(list)
    for place, lesson in enumerate(lessons):
        groups[lesson.pair or str(place)].append(lesson)
    ordered = sorted(
        groups.values(), key=lambda group: max(len(x.numbers) for x in group) + dice.random() * 12
    )
    batches: list[list[Lesson]] = [[]]
    widest = 0
    for group in ordered:
        widest = max(widest, *(len(lesson.numbers) for lesson in group))
        if batches[-1] and widest * (len(batches[-1]) + len(group)) > most:
            batches.append([])
            widest = max(len(lesson.numbers) for lesson in group)
        batches[-1] += group
    dice.shuffle(batches)
    return batches


def padded(many: Sequence[Sequence[int]]) -> Tensor:
    """One tensor of rows filled up with ``PAD``."""
    width = max(len(numbers) for numbers in many)
    table = np.full((len(many), width), PAD, dtype=np.int64)
    for place, numbers in enumerate(many):
        table[place, : len(numbers)] = numbers
    return torch.from_numpy(table)
