"""Fine-tuning: a pre-trained encoder learns the levels and kinds, once for each seed."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from triage.opinion import KINDS, STEPS
from triage.training.classifier import Classifier
from triage.training.encoder import Encoder
from triage.training.lessons import Lesson, Lessons, Plan, padded
from triage.training.pretrain import DEVICE
from triage.training.settings import CONFIG

_MARGIN: Final = 2.0  # log-odds between the graver and the calmer twin
_WARMTH: Final = 0.2  # of the contrast between messages


def untrained(shape: str, size: int, plan: Plan, encoder: Path | None) -> Classifier:
    """The encoder ('encoder' or 'teacher') with new heads; the same heads for every seed.

    With one start, the mean of several seeds' weights is a model again.
    """
    torch.manual_seed(CONFIG["seed"])
    body = Encoder(size, CONFIG[shape], dropout=float(plan["body_dropout"]))
    if encoder:
        state = torch.load(encoder, weights_only=True)
        body.load_state_dict({name: value.float() for name, value in state.items()})
    return Classifier(body, float(plan["dropout"]))


def finetune(model: Classifier, plan: Plan, lessons: Lessons, seed: int) -> Classifier:
    """The model, trained; the same seed and data give the same one on the same machine."""
    torch.manual_seed(seed)
    dice = random.Random(seed)  # noqa: S311 - chance for training, not for secrets
    model.to(DEVICE)
    decay = float(plan["weight_decay"])
    optimiser = torch.optim.AdamW(_groups(model), weight_decay=decay, fused=True)
    epochs = int(plan["epochs"])
    averaged: dict[str, Tensor] = {}
    for epoch in range(epochs):
        model.train()
        losses = []
        batches = lessons.epoch(dice)
        for place, batch in enumerate(batches):
            spent = (epoch + place / len(batches)) / epochs
            _set_rate(optimiser, float(plan["learning_rate"]), spent)
            loss = _loss(model, batch, plan)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            losses.append(loss.detach())
            if spent >= float(plan["averaged_from"]):
                _average(averaged, model)
        loss_now = float(torch.stack(losses).mean())
        print(f"seed {seed}, epoch {epoch + 1}: loss {loss_now:.4f}", flush=True)
    model.load_state_dict(averaged)
    return model.cpu().eval()


def _loss(model: Classifier, batch: Sequence[Lesson], plan: Plan) -> Tensor:
    numbers = padded([lesson.numbers for lesson in batch]).to(DEVICE)
    weight = torch.tensor([lesson.weight for lesson in batch], device=DEVICE)
    wanted = torch.tensor([lesson.wanted for lesson in batch], device=DEVICE)
    said, whole = _answers(model, numbers)
    loss = _distance(said, wanted, weight, plan)
    if plan["twice_weight"]:
        again, _ = _answers(model, numbers)
        loss = (loss + _distance(again, wanted, weight, plan)) / 2
        loss = loss + float(plan["twice_weight"]) * _apart(said, again)
    if plan["twins_weight"]:
        loss = loss + float(plan["twins_weight"]) * _twins(said, batch)
    if plan["contrast_weight"]:
        loss = loss + float(plan["contrast_weight"]) * _contrast(whole, batch)
    return loss


def _answers(model: Classifier, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Log-odds of steps and kinds, and the vector of the whole message."""
    with torch.autocast(DEVICE.type, torch.bfloat16, enabled=DEVICE.type == "cuda"):
        danger, kinds, whole = model.answers(numbers)
    return torch.cat([danger, kinds], dim=1).float(), whole.float()


def _distance(said: Tensor, wanted: Tensor, weight: Tensor, plan: Plan) -> Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(said, wanted, reduction="none")
    each = each * weight.unsqueeze(1)
    steps = len(STEPS)
    return each[:, :steps].mean() + float(plan["kinds_weight"]) * each[:, steps:].mean()


def _apart(one: Tensor, other: Tensor) -> Tensor:
    """How far two readings of the same messages, with other parts dropped, differ (R-Drop)."""
    left, right = torch.sigmoid(one), torch.sigmoid(other)
    return ((left - right) * (one - other)).mean()


def _twins(said: Tensor, batch: Sequence[Lesson]) -> Tensor:
    """How far twins of different danger are from being told apart."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, lesson in enumerate(batch):
        if lesson.pair:
            places[lesson.pair].append(place)
    pairs = [
        (one, other)
        for group in places.values()
        for one in group
        for other in group
        if batch[one].level >= 2 > batch[other].level
    ]
    if not pairs:
        return said.new_zeros(())
    graver, calmer = torch.tensor(pairs, device=said.device).T
    return nn.functional.relu(_MARGIN - said[graver, 1] + said[calmer, 1]).mean()


def _contrast(whole: Tensor, batch: Sequence[Lesson]) -> Tensor:
    """Messages that want an alert come near one another and far from the rest, and back."""
    alert = torch.tensor([lesson.level >= 2 for lesson in batch], device=whole.device)
    unit = nn.functional.normalize(whole, dim=1)
    near = unit @ unit.T / _WARMTH
    oneself = torch.eye(len(batch), dtype=torch.bool, device=whole.device)
    chance = nn.functional.log_softmax(near.masked_fill(oneself, -1e4), dim=1)
    same = (alert.unsqueeze(0) == alert.unsqueeze(1)) & ~oneself
    return -((chance * same).sum(dim=1) / same.sum(dim=1).clamp(min=1)).mean()


def _groups(model: Classifier) -> list[dict[str, Any]]:
    """The tables learn as fast as the rest; only the heads, which are new, learn faster."""
    head = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    return [
        {"params": list(model.encoder.parameters()), "pace": 1.0},
        {"params": head, "pace": 2.0},
    ]


def _set_rate(optimiser: torch.optim.Optimizer, most: float, spent: float) -> None:
    rise = min(1.0, spent / 0.05 + 0.02)
    rate = most * rise * (0.02 + 0.49 * (1 + math.cos(math.pi * spent)))
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
    model = model.to(DEVICE).eval()
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            danger, kinds, _ = model(padded([many[place] for place in places]).to(DEVICE))
            found[places] = torch.cat([danger, kinds], dim=1).float().cpu().numpy()
    model.cpu()
    return found
