"""The transformer member: a small encoder over characters, run by onnxruntime without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np
import onnxruntime

from triage.characters import START, Alphabet
from triage.opinion import Opinion
from triage.views import Floats, gravest, starts

_MOST_VIEWS: Final = 12


class TransformerMember:
    """A loaded network. Safe to call from one thread at a time, which is how the house does it."""

    name: Final = "transformer"

    def __init__(self, session: onnxruntime.InferenceSession, alphabet: Alphabet) -> None:
        self._session, self._alphabet = session, alphabet

    @classmethod
    def load(cls, network: Path, alphabet: Path) -> Self:
        """Read network and alphabet. Raises whatever onnxruntime or the file system does."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the event loop needs the other core
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(
            network.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        return cls(session, Alphabet.read(alphabet))

    def opinion(self, plain: str) -> Opinion:
        """What the network says of the plain form; of a long one, what its gravest part says."""
        return gravest(plain, self._judge, _begins(len(plain)))

    def _judge(self, plain: str) -> tuple[Floats, Floats]:
        numbers = np.array([[START, *self._alphabet.encode(plain)]], dtype=np.int64)
        danger, kinds, weights = self._session.run(None, {"numbers": numbers})
        return np.concatenate([danger[0], kinds[0]]), weights[0, 1:]


def _begins(size: int) -> list[int]:
    """Where the views begin; of an endless message a dozen, its beginning and end among them."""
    every = starts(size)
    if len(every) <= _MOST_VIEWS:
        return every
    chosen = np.linspace(0, len(every) - 1, _MOST_VIEWS).round().astype(int)
    return [every[place] for place in chosen]
