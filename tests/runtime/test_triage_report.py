"""How triage and the supervisors agreed, as the command line prints it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.core.model.labels import TriageLabel
from bot.core.ports.store import UnitOfWork
from bot.service import Service
from bot.settings import Settings
from bot.triage_report import NOTHING, agreement
from triage.verdict import Kind, Level

LABELS = (
    (12, Level.ACTIVE, Level.NONE),
    (11, Level.NONE, Level.ACTIVE),
    (11, Level.ACTIVE, Level.ACTIVE),
    (11, Level.DISTRESS, Level.DISTRESS),
)


async def fill(unit: UnitOfWork) -> None:
    for month, machine, corrected in LABELS:
        kinds = frozenset({Kind.SUICIDE})
        label = TriageLabel(date(2026, month, 1), machine, corrected, kinds, ("rules",))
        await unit.labels.add(label)


async def test_a_row_a_month(tmp_path: Path) -> None:
    settings = Settings.load(env_file=None, environ={}, overrides={"data_dir": tmp_path})
    assert await agreement(settings) == NOTHING
    service = await Service.prepare(settings)
    await service.parts.ground.units.run(fill)
    await service.stop()
    assert [line.split() for line in (await agreement(settings)).splitlines()] == [
        ["month", "n", "agreed", "missed", "wrong", "found"],
        ["2026-11", "3", "2", "1", "0", "1/2", "=", "0.50"],
        ["2026-12", "1", "0", "0", "1", "-"],
    ]
