"""Pre-training: hide characters of ordinary Japanese and let an encoder guess them.

Resumes from the last checkpoint; a run that is killed loses at most a few minutes. Runs on a GPU
where there is one.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from triage.characters import BREAK, MASK, PAD, START, UNKNOWN, Alphabet
from triage.judge import WEIGHTS
from triage.text import normalise
from triage.training.encoder import Encoder, Guesser
from triage.training.settings import CONFIG, HERE

DEVICE: Final = torch.device("cuda" if torch.cuda.is_available() else "cpu")
_PLAN: Final[dict[str, Any]] = CONFIG["pretrain"]
_PACE: Final[dict[str, Any]] = _PLAN[DEVICE.type]
START_FROM: Final = HERE / "encoder.npz"
"""The pre-trained encoder that is shipped for training, in half precision: go on from there."""

_HELD_OUT: Final = 2000  # lines, to see whether guessing gets better
_LONGEST_SPAN: Final = 3
_KEPT, _SWAPPED = 0.1, 0.1  # of the hidden characters: left as they are, replaced at random


def read_texts(folder: Path) -> list[str]:
    """All utterances, '' between dialogues. Raises ``ValueError`` where a hash differs."""
    lines: list[str] = []
    for name, wanted in CONFIG["pretraining_texts"].items():
        data = gzip.decompress((folder / name).read_bytes())
        if hashlib.sha256(data).hexdigest() != wanted:
            raise ValueError(f"{folder / name}: not the text that the configuration names")
        lines += ["", *data.decode("utf-8").splitlines()]
    return lines


def plain(line: str) -> str:
    """The plain form of one line."""
    return normalise(line).text


def prepare(folder: Path, work: Path, more: list[str]) -> None:
    """Write the alphabet and the packed lines into ``work``; done once."""
    if (work / "packed.npy").exists():
        return
    with Pool(os.cpu_count()) as pool:
        texts = pool.map(plain, read_texts(folder), chunksize=4000)
        own = pool.map(plain, more, chunksize=1000)
    seen = Counter(letter for text in (*texts, *own) for letter in text)
    texts += own * int(_PLAN["own_texts"])
    alphabet = _alphabet(seen)
    alphabet.write(work / "alphabet.txt")
    packed = np.array(list(_packed(texts, alphabet)), dtype=np.uint16)
    np.random.default_rng(CONFIG["seed"]).shuffle(packed)
    np.save(work / "packed.npy", packed)


def _alphabet(seen: Counter[str]) -> Alphabet:
    """The one that the shipped encoder knows; a new one where none is shipped."""
    if START_FROM.exists():
        return Alphabet.read(WEIGHTS / "alphabet.txt")
    least = CONFIG["alphabet"]["least_seen"]
    return Alphabet(sorted(letter for letter, count in seen.items() if count >= least))


def _packed(texts: list[str], alphabet: Alphabet) -> Iterator[list[int]]:
    """Lines of one length: utterances of one dialogue with breaks between them."""
    length: int = _PLAN["length"]
    line = [START]
    for text in texts:
        numbers = alphabet.encode(text)
        if len(line) > 1 and (not text or len(line) + 1 + len(numbers) > length):
            yield line + [PAD] * (length - len(line))
            line = [START]
        if numbers:
            line += ([BREAK] if len(line) > 1 else []) + numbers
            line = line[:length]
    if len(line) > 1:
        yield line + [PAD] * (length - len(line))


def hide(numbers: Tensor, size: int, share: float, dice: torch.Generator) -> tuple[Tensor, Tensor]:
    """Spans of characters hidden: what the encoder sees, and where it must guess."""
    place = numbers.device
    real = numbers > UNKNOWN
    chance = share / ((1 + _LONGEST_SPAN) / 2)
    starts = torch.rand(numbers.shape, generator=dice, device=place) < chance
    sizes = torch.randint(1, _LONGEST_SPAN + 1, numbers.shape, generator=dice, device=place)
    hidden = torch.zeros_like(real)
    for offset in range(_LONGEST_SPAN):
        reaching = starts & (sizes > offset)
        hidden |= nn.functional.pad(reaching, (offset, 0))[:, : numbers.shape[1]]
    hidden &= real
    luck = torch.rand(numbers.shape, generator=dice, device=place)
    other = torch.randint(MASK + 1, size, numbers.shape, generator=dice, device=place)
    masked = hidden & (luck >= _KEPT + _SWAPPED)
    shown = torch.where(masked, torch.full_like(numbers, MASK), numbers)
    return torch.where(hidden & (luck < _SWAPPED), other, shown), hidden


def _loss(model: Guesser, numbers: Tensor, share: float, dice: torch.Generator) -> Tensor:
    shown, hidden = hide(numbers, model.bias.shape[0], share, dice)
    with torch.autocast(DEVICE.type, torch.bfloat16, enabled=DEVICE.type == "cuda"):
        guesses = model(shown, hidden)
    return nn.functional.cross_entropy(guesses.float(), numbers[hidden])


def _rate(spent: float) -> float:
    """The learning rate after ``spent`` (0 to 1) of the time: a short rise, then a cosine."""
    rise = min(1.0, spent / 0.03 + 0.02)
    return float(_PACE["learning_rate"]) * rise * (0.5 + 0.5 * math.cos(math.pi * min(1.0, spent)))


def _batches(packed: Tensor, dice: torch.Generator) -> Iterator[Tensor]:
    """Endless batches; lines of like length stand together so that little is padding."""
    size: int = _PACE["batch"]
    lengths = (packed != PAD).sum(dim=1)
    while True:
        order = torch.randperm(len(packed), generator=dice, device=packed.device)
        for block in order.split(size * 50):
            groups = block[lengths[block].argsort()].split(size)
            longest = torch.stack([lengths[group].max() for group in groups]).tolist()
            for index in np.random.default_rng(len(groups)).permutation(len(groups)):
                yield packed[groups[index], : longest[index]].long()


def _try_out(model: Guesser, held: Tensor) -> float:
    dice = torch.Generator(DEVICE).manual_seed(1)
    model.eval()
    with torch.inference_mode():
        losses = [_loss(model, lines.long(), 0.15, dice) for lines in held.split(100)]
    model.train()
    return float(torch.stack(losses).mean())


def pretrain(work: Path, name: str) -> None:
    """Train the 'encoder' or the 'teacher' for its minutes, or go on where a checkpoint stands.

    Writes ``{name}.pt`` into ``work`` and, of the encoder, ``START_FROM``.
    """
    torch.set_num_threads(CONFIG["threads"])
    torch.manual_seed(CONFIG["seed"])
    packed = torch.from_numpy(np.load(work / "packed.npy").astype(np.int16)).to(DEVICE)
    model = Guesser(Encoder(len(Alphabet.read(work / "alphabet.txt")), CONFIG[name])).to(DEVICE)
    optimiser = torch.optim.AdamW(
        model.parameters(), weight_decay=0.01, betas=(0.9, 0.98), fused=True
    )
    state: dict[str, Any] = {"spent": 0.0, "seen": 0, "round": 0}
    checkpoint = work / f"pretrain-{name}.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True, map_location=DEVICE)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        state = saved["state"]
    elif name == "encoder" and START_FROM.exists():
        restore(model.encoder)
    minutes = float(_PACE["minutes"][name])
    _run(model, optimiser, state, packed, minutes, checkpoint)
    torch.save(model.encoder.cpu().state_dict(), work / f"{name}.pt")
    if name == "encoder":
        keep(model.encoder)


def restore(encoder: Encoder) -> None:
    """Give the encoder the weights of ``START_FROM``; the alphabet must be the one shipped."""
    with np.load(START_FROM, allow_pickle=False) as file:
        encoder.load_state_dict({name: torch.from_numpy(file[name]).float() for name in file})


def keep(encoder: Encoder) -> None:
    """Write ``START_FROM`` anew."""
    halves = {name: value.half().numpy() for name, value in encoder.state_dict().items()}
    np.savez_compressed(START_FROM, **halves)


def _run(
    model: Guesser,
    optimiser: torch.optim.Optimizer,
    state: dict[str, Any],
    packed: Tensor,
    minutes: float,
    checkpoint: Path,
) -> None:
    held, total = packed[:_HELD_OUT], minutes * 60
    state["round"] += 1
    dice = torch.Generator(DEVICE).manual_seed(CONFIG["seed"] + state["round"])
    batches = _batches(packed[_HELD_OUT:], dice)
    last = begun = time.monotonic()
    before = state["spent"]
    model.train()
    while state["spent"] < total:
        numbers = next(batches)
        for group in optimiser.param_groups:
            group["lr"] = _rate(state["spent"] / total)
        loss = _loss(model, numbers, float(_PLAN["masked"]), dice)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        now = time.monotonic()
        state["seen"] += numbers.numel()
        state["spent"] = before + now - begun
        if now - last > float(_PLAN["checkpoint_minutes"]) * 60 or state["spent"] >= total:
            last = now
            _keep(model, optimiser, state, checkpoint, _try_out(model, held))


def _keep(
    model: Guesser,
    optimiser: torch.optim.Optimizer,
    state: dict[str, Any],
    checkpoint: Path,
    loss: float,
) -> None:
    fresh = checkpoint.with_suffix(".new")
    torch.save(
        {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "state": state}, fresh
    )
    fresh.replace(checkpoint)
    print(
        f"{state['spent'] / 60:.1f} min, {state['seen'] / 1e6:.2f} M characters, loss {loss:.4f}",
        flush=True,
    )
