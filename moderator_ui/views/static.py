"""The console's own style, script, sound and icon."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.errors import NotFound
from moderator_ui.assets import FOR_A_DAY, assets
from moderator_ui.call import Call


async def serve(call: Call) -> web.Response:
    """One of the few files; they say nothing about anybody. Raises ``NotFound``."""
    asset = assets().get(call.request.match_info["name"])
    if asset is None:
        raise NotFound
    return web.Response(
        body=asset.body,
        headers={"Content-Type": asset.content_type, "Cache-Control": FOR_A_DAY},
    )
