"""Fitting how the members are weighed against one another, on the dev split alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from triage.opinion import KINDS, STEPS, Opinion
from triage.training.data import Row

_SHRINK: Final = 0.5  # pull toward nothing, so that a useless member gets no weight

Floats = npt.NDArray[np.float64]


def blend(
    rows: Sequence[Row], opinions: Sequence[tuple[Opinion, ...]]
) -> Mapping[str, list[list[float]]]:
    """The weights for these members, as ``fusion.json`` holds them. None is below nothing."""
    level = np.array([row.level for row in rows])
    steps = []
    for step in range(len(STEPS)):
        values = np.array([[o.danger[step] for o in said] for said in opinions])
        steps.append(_logistic(values, level > step))
    grave = [place for place, row in enumerate(rows) if row.kinds]
    kinds = []
    for place, kind in enumerate(KINDS):
        values = np.array([[o.kinds[place] for o in opinions[g]] for g in grave])
        kinds.append(_logistic(values, np.array([kind.value in rows[g].kinds for g in grave])))
    return {"steps": steps, "kinds": kinds}


def _logistic(values: Floats, wanted: npt.NDArray[np.bool_]) -> list[float]:
    sign = np.where(wanted, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (weights[0] + values @ weights[1:])
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.concatenate([[slope.sum()], values.T @ slope + _SHRINK * weights[1:]])
        total = np.logaddexp(0, -margin).sum() + 0.5 * _SHRINK * (weights[1:] ** 2).sum()
        return float(total), gradient

    bounds = [(None, None)] + [(0.0, None)] * values.shape[1]
    found = minimize(
        loss, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds
    )
    return [round(float(weight), 5) for weight in found.x]
