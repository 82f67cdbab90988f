"""Pure: what a form brought, to what the house understands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.core.model.errors import BadInput, PageTooOld
from bot.core.model.messages import Inbound
from bot.core.model.people import AgeBand, Pace, SpeaksAs, Wish

LOCALES = ("ja", "en")
MOODS = ("here", "sleepless", "heavy", "calmer", "thanks")
"""One-tap words (R-010); the words themselves are ``visitor.mood.*``."""

SAYINGS: Final[Mapping[str, type[SpeaksAs | AgeBand | Wish | Pace]]] = {
    "speaks_as": SpeaksAs,
    "age_band": AgeBand,
    "wish": Wish,
    "pace": Pace,
}
"""What somebody may say about themselves: fields of ``Door.lean``, and what each may hold."""

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


class Act(StrEnum):
    """What a form of the page about oneself does."""

    SAY = "say"  # all of it as it stands in the form
    FORGET = "forget"  # as if nothing had been said
    BELL = "bell"  # messengers carry a bell alone
    TALK = "talk"  # messengers carry the talk again
    JOIN = "join"  # go on in the older room, by its passphrase


@dataclass(frozen=True, slots=True)
class AboutMeForm:
    """A form of that page. ``said`` holds what was said, by field of ``Door.lean``."""

    act: Act
    said: Mapping[str, str]
    phrase: str


def parse_about_me(fields: Mapping[str, str]) -> AboutMeForm:
    """Read a form of the page about oneself. Raises ``BadInput`` for none of ours."""
    said = {name: fields[name] for name in SAYINGS if fields.get(name)}
    if any(value not in set(SAYINGS[name]) for name, value in said.items()):
        raise BadInput
    act = read_act(fields.get("do"))
    if act is None:
        raise BadInput
    return AboutMeForm(act=act, said=said, phrase=fields.get("phrase", ""))


def read_act(text: str | None) -> Act | None:
    """What a form did; None for anything else."""
    return Act(text) if text in set(Act) else None


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
