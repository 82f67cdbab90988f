"""What every handler of the visitor's page is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.core.ports.channel import Handed
from channels.webchat.pace import Pace
from channels.webchat.pages import Pages
from channels.webchat.streams import Streams

NAME: Final = "webchat"
SESSION_LASTS: Final = timedelta(days=7)
"""How long a browser's session opens its room, if the browser does not forget it sooner.

Long enough that an answer of the next days is still found; the passphrase is for longer.
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """The channel's own parts beside what it was handed."""

    handed: Handed
    pages: Pages
    pace: Pace
    streams: Streams


def make_parts(handed: Handed) -> Parts:
    """Put them together."""
    return Parts(handed=handed, pages=Pages(handed), pace=Pace(handed), streams=Streams())
