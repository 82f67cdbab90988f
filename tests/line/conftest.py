"""The stage that most tests play on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.setting_kinds import Secret
from tests.line.stage import Stage, staged

MakeStage = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A channel in relay mode, without pictures, that does not look around by itself."""
    async with staged() as ready:
        yield ready


@pytest.fixture
async def make_stage() -> AsyncIterator[MakeStage]:
    """Makes stages of other kinds: ``secret``, ``mode``, and whatever ``staged`` takes."""
    async with AsyncExitStack() as over:

        async def make(*, secret: str = "", mode: str = "relay", **more: Any) -> Stage:
            own = {"mode": mode} | ({"channel_secret": Secret(secret)} if secret else {})
            return await over.enter_async_context(staged(own=own, **more))

        yield make
