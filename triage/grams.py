"""Runs of one to three characters, hashed into numbered buckets: the linear member's features."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

LONGEST: Final = 3
BITS: Final = 17
_FACTORS: Final = tuple(
    np.uint64(factor)
    for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xFF51AFD7ED558CCD)
)
_BEGIN, _END = "\x02", "\x03"

Buckets = npt.NDArray[np.int64]


def grams(text: str) -> tuple[Buckets, Buckets, Buckets]:
    """The bucket, first character and length of every run in ``text`` with its two edges.

    A position counts in ``text``; the edge before it is -1, the one behind it ``len(text)``.
    Lone surrogates count like any other character.
    """
    marked = (_BEGIN + text + _END).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(marked, dtype=np.uint32).astype(np.uint64)
    buckets, starts, lengths = [], [], []
    for length in range(1, LONGEST + 1):
        count = len(letters) - length + 1
        hashed = np.zeros(count, dtype=np.uint64)
        for place in range(length):
            hashed = (hashed + letters[place : place + count]) * _FACTORS[place]
            hashed ^= hashed >> np.uint64(29)
        hashed = (hashed + np.uint64(length)) * _FACTORS[-1]
        buckets.append((hashed >> np.uint64(64 - BITS)).astype(np.int64))
        starts.append(np.arange(-1, count - 1, dtype=np.int64))
        lengths.append(np.full(count, length, dtype=np.int64))
    return np.concatenate(buckets), np.concatenate(starts), np.concatenate(lengths)


def distinct(text: str) -> Buckets:
    """The buckets of ``text``, each once, in order."""
    return np.unique(grams(text)[0])
