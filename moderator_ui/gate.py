"""How often somebody may try to sign in: per name and for all together."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final

from bot.core.model.errors import SlowDown
from bot.core.model.sealed import Tag
from bot.http.limits import Limiter

NAME_BURST: Final = 6
NAME_PER_MINUTE: Final = 3
ALL_BURST: Final = 40
ALL_PER_MINUTE: Final = 60
_ALL: Final = "all"


class Gate:
    """Slows guessing down. Keeps tags of names, never names, and forgets them at a stop."""

    def __init__(self) -> None:
        self._names = Limiter(burst=NAME_BURST, per_minute=NAME_PER_MINUTE)
        self._all = Limiter(burst=ALL_BURST, per_minute=ALL_PER_MINUTE)

    def let_through(self, name_tag: Tag, now: datetime) -> None:
        """Count one try. Raises ``SlowDown``.

        A name's own limit is asked first: one hammered name does not use up everybody's.
        """
        now_s = now.timestamp()
        if not self._names.allows(name_tag, now_s) or not self._all.allows(_ALL, now_s):
            raise SlowDown


def same_name(work_name: str) -> str:
    """One form for all spellings of a name that could mean the same account."""
    return unicodedata.normalize("NFKC", " ".join(work_name.split())).casefold()
