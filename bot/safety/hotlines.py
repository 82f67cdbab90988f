"""Hotlines: read once, told in the reader's language, those that answer now first (R-088)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.core.model.duty import Hours, parse_hours
from bot.core.ports.channel import Hotline

HERE: Final = Path(__file__).parent / "hotlines.json"
_EMERGENCY: Final = ("110", "119")
_NO_DIGIT: Final = re.compile(r"[^0-9]")


class HotlinesError(Exception):
    """The file cannot be used; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as the file has it. ``open_hours`` is None where nobody can say for certain."""

    id: str
    name: Mapping[str, str]
    phone: str
    hours: Mapping[str, str]
    purpose: Mapping[str, str]
    always_open: bool
    open_hours: Hours | None
    charged: bool
    kinds: frozenset[str]
    reviewed_by: str
    reviewed_on: str

    def open_now(self, now: datetime) -> bool | None:
        """Whether somebody answers at ``now``; None where nobody can say for certain."""
        if self.always_open:
            return True
        return None if self.open_hours is None else self.open_hours.open_at(now)

    def told(self, locale: str, now: datetime) -> Hotline:
        """The line in a reader's language; Japanese where it has no other."""
        return Hotline(
            id=self.id,
            name=_in(self.name, locale),
            phone=self.phone,
            hours=_in(self.hours, locale),
            purpose=_in(self.purpose, locale),
            charged=self.charged,
            open_now=self.open_now(now),
        )


class Hotlines:
    """All lines. Immutable; made by ``Hotlines.load``."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    @classmethod
    def load(cls, file: Path = HERE) -> Hotlines:
        """Read the file. Raises ``HotlinesError``."""
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))["entries"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HotlinesError(f"{file.name} cannot be read: {type(error).__name__}") from error
        return cls([_entry(row) for row in rows])

    @property
    def numbers(self) -> frozenset[str]:
        """Every number as digits alone: what may stand in a text (R-087)."""
        return frozenset(_NO_DIGIT.sub("", entry.phone) for entry in self.entries)

    def for_locale(self, locale: str, now: datetime) -> list[Hotline]:
        """110 and 119 first, then what answers at ``now``, then what may, then the rest."""
        ordered = sorted(self.entries, key=lambda entry: _rank(entry, now))
        return [entry.told(locale, now) for entry in ordered]

    def unreviewed(self) -> tuple[str, ...]:
        """Ids of lines that no named person has confirmed on a date."""
        return tuple(e.id for e in self.entries if not (e.reviewed_by and e.reviewed_on))


def _rank(entry: Entry, now: datetime) -> tuple[int, int]:
    """Free lines before charged ones where both are as open."""
    if entry.phone in _EMERGENCY:
        return (-1, _EMERGENCY.index(entry.phone))
    openness = {True: 0, None: 1, False: 2}[entry.open_now(now)]
    return (openness, int(entry.charged))


def _entry(row: Mapping[str, Any]) -> Entry:
    try:
        return Entry(
            id=row["id"],
            name=_both(row, "name"),
            phone=row["phone"],
            hours=_both(row, "hours"),
            purpose=_both(row, "for"),
            always_open=row["always_open"],
            open_hours=_hours(row["open_hours"]),
            charged=row["charged"],
            kinds=frozenset(row["kinds"]),
            reviewed_by=row["reviewed_by"],
            reviewed_on=row["reviewed_on"],
        )
    except (KeyError, TypeError, ValueError) as error:
        name = str(row)[:40]
        raise HotlinesError(f"the hotline {name} cannot be used: {error!r}") from error


def _both(row: Mapping[str, Any], field: str) -> Mapping[str, str]:
    return {"ja": str(row[field]), "en": str(row[f"{field}_en"])}


def _in(words: Mapping[str, str], locale: str) -> str:
    return words.get(locale, words["ja"])


def _hours(spans: list[Mapping[str, Any]] | None) -> Hours | None:
    """The spans as the core reads hours; it knows about days, midnight and Japan time."""
    if spans is None:
        return None
    return parse_hours(
        "; ".join(f"{','.join(span['days'])} {span['from']}-{span['to']}" for span in spans)
    )
