"""Fitting the linear member: logistic regressions over hashed runs of characters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from triage.grams import BITS, distinct
from triage.linear import LinearMember
from triage.opinion import KINDS, STEPS
from triage.text import normalise
from triage.training.data import Row
from triage.training.disguise import disguised
from triage.training.settings import CONFIG

_PLAN: Final[dict[str, Any]] = CONFIG["linear"]
_FINENESS: Final = 16  # steps of rarity per unit, so that it fits into one byte


def fit(rows: Sequence[Row], ordinary: Sequence[str], path: Path) -> LinearMember:
    """Fit, write ``path``, and give back the member as it will be read again."""
    dice = random.Random(CONFIG["seed"])  # noqa: S311 - chance for training, not for secrets
    hidden = [row for row in rows if dice.random() < float(_PLAN["disguised"])]
    calm = dice.sample(list(ordinary), min(len(ordinary), _PLAN["ordinary"]))
    texts = [row.plain for row in rows]
    texts += [normalise(disguised(row.text, dice)).text for row in hidden] + calm
    labelled = [*rows, *hidden]
    weight = np.array([1.0] * len(labelled) + [float(_PLAN["ordinary_weight"])] * len(calm))
    seen = _matrix(texts)
    rarity = _rarity(seen)
    features = _normed(seen @ sparse.diags(rarity))
    targets = [[row.level > step for row in labelled] for step in range(len(STEPS))]
    targets += [[kind.value in row.kinds for row in labelled] for kind in KINDS]
    columns, bias = [], []
    for target in targets:
        wanted = np.array(target + [False] * len(calm))
        model = LogisticRegression(C=float(_PLAN["strength"]), solver="liblinear", max_iter=300)
        model.fit(features, wanted, sample_weight=weight)
        columns.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    _write(path, np.array(columns).T, rarity, np.array(bias))
    return LinearMember.load(path)


def _matrix(texts: Sequence[str]) -> sparse.csr_matrix:
    buckets = [distinct(text) for text in texts]
    ends = np.cumsum([0, *map(len, buckets)])
    ones = np.ones(int(ends[-1]), dtype=np.float32)
    return sparse.csr_matrix((ones, np.concatenate(buckets), ends), shape=(len(texts), 1 << BITS))


def _rarity(seen: sparse.csr_matrix) -> npt.NDArray[np.float32]:
    """How rare each bucket is (the usual idf), in sixteenths; 0 where it was never seen."""
    count = np.asarray(seen.sum(axis=0)).ravel()
    idf = np.log((1 + seen.shape[0]) / (1 + count)) + 1
    steps = np.clip(np.round(idf * _FINENESS), 1, 255)
    return np.where(count > 0, steps / _FINENESS, 0).astype(np.float32)


def _normed(features: sparse.spmatrix) -> sparse.csr_matrix:
    size = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(size, 1e-6)) @ features)


def _write(
    path: Path,
    weights: npt.NDArray[np.float64],
    rarity: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float64],
) -> None:
    """One byte a weight; the scale of each output stands beside."""
    scale = np.quantile(np.abs(weights), 0.99995, axis=0) / 127
    small = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    np.savez_compressed(
        path,
        weights=small,
        scale=scale.astype(np.float32),
        rarity=np.round(rarity * _FINENESS).astype(np.uint8),
        bias=bias.astype(np.float32),
    )
