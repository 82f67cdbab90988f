"""The teacher judges each row after learning from all the others: it has memorised none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from triage.characters import Alphabet
from triage.opinion import KINDS, STEPS
from triage.training import data
from triage.training.classifier import Classifier
from triage.training.evaluation import ordinary, work_folder
from triage.training.finetune import finetune, predict, untrained
from triage.training.lessons import Lessons, Plan, Taught, encode
from triage.training.pretrain import DEVICE
from triage.training.settings import CONFIG, HERE

TAUGHT: Final = HERE / "taught.npz"
"""What the teacher said of every row of the train split, so that a training needs no GPU."""

Answer = TypeVar("Answer")


def alphabet() -> Alphabet:
    """The one that the pre-trained encoders know."""
    return Alphabet.read(work_folder() / "alphabet.txt")


def train(rows: Sequence[data.Row], seed: int, changes: Plan, shape: str = "encoder") -> Classifier:
    """One classifier by ``[finetune]`` with ``changes``."""
    plan = CONFIG["finetune"] | dict(changes)
    torch.set_num_threads(1 if DEVICE.type == "cuda" else CONFIG["threads"])
    letters = alphabet()
    talks = data.conversations("train")
    lessons = Lessons(plan, letters, rows, talks, ordinary()[0], taught())
    start = work_folder() / f"{shape}.pt" if plan["pretrained"] else None
    return finetune(untrained(shape, len(letters), plan, start), plan, lessons, seed)


def judged(
    model: Classifier, rows: Sequence[data.Row], *, normalised: bool = True
) -> npt.NDArray[np.float32]:
    """The log-odds that a model gives to rows."""
    letters = alphabet()
    texts = [row.plain if normalised else row.text for row in rows]
    return predict(model, [encode(letters, [text]) for text in texts])


def side_by_side(
    work: Callable[..., Answer], many: Sequence[Mapping[str, Any]], at_once: int
) -> list[Answer]:
    """The work done with each set of arguments: together on a GPU, in turns on processors."""
    if DEVICE.type != "cuda":
        return [work(**one) for one in many]
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        return [found.result() for found in [pool.submit(work, **one) for one in many]]


def teach() -> None:
    """Write ``TAUGHT``, and what all teachers say of the dev split into the work folder."""
    folds = int(CONFIG["teach"]["folds"])
    found = side_by_side(_fold, [{"fold": fold, "folds": folds} for fold in range(folds)], folds)
    ids = np.concatenate([ids for ids, _, _ in found])
    chances = 1 / (1 + np.exp(-np.concatenate([said for _, said, _ in found])))
    np.savez_compressed(TAUGHT, ids=ids, chances=np.round(chances * 255).astype(np.uint8))
    np.save(work_folder() / "teacher-dev.npy", np.mean([dev for _, _, dev in found], axis=0))


def _fold(
    fold: int, folds: int
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Learn from all folds but one, and judge that one and the dev split."""
    rows = data.learned()
    mine = [row for row in rows if _fold_of(row, folds) == fold]
    others = [row for row in rows if _fold_of(row, folds) != fold]
    changes = {key: value for key, value in CONFIG["teach"].items() if key != "folds"}
    model = train(others, fold + 1, changes, "teacher")
    ids = np.array([row.id for row in mine])
    return ids, judged(model, mine), judged(model, data.rows("dev"))


def _fold_of(row: data.Row, folds: int) -> int:
    """The same for twins, and for ever: adding rows moves none."""
    key = (row.pair or row.id).encode("utf-8")
    return int.from_bytes(hashlib.sha256(key).digest()[:4]) % folds


def taught() -> Taught:
    """By row, the chances of steps and kinds; nothing where no teacher taught."""
    if not TAUGHT.exists():
        return {}
    with np.load(TAUGHT, allow_pickle=False) as file:
        chances = (file["chances"] / 255).reshape(-1, len(STEPS) + len(KINDS)).tolist()
        return {str(key): tuple(row) for key, row in zip(file["ids"], chances, strict=True)}


def classifier_path(seed: int) -> Path:
    """Where the classifier of a seed is kept."""
    return work_folder() / f"classifier-{seed}.pt"
