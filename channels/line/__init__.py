"""LINE: an official account that knows nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.ports.channel import Channel, ChannelSpec, Chore, Finding, Handed
from channels.line.settings import LineSettings


def _make(handed: Handed) -> Channel:
    from channels.line.channel import LineChannel  # noqa: PLC0415  # the SDK takes 65 MB and 2 s

    return LineChannel(handed)


async def _set_up(own: Any, settings: Any) -> Sequence[Finding]:  # noqa: ANN401  # both settings
    from channels.line.chores import set_up  # noqa: PLC0415  # as above

    return await set_up(own, settings)


async def _examine(own: Any, settings: Any) -> Sequence[Finding]:  # noqa: ANN401  # both settings
    from channels.line.chores import examine  # noqa: PLC0415  # as above

    return await examine(own, settings)


SPEC = ChannelSpec(
    name="line",
    make=_make,
    configured=lambda own: isinstance(own, LineSettings) and own.configured,
    settings=LineSettings,
    examine=_examine,
    chores={
        "setup": Chore("Put the menu and the webhook's address into LINE, and test them.", _set_up),
        "check": Chore("Ask LINE whether token, webhook and menu are as they should be.", _examine),
    },
)
