"""The arithmetic: percentiles, medians, ratios, and the table that goes into the document."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

BEGIN: Final = "<!-- figures: begin -->"
END: Final = "<!-- figures: end -->"


class MarkersMissing(Exception):
    """The document has no place for the table."""


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; ``nan`` of nothing. ``share`` is between 0 and 1."""
    if not values:
        return math.nan
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    return {f"p{share}": percentile(values, share / 100) for share in (50, 95, 99)}


def middle(values: Sequence[float | None]) -> float | None:
    """The median of the values that are there and are numbers; None of nothing."""
    there = [value for value in values if value is not None and not math.isnan(value)]
    return median(there) if there else None


def ratio(value: float | None, floor: float | None) -> float | None:
    """``value`` over ``floor``; None where either is missing or the floor is nothing."""
    return None if value is None or not floor else value / floor


def shown(value: float | None) -> str:
    """A number with three figures that count, thousands parted."""
    if value is None or math.isnan(value):
        return "-"
    if math.isinf(value):
        return "never"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 if abs(value) < 10 else 1
    return f"{value:.{digits}f}"


def table(rows: Sequence[tuple[str, Mapping[str, float | None]]], names: Sequence[str]) -> str:
    """A table in Markdown: a row a figure, a column a place, and ratios over the first one."""
    floor, *others = names
    head = ["figure", floor, *(f"{name} (x {floor})" for name in others)]
    lines = [_line(head), _line(["---"] * len(head))]
    for what, values in rows:
        cells = [what, shown(values.get(floor))]
        for name in others:
            times = ratio(values.get(name), values.get(floor))
            compared = f" (x {shown(times)})" if times is not None else ""
            cells.append(shown(values.get(name)) + compared)
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def put_between_markers(document: Path, text: str) -> None:
    """Replace what stands between the document's markers. Raises ``MarkersMissing``."""
    before, begin, rest = document.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarkersMissing(f"{document} lacks {BEGIN} or {END}")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")
