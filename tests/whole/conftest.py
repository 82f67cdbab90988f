"""A running service of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.process import GENEROUS, RunningService


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    """A service on SQLite whose limits many messages do not meet."""
    running = RunningService(tmp_path, live_cap_supervisor="20", log_level="debug", **GENEROUS)
    running.start()
    yield running
    running.end()
