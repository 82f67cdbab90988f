"""Words for people: a text key and a locale in, a sentence out.

The words live in ``bot/locale/<locale>/<area>.toml``; the key of an entry is the file's name and
the names of its tables, joined by dots (``error.text_too_long``). ``reviewed_by`` and
``reviewed_on`` in a table are no texts but say who approved all wordings in it; such a table
with nothing else but ``text`` is one entry under the table's own key. Keys never change when
the wording does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent / "locale"
LOCALES: Final = ("ja", "en")
_REVIEW: Final = frozenset({"reviewed_by", "reviewed_on"})
_NAME: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BRACE: Final = re.compile(r"[{}]")


class TextsError(Exception):
    """A locale file that cannot be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Review:
    """Who approved a wording and on which date (ISO); empty where nobody did yet."""

    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence; ``review`` is None where the wording needs no expert's eye."""

    text: str
    review: Review | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names in braces that the sentence needs values for."""
        return frozenset(_NAME.findall(self.text))


class Texts:
    """All sentences in all locales. Immutable; made by ``Texts.load``."""

    def __init__(self, entries: Mapping[str, Mapping[str, Entry]]) -> None:
        self._entries = entries

    @classmethod
    def load(cls, folder: Path = HERE, *, more: Iterable[Path] = ()) -> Texts:
        """Read every locale file. Raises ``TextsError`` for one that cannot be used.

        ``more`` are folders of channels, each with one file per locale, ``ja.toml`` and
        ``en.toml``; the keys of ``channels/line/locale/ja.toml`` begin with ``channel.line``.
        """
        channels = list(more)
        return cls(
            {
                locale: dict(_locale(folder / locale)) | dict(_channels(channels, locale))
                for locale in LOCALES
            }
        )

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales that there are words in, Japanese first."""
        return tuple(self._entries)

    def say(self, key: str, locale: str, /, **values: object) -> str:
        """The sentence for ``key`` with each ``{name}`` replaced by the value of that name.

        Values are put in as plain text: no format codes, no attributes, and braces inside a
        value stay as they are. Raises ``KeyError`` for an unknown key, locale or missing value.
        """
        entry = self.entry(key, locale)
        missing = entry.names - values.keys()
        if missing:
            raise KeyError(f"{key} in {locale} needs a value for {', '.join(sorted(missing))}")
        return _NAME.sub(lambda found: str(values[found[1]]), entry.text)

    def entry(self, key: str, locale: str) -> Entry:
        """The entry behind ``key``. Raises ``KeyError`` for an unknown key or locale."""
        words = self._entries.get(locale)
        if words is None:
            raise KeyError(f"there is no locale {locale}")
        if key not in words:
            raise KeyError(f"there is no text {key} in {locale}")
        return words[key]

    def keys(self, locale: str) -> frozenset[str]:
        """Every key of ``locale``. Raises ``KeyError`` for an unknown locale."""
        if locale not in self._entries:
            raise KeyError(f"there is no locale {locale}")
        return frozenset(self._entries[locale])

    def unreviewed(self, locale: str) -> tuple[str, ...]:
        """Keys that await a person's review, sorted: a name or a date is missing."""
        return tuple(
            key
            for key in sorted(self.keys(locale))
            if (review := self.entry(key, locale).review) and not (review.by and review.on)
        )


def _locale(folder: Path) -> Iterator[tuple[str, Entry]]:
    for path in sorted(folder.glob("*.toml")):
        yield from _entries(path.stem, _tables(path), None)


def _channels(folders: Iterable[Path], locale: str) -> Iterator[tuple[str, Entry]]:
    for folder in folders:
        yield from _entries(
            f"channel.{folder.parent.name}", _tables(folder / f"{locale}.toml"), None
        )


def _tables(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TextsError(f"{path.parent.name}/{path.name} is no TOML text: {error}") from error


def _entries(key: str, value: object, review: Review | None) -> Iterator[tuple[str, Entry]]:
    if isinstance(value, str):
        yield key, _checked(key, Entry(value, review))
        return
    if not isinstance(value, dict):
        raise TextsError(f"{key} must be a text or a table of texts")
    review = _review(key, value) or review
    texts = {name: inner for name, inner in value.items() if name not in _REVIEW}
    if review and texts.keys() == {"text"}:
        yield from _entries(key, texts["text"], review)
        return
    for name, inner in texts.items():
        yield from _entries(f"{key}.{name}", inner, review)


def _review(key: str, table: Mapping[str, object]) -> Review | None:
    given = {name: str(table[name]) for name in _REVIEW & table.keys()}
    if not given:
        return None
    if given.keys() != _REVIEW:
        raise TextsError(f"{key} must have both reviewed_by and reviewed_on, or neither")
    return Review(by=given["reviewed_by"], on=given["reviewed_on"])


def _checked(key: str, entry: Entry) -> Entry:
    if not entry.text.strip():
        raise TextsError(f"{key} is empty")
    if _BRACE.search(_NAME.sub("", entry.text)):
        raise TextsError(f"{key} has a brace that belongs to no {{name}}")
    return entry
