"""How a long message is read: in overlapping views, none longer than training knew."""

from __future__ import annotations

from typing import Final

VIEW: Final = 300  # characters judged together
WIDEST: Final = 12  # characters of a marked passage
_STRIDE: Final = 200


def starts(size: int) -> list[int]:
    """Where the views of ``size`` characters begin; the last one always reaches the end."""
    if size <= VIEW:
        return [0]
    return [*range(0, size - VIEW, _STRIDE), size - VIEW]
