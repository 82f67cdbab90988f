"""Reads the rule files in ``triage/lexicon``: what a rule is, and what is wrong with a broken one.

Patterns are regular expressions over normalised text (see ``triage.text``). ``%word%`` stands
for an entry of ``[words]`` in ``guards.toml``. Unbounded repeats are refused, so that no message
can make a rule slow.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from triage.verdict import Kind, Level

GUARDS_FILE: Final = "guards.toml"
_WORD: Final = re.compile(r"%([a-z_]+)%")
_CLASS: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")
_UNBOUNDED: Final = re.compile(r"[*+]|\{\d*,\}")
_NESTED: Final = re.compile(r"[}]\)[{]")
_RULE_FIELDS: Final = frozenset(
    {"id", "kind", "level", "patterns", "also", "least", "guards", "good", "bad", "source"}
    | {"reviewer"}
)
_GUARD_FIELDS: Final = frozenset(
    {"id", "to", "general", "before", "after", "beyond", "around", "anywhere", "needs"}
    | {"unless", "good", "bad"}
)


class LexiconError(Exception):
    """A rule file cannot be used; the message names the file, the rule and the field."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What makes a hit harmless, read in the sentence of the hit.

    ``before`` must end where the hit begins, ``after`` begin where it ends, ``beyond`` too and
    may read on into the next sentence, ``around`` stand anywhere in the sentence, ``anywhere``
    in the message; one match is enough, where all of ``needs`` and none of ``unless`` stand in
    the message. The hit then counts as ``to``. Only this hit: a wish that stands beside it is a
    hit of its own. A ``general`` guard serves every rule of danger without being named there.
    """

    id: str
    to: Level
    before: tuple[re.Pattern[str], ...]
    after: tuple[re.Pattern[str], ...]
    beyond: tuple[re.Pattern[str], ...]
    around: tuple[re.Pattern[str], ...]
    anywhere: tuple[re.Pattern[str], ...]
    needs: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    general: bool
    good: tuple[str, ...]
    bad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to call a message dangerous.

    It fires where at least ``least`` of ``patterns`` match and every pattern of ``also``
    stands somewhere in the message. ``good`` lines must fire it, ``bad`` lines must not.
    """

    id: str
    kind: Kind | None
    level: Level
    patterns: tuple[re.Pattern[str], ...]
    also: tuple[re.Pattern[str], ...]
    least: int
    guards: tuple[Guard, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    source: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of a file while it is read; its errors name the place."""

    file: str
    id: str
    table: Mapping[str, object]

    def error(self, field: str, problem: str) -> LexiconError:
        return LexiconError(f"{self.file}: {self.id}: {field}: {problem}")

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.table.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(field, "must be a list of strings")
        return tuple(value)

    def text(self, field: str) -> str:
        value = self.table.get(field, "")
        if not isinstance(value, str):
            raise self.error(field, "must be a string")
        return value

    def number(self, field: str, default: int) -> int:
        value = self.table.get(field, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(field, "must be a whole number")
        return value

    def flag(self, field: str) -> bool:
        value = self.table.get(field, False)
        if not isinstance(value, bool):
            raise self.error(field, "must be true or false")
        return value

    def level(self, field: str, default: int) -> Level:
        try:
            return Level.from_label(self.number(field, default))
        except ValueError as error:
            raise self.error(field, str(error)) from error

    def kind(self) -> Kind | None:
        name = self.text("kind")
        try:
            return Kind(name) if name else None
        except ValueError as error:
            raise self.error("kind", str(error)) from error

    def patterns(self, field: str, words: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
        return tuple(self._compiled(field, source, words) for source in self.texts(field))

    def _compiled(self, field: str, source: str, words: Mapping[str, str]) -> re.Pattern[str]:
        def word(match: re.Match[str]) -> str:
            if match[1] not in words:
                raise self.error(field, f"unknown word %{match[1]}%")
            return words[match[1]]

        expanded = _WORD.sub(word, source)
        bare = _CLASS.sub("c", expanded)
        if _UNBOUNDED.search(bare) or _NESTED.search(bare):
            raise self.error(field, f"repeats without a bound, or one in another: {source}")
        try:
            return re.compile(expanded)
        except re.error as error:
            raise self.error(field, f"not a regular expression ({error}): {source}") from error

    def require(self, *, known: frozenset[str], filled: tuple[str, ...]) -> None:
        for field in self.table:
            if field not in known:
                raise self.error(field, "unknown field")
        for field in filled:
            if not self.table.get(field):
                raise self.error(field, "is missing or empty")


def load(files: Mapping[str, str] | None = None) -> tuple[tuple[Rule, ...], tuple[Guard, ...]]:
    """The rules and guards of ``files`` (name to TOML text), by default those of the package.

    Raises ``LexiconError`` naming file, rule and field where a file cannot be used.
    """
    parsed = {name: _parsed(name, text) for name, text in (files or packaged()).items()}
    if GUARDS_FILE not in parsed:
        raise LexiconError(f"{GUARDS_FILE}: file: is missing")
    words = _words(parsed[GUARDS_FILE])
    guards = {
        entry.id: _guard(entry, words)
        for name, content in parsed.items()
        for entry in _entries(name, content, "guard")
    }
    rules: dict[str, Rule] = {}
    for name, content in parsed.items():
        for entry in _entries(name, content, "rule"):
            if entry.id in rules:
                raise entry.error("id", "is used twice")
            rules[entry.id] = _rule(entry, words, guards)
    return tuple(rules.values()), tuple(guards.values())


def packaged() -> dict[str, str]:
    """The rule files of the package: name to TOML text."""
    folder = resources.files("triage") / "lexicon"
    return {
        item.name: item.read_text(encoding="utf-8")
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".toml")
    }


def _parsed(name: str, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{name}: file: not valid TOML: {error}") from error


def _words(content: Mapping[str, object]) -> dict[str, str]:
    table = content.get("words", {})
    if not isinstance(table, dict):
        raise LexiconError(f"{GUARDS_FILE}: words: must be a table")
    words: dict[str, str] = {}
    for name, value in table.items():
        if not isinstance(value, str):
            raise LexiconError(f"{GUARDS_FILE}: words: {name}: must be a string")
        words[name] = _WORD.sub(_earlier(words), value)
    return words


def _earlier(words: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def lookup(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise LexiconError(f"{GUARDS_FILE}: words: %{match[1]}% is not defined above its use")
        return words[match[1]]

    return lookup


def _entries(name: str, content: Mapping[str, object], key: str) -> list[_Entry]:
    tables = content.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise LexiconError(f"{name}: {key}: must be a list of tables")
    return [
        _Entry(name, str(table.get("id", f"{key} {n}")), table)
        for n, table in enumerate(tables, start=1)
    ]


def _guard(entry: _Entry, words: Mapping[str, str]) -> Guard:
    entry.require(known=_GUARD_FIELDS, filled=("id", "good", "bad"))
    return Guard(
        id=entry.id,
        to=entry.level("to", 0),
        before=entry.patterns("before", words),
        after=entry.patterns("after", words),
        beyond=entry.patterns("beyond", words),
        around=entry.patterns("around", words),
        anywhere=entry.patterns("anywhere", words),
        needs=entry.patterns("needs", words),
        unless=entry.patterns("unless", words),
        general=entry.flag("general"),
        good=entry.texts("good"),
        bad=entry.texts("bad"),
    )


def _rule(entry: _Entry, words: Mapping[str, str], guards: Mapping[str, Guard]) -> Rule:
    entry.require(known=_RULE_FIELDS, filled=("id", "level", "patterns", "good", "bad", "source"))
    for name in entry.texts("guards"):
        if name not in guards:
            raise entry.error("guards", f"unknown guard {name}")
    named = tuple(guards[name] for name in entry.texts("guards"))
    level = entry.level("level", 0)
    general = tuple(guard for guard in guards.values() if guard.general and guard not in named)
    return Rule(
        id=entry.id,
        kind=entry.kind(),
        level=level,
        patterns=entry.patterns("patterns", words),
        also=entry.patterns("also", words),
        least=entry.number("least", 1),
        guards=named + general if level >= Level.PASSIVE else named,
        good=entry.texts("good"),
        bad=entry.texts("bad"),
        source=entry.text("source"),
        reviewer=entry.text("reviewer"),
    )
