"""A house on a SQLite file, built by the real wiring, with nothing running."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.service import prepare_database
from bot.settings import Settings
from bot.wiring import Parts, build, lay_ground


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    settings = Settings.load(env_file=None, environ={}, overrides={"data_dir": tmp_path})
    ground = lay_ground(settings)
    await prepare_database(settings)
    built = build(ground)
    yield built
    built.assessor.close()
    await ground.units.close()
    await ground.engine.dispose()
