"""Channels for those who look after them: how each is, what it cost, what it can tell."""

from __future__ import annotations

from aiohttp import web

from bot.core.model.duty import JAPAN
from bot.core.model.meter import month_in_japan
from moderator_ui.call import Call
from moderator_ui.channels import channel_rows
from moderator_ui.pages import page


async def show(call: Call) -> web.Response:
    """All channels at this moment, and this month's sendings."""
    sendings = await call.reads.sendings(call.viewer, month_in_japan(call.now))
    return await page(
        call,
        "channels/show.html",
        rows=channel_rows(call, sendings),
        month=call.now.astimezone(JAPAN).month,
    )
