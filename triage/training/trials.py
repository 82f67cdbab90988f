"""Trials: the transformer trained with one thing changed, to see what earns its place."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from triage.training import data, measure
from triage.training.evaluation import work_folder
from triage.training.settings import CONFIG, HERE
from triage.training.teach import judged, side_by_side, train

TRIALS: Final = HERE / "trials.json"
_PLAIN: Final = "plain"
_AT_ONCE: Final = 11


def trials() -> None:
    """Run every trial of the configuration on the dev split; write ``TRIALS``."""
    runs = [
        {"name": name, "seed": seed}
        for name, trial in CONFIG["trials"].items()
        for seed in trial.get("seeds", [1])
    ]
    found: dict[str, list[npt.NDArray[np.float64]]] = {}
    for run, scores in zip(runs, side_by_side(_trial, runs, _AT_ONCE), strict=True):
        found.setdefault(str(run["name"]), []).append(scores)
    teacher = work_folder() / "teacher-dev.npy"
    if teacher.exists():
        found["teacher"] = [np.load(teacher)[:, 1].astype(np.float64)]
    level = np.array([row.level for row in data.rows("dev")])
    table = {name: _line(scores, found[_PLAIN], level) for name, scores in found.items()}
    TRIALS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(table, indent=1))


def _trial(name: str, seed: int) -> npt.NDArray[np.float64]:
    """The log-odds of 'level 2 or more' on the dev split."""
    changes = {key: value for key, value in CONFIG["trials"][name].items() if key != "seeds"}
    model = train(data.learned(), seed, changes)
    normalised = bool(changes.get("normalised", True))
    return judged(model, data.rows("dev"), normalised=normalised)[:, 1].astype(np.float64)


def _line(
    scores: list[npt.NDArray[np.float64]],
    plain: list[npt.NDArray[np.float64]],
    level: npt.NDArray[np.int64],
) -> dict[str, Any]:
    areas = [round(measure.area(score, level >= 2), 4) for score in scores]
    mean, usual = np.mean(scores, axis=0), np.mean(plain[: len(scores)], axis=0)
    return {
        "auc of each seed": areas,
        "auc of their mean": round(measure.area(mean, level >= 2), 4),
        "recall": measure.curve(mean, level),
        "over plain": measure.better_by_chance(mean, usual, level, CONFIG["seed"]),
    }
