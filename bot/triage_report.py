"""``madoakari triage --agreement``: how triage and the supervisors agreed, month by month."""

from __future__ import annotations

from typing import Final

from bot.core.model.labels import Agreement, agreement_by_month
from bot.service import Service
from bot.settings import Settings

NOTHING: Final = "No verdict has been corrected yet."
_HEAD: Final = ("month", "n", "agreed", "missed", "wrong", "found")


async def agreement(settings: Settings) -> str:
    """A row a month: how many, agreed, missed, wrong, and the share of grave ones found."""
    service = await Service.prepare(settings)
    try:
        labels, _ = await service.parts.ground.units.run(lambda unit: unit.labels.all())
    finally:
        await service.stop()
    months = agreement_by_month(labels)
    return "\n".join(map(_line, (_HEAD, *map(_cells, months)))) if months else NOTHING


def _cells(row: Agreement) -> tuple[str, ...]:
    counts = (row.total, row.agreed, row.missed, row.wrong)
    share = f"{row.found}/{row.grave} = {row.found / row.grave:.2f}" if row.grave else "-"
    return (f"{row.month:%Y-%m}", *map(str, counts), share)


def _line(cells: tuple[str, ...]) -> str:
    return f"{cells[0]:<8}" + "".join(f"{cell:>8}" for cell in cells[1:5]) + f"  {cells[5]}"
