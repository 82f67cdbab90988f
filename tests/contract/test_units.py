"""The promises of a unit of work, asked of every store."""

from __future__ import annotations

from tests.contract.units_contract import UnitsContract


class TestUnits(UnitsContract):
    pass
