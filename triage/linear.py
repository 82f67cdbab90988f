"""The linear member: one weight for each run of characters. NumPy only, always there."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from triage.grams import BITS, grams
from triage.opinion import KINDS, STEPS, Opinion
from triage.views import Floats, gravest, starts

_OUTPUTS: Final = len(STEPS) + len(KINDS)


class LinearMember:
    """Weights over hashed runs. Immutable: one instance serves every thread."""

    name: Final = "linear"

    def __init__(
        self, weights: npt.NDArray[np.int8], scale: Floats, rarity: Floats, bias: Floats
    ) -> None:
        """``weights`` (buckets, outputs) times ``scale`` (outputs,); ``rarity`` (buckets,)."""
        if weights.shape != (1 << BITS, _OUTPUTS) or rarity.shape != (1 << BITS,):
            raise ValueError("these weights are of another shape than the linear member's")
        self._weights, self._scale, self._rarity, self._bias = weights, scale, rarity, bias

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the weights. Raises ``OSError``, ``KeyError`` or ``ValueError``."""
        with np.load(path, allow_pickle=False) as file:
            rarity = file["rarity"].astype(np.float32) / np.float32(16)
            return cls(file["weights"], file["scale"], rarity, file["bias"])

    def opinion(self, plain: str) -> Opinion:
        """What the runs of the plain form say; of a long one, what its gravest part says."""
        return gravest(plain, self._judge, starts(len(plain)))

    def _judge(self, plain: str) -> tuple[Floats, Floats]:
        buckets, places, lengths = grams(plain)
        _, first = np.unique(buckets, return_index=True)
        rarity = self._rarity[buckets]
        norm = max(1e-6, float(np.sqrt((rarity[first] ** 2).sum())))
        weights = self._weights[buckets] * self._scale  # (runs, outputs)
        parts = weights * (rarity / norm)[:, None]
        scores = parts[first].sum(axis=0) + self._bias
        return scores, _spread(parts[:, 1] + parts[:, 2], places, lengths, len(plain))


def _spread(
    weights: Floats, places: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], size: int
) -> Floats:
    """The weights of the runs, each shared out among its characters."""
    load = np.zeros(size + 3, dtype=np.float32)  # one edge before, two places of slack behind
    share = weights / lengths
    for offset in range(3):
        reach = lengths > offset
        np.add.at(load, places[reach] + 1 + offset, share[reach])
    return load[1 : size + 1]
