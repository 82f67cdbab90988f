"""What supervisors said of verdicts. The rows name nobody and are never changed."""

from __future__ import annotations

from sqlalchemy import insert, select

from bot.core.model.labels import TriageLabel
from bot.storage import tables as t
from bot.storage.statements import Repository

_COLUMNS = t.triage_labels.c
_ADD = insert(t.triage_labels)
_ALL = select(
    _COLUMNS.month, _COLUMNS.machine, _COLUMNS.corrected, _COLUMNS.kinds, _COLUMNS.members
).order_by(_COLUMNS.month, _COLUMNS.id)


class SqlLabels(Repository):
    """Implements ``bot.core.ports.store.Labels``."""

    async def add(self, label: TriageLabel) -> None:
        """Store a label."""
        values = {
            "month": label.month,
            "machine": label.machine,
            "corrected": label.corrected,
            "kinds": label.kinds or None,
            "members": ",".join(label.members),
            "outcome": label.outcome,
        }
        await self._do(_ADD, values)

    async def all(self) -> list[TriageLabel]:
        """Every label, the earliest month first."""
        return [
            TriageLabel(month, machine, corrected, kinds, tuple(filter(None, members.split(","))))
            for month, machine, corrected, kinds, members in await self._all(_ALL, {})
        ]
