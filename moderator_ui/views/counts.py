"""Numbers for those who run the service: no words, no handles."""

from __future__ import annotations

from aiohttp import web

from moderator_ui.call import Call
from moderator_ui.pages import page
from moderator_ui.views.desk import seen_troubles


async def show(call: Call) -> web.Response:
    """How much there is of everything."""
    counts = await call.reads.counts(call.viewer, call.now)
    return await page(call, "counts/show.html", counts=counts, troubles=seen_troubles(call))
