"""The transformer member: a small encoder over characters, run by onnxruntime without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import onnxruntime

from triage.characters import BREAK, START, Alphabet
from triage.opinion import STEPS, Opinion

_WINDOW: Final = 300  # characters judged together; training knew no longer ones
_STRIDE: Final = 200
_MOST_VIEWS: Final = 12  # of an endless message: its beginning, its end, and views in between
_WIDEST: Final = 12  # characters of a marked passage

Floats = npt.NDArray[np.float32]


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

    def opinion(self, plain: str, before: tuple[str, ...] = ()) -> Opinion:
        """What the network says of the plain form, read after ``before`` (plain, oldest first).

        Of a long message, what its gravest part says. The marked passage lies in ``plain``.
        """
        best: tuple[float, Floats, int, int] | None = None
        for begin in _windows(len(plain)):
            numbers, offset = self._numbers(plain[begin : begin + _WINDOW], before)
            danger, kinds, weights = self._session.run(None, {"numbers": numbers})
            grave = float(danger[0, 1] + danger[0, 2])
            if best is None or grave > best[0]:
                start, end = _heaviest(weights[0, offset:])
                scores = np.concatenate([danger[0], kinds[0]])
                best = (grave, scores, begin + start, begin + end)
        assert best is not None  # noqa: S101 - there is always one view
        found = tuple(float(number) for number in best[1])
        return Opinion(found[: len(STEPS)], found[len(STEPS) :], best[2], min(best[3], len(plain)))

    def _numbers(self, plain: str, before: tuple[str, ...]) -> tuple[npt.NDArray[np.int64], int]:
        """What the network reads, and where in it the message itself begins."""
        context: list[int] = []
        for message in before:
            context += [*self._alphabet.encode(message), BREAK]
        room = _WINDOW - min(_WINDOW, len(plain))
        context = context[len(context) - min(room, len(context)) :]
        numbers = [START, *context, *self._alphabet.encode(plain)]
        return np.array([numbers], dtype=np.int64), 1 + len(context)


def _windows(size: int) -> list[int]:
    """Where the views of a message begin; the last one always reaches its end."""
    if size <= _WINDOW:
        return [0]
    starts = [*range(0, size - _WINDOW, _STRIDE), size - _WINDOW]
    if len(starts) <= _MOST_VIEWS:
        return starts
    chosen = np.linspace(0, len(starts) - 1, _MOST_VIEWS).round().astype(int)
    return [starts[place] for place in chosen]


def _heaviest(weights: Floats) -> tuple[int, int]:
    """The passage of at most ``_WIDEST`` characters that the network looked at most."""
    size = len(weights)
    width = min(_WIDEST, size)
    if not width:
        return 0, 0
    total = np.concatenate([np.zeros(1, dtype=np.float32), np.cumsum(weights)])
    at = int(np.argmax(total[width:] - total[:-width]))
    return at, at + width
