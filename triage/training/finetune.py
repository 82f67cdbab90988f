"""Fine-tuning: the pre-trained encoder learns the levels and kinds, once for each seed."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from triage.characters import BREAK, PAD, START, Alphabet
from triage.opinion import KINDS, STEPS
from triage.text import normalise
from triage.training.classifier import Classifier
from triage.training.data import Conversation, Row
from triage.training.disguise import disguised
from triage.training.encoder import Encoder
from triage.training.settings import CONFIG

_PLAN: Final[dict[str, Any]] = CONFIG["finetune"]
_MARGIN: Final = 2.0  # log-odds between the graver and the calmer twin


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing to learn: numbers of characters, level, kinds, how much it counts, its twins."""

    numbers: tuple[int, ...]
    level: int
    kinds: tuple[str, ...]
    weight: float = 1.0
    pair: str = ""


def encode(alphabet: Alphabet, messages: Sequence[str]) -> tuple[int, ...]:
    """Plain messages of one person, oldest first, as the encoder reads them."""
    numbers = [START]
    for place, message in enumerate(messages):
        numbers += ([BREAK] if place else []) + alphabet.encode(message)
    longest: int = _PLAN["longest"]
    return tuple(numbers if len(numbers) <= longest else [START, *numbers[1 - longest :]])


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
                kinds = ("suicide",) if level >= 2 else ()
                lessons.append(
                    Lesson(encode(alphabet, [text for text, _ in window]), level, kinds, 0.5)
                )
    return lessons


class Lessons:
    """The lessons of one epoch after another, disguised and set into context anew each time."""

    def __init__(
        self,
        rows: Sequence[Row],
        talks: Sequence[Lesson],
        ordinary: Sequence[str],
        alphabet: Alphabet,
    ) -> None:
        self._rows, self._talks, self._ordinary, self._alphabet = rows, talks, ordinary, alphabet
        self._calm = [row.plain for row in rows if row.level <= 1]

    def epoch(self, dice: random.Random) -> list[list[Lesson]]:
        """Batches of like length; twins stand in one batch."""
        lessons = [self._lesson(row, dice) for row in self._rows]
        lessons += self._talks
        weight = float(_PLAN["ordinary_weight"])
        lessons += [
            Lesson(encode(self._alphabet, [text]), 0, (), weight)
            for text in dice.sample(self._ordinary, min(len(self._ordinary), _PLAN["ordinary"]))
        ]
        return _batched(lessons, dice)

    def _lesson(self, row: Row, dice: random.Random) -> Lesson:
        plain = row.plain
        if dice.random() < float(_PLAN["disguise_share"]):
            plain = normalise(disguised(row.text, dice)).text
        before: list[str] = []
        if dice.random() < float(_PLAN["context_share"]):
            before = dice.sample(self._calm, dice.choice((1, 2)))
        return Lesson(encode(self._alphabet, [*before, plain]), row.level, row.kinds, 1.0, row.pair)


def _batched(lessons: list[Lesson], dice: random.Random) -> list[list[Lesson]]:
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
        if batches[-1] and widest * (len(batches[-1]) + len(group)) > _PLAN["batch_characters"]:
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


def _loss(model: Classifier, batch: Sequence[Lesson]) -> Tensor:
    danger, kinds, _ = model(padded([lesson.numbers for lesson in batch]))
    weight = torch.tensor([lesson.weight for lesson in batch]).unsqueeze(1)
    level = torch.tensor([lesson.level for lesson in batch])
    wanted = (level.unsqueeze(1) > torch.arange(len(STEPS))).float()
    smooth = wanted * 0.96 + 0.02
    steps = nn.functional.binary_cross_entropy_with_logits(danger, smooth, reduction="none")
    about = torch.tensor([[float(kind in lesson.kinds) for kind in KINDS] for lesson in batch])
    which = nn.functional.binary_cross_entropy_with_logits(kinds, about, reduction="none")
    loss = (steps * weight).mean() + float(_PLAN["kinds_weight"]) * (which * weight).mean()
    return loss + float(_PLAN["twins_weight"]) * _twins(danger, batch)


def _twins(danger: Tensor, batch: Sequence[Lesson]) -> Tensor:
    """How far twins of different danger are from being told apart."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, lesson in enumerate(batch):
        if lesson.pair:
            places[lesson.pair].append(place)
    gaps = [
        nn.functional.relu(_MARGIN - danger[one, 1] + danger[other, 1])
        for group in places.values()
        for one in group
        for other in group
        if batch[one].level >= 2 > batch[other].level
    ]
    return torch.stack(gaps).mean() if gaps else danger.new_zeros(())


def finetune(encoder: Path, alphabet: Alphabet, lessons: Lessons, seed: int) -> Classifier:
    """One trained classifier; the same seed and data give the same one on the same machine."""
    torch.manual_seed(seed)
    dice = random.Random(seed)  # noqa: S311 - chance for training, not for secrets
    body = Encoder(len(alphabet), CONFIG["encoder"])
    body.load_state_dict(torch.load(encoder, weights_only=True))
    model = Classifier(body, float(_PLAN["dropout"]))
    optimiser = torch.optim.AdamW(
        _groups(model), weight_decay=float(_PLAN["weight_decay"]), fused=True
    )
    epochs: int = _PLAN["epochs"]
    averaged: dict[str, Tensor] = {}
    for epoch in range(epochs):
        model.train()
        losses = []
        batches = lessons.epoch(dice)
        for place, batch in enumerate(batches):
            spent = (epoch + place / len(batches)) / epochs
            _set_rate(optimiser, spent)
            loss = _loss(model, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            losses.append(float(loss))
            if spent >= float(_PLAN["averaged_from"]):
                _average(averaged, model)
        print(f"seed {seed}, epoch {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)
    model.load_state_dict(averaged)
    return model.eval()


def _groups(model: Classifier) -> list[dict[str, Any]]:
    """The tables learn as fast as the rest; only the heads, which are new, learn faster."""
    head = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    return [
        {"params": list(model.encoder.parameters()), "pace": 1.0},
        {"params": head, "pace": 2.0},
    ]


def _set_rate(optimiser: torch.optim.Optimizer, spent: float) -> None:
    rise = min(1.0, spent / 0.05 + 0.02)
    rate = float(_PLAN["learning_rate"]) * rise * (0.02 + 0.49 * (1 + math.cos(math.pi * spent)))
    for group in optimiser.param_groups:
        group["lr"] = rate * group["pace"]


def _average(averaged: dict[str, Tensor], model: nn.Module, keep: float = 0.998) -> None:
    for name, value in model.state_dict().items():
        if name not in averaged or not value.is_floating_point():
            averaged[name] = value.detach().clone()
        else:
            averaged[name].lerp_(value, 1 - keep)


def predict(model: Classifier, many: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
    """The log-odds of steps and kinds, (rows, steps + kinds)."""
    order = sorted(range(len(many)), key=lambda place: len(many[place]))
    found = np.zeros((len(many), len(STEPS) + len(KINDS)), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            danger, kinds, _ = model(padded([many[place] for place in places]))
            found[places] = torch.cat([danger, kinds], dim=1).numpy()
    return found
