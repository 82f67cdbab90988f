"""Pure: what a form brought, to what the house understands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model.errors import PageTooOld
from bot.core.model.messages import Inbound

LOCALES = ("ja", "en")
MOODS = ("here", "sleepless", "heavy", "calmer", "thanks")
"""One-tap words (R-010); the words themselves are ``visitor.mood.*``."""

_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_LINK = re.compile(r"[A-Za-z0-9_-]{16,128}")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Written:
    """The fields of the box. ``mood`` is None where words were written, not tapped."""

    words: str
    key: str
    mood: str | None


def parse_written(fields: Mapping[str, str]) -> Written:
    """Read the box's fields. Raises ``PageTooOld`` for a key that no page of ours carries.

    The words are not looked at here: what may be written is the core's to say.
    """
    key = fields.get("key", "")
    if not _KEY.fullmatch(key):
        raise PageTooOld
    mood = fields.get("mood")
    return Written(words=fields.get("words", ""), key=key, mood=mood if mood in MOODS else None)


def to_inbound(written: Written, *, words: str, channel: str, token: str, locale: str) -> Inbound:
    """What the core is handed; the session's token is the address."""
    return Inbound(channel=channel, address=token, event_id=written.key, words=words, locale=locale)


def read_token(cookie: str | None) -> str | None:
    """The session's token in a cookie; None for anything that cannot be one."""
    return cookie if cookie is not None and _TOKEN.fullmatch(cookie) else None


def read_link(text: str) -> str | None:
    """The token of a single-use link in an address; None for anything that cannot be one."""
    return text if _LINK.fullmatch(text) else None


def read_number(text: str) -> int:
    """A message number; 0 for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else 0


def read_locale(text: str | None) -> str | None:
    """A locale that there are words in; None for anything else."""
    return text if text in LOCALES else None
