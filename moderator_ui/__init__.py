"""The console: where staff read, answer, and hear of danger. Server-rendered, under /console.

It sees talks through ``ConsoleReads`` and acts through ``Backroom.run``; nothing here can reach
an address, a key or a table.
"""

from __future__ import annotations

from bot.core.ports.console import ConsoleParts
from moderator_ui.console import Console, make_console

__all__ = ["Console", "ConsoleParts", "make_console"]
