"""A house for whoever asks for one."""

from __future__ import annotations

from tests.end.house import MakeHouse, make_house

__all__ = ["MakeHouse", "make_house"]
