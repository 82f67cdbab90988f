"""The labelled corpus: one file an author batch, split by batch, checked before every training."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from triage.lexicon import load
from triage.text import normalise
from triage.training.settings import CONFIG, HERE
from triage.verdict import Kind

CORPUS: Final = HERE / "corpus"
RATING: Final = HERE / "second_rating.tsv"
SUMS: Final = CORPUS / "SHA256SUMS"
_SPEAKERS: Final = frozenset({"self", "family", "other"})
_SHORT: Final = 12  # characters below which two messages may well be the same by chance


class CorpusError(ValueError):
    """The corpus is not what it should be; the text names the file, the row and what is wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled message. ``plain`` is its plain form, ``pair`` names its twins.

    ``group`` says which part of a test set it belongs to; '' in the other splits.
    """

    id: str
    batch: str
    text: str
    plain: str
    level: int
    kinds: tuple[str, ...]
    speaker: str
    pair: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation; ``level`` is None where a supporter speaks."""

    sender: str
    text: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One labelled conversation. ``alert_by`` counts turns from 0; None where none is wanted."""

    id: str
    batch: str
    turns: tuple[Turn, ...]
    alert_by: int | None


def split_of(batch: str) -> str:
    """'train', 'dev' or 'test'."""
    for name in ("dev", "test"):
        if batch in CONFIG["splits"][name]:
            return name
    return "train"


def rows(split: str) -> list[Row]:
    """Every labelled message of a split. Raises ``CorpusError``."""
    found = []
    for path in sorted(CORPUS.glob("*.jsonl")):
        if not path.stem.startswith("conversations") and split_of(path.stem) == split:
            found += [_row(path.stem, number, line) for number, line in _lines(path)]
    return found


def learned() -> list[Row]:
    """What members learn from: the train split, and the rules' own examples, again and again.

    So that the members do not contradict a rule on the very words that it was written for.
    """
    return [*rows("train"), *told_by_rules() * int(CONFIG["rules_examples"])]


def told_by_rules() -> list[Row]:
    """The lines that each rule must fire on, labelled as the rule says."""
    return [
        Row(
            id=f"{rule.id}-{number}",
            batch="lexicon",
            text=line,
            plain=normalise(line).text,
            level=int(rule.level.label),
            kinds=(rule.kind.value,) if rule.kind else (),
            speaker="self",
            pair="",
        )
        for rule in load()[0]
        for number, line in enumerate(rule.good)
    ]


def conversations(split: str) -> list[Conversation]:
    """Every labelled conversation of a split. Raises ``CorpusError``."""
    found = []
    for path in sorted(CORPUS.glob("conversations*.jsonl")):
        if split_of(path.stem) == split:
            found += [_conversation(path.stem, number, line) for number, line in _lines(path)]
    return found


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield number, json.loads(line)
        except ValueError as error:
            raise CorpusError(f"{path.name}:{number}: no JSON object") from error


def _row(batch: str, number: int, line: dict[str, Any]) -> Row:
    where = f"{batch}.jsonl:{number}"
    try:
        row = Row(
            id=line["id"],
            batch=batch,
            text=line["text"],
            plain=normalise(line["text"]).text,
            level=line["level"],
            kinds=tuple(line["kinds"]),
            speaker=line["speaker"],
            pair=f"{batch}:{line['pair']}" if line.get("pair") else "",
            group=line.get("group", ""),
        )
    except KeyError as error:
        raise CorpusError(f"{where}: {error} is missing") from error
    _check(row, where)
    return row


def _check(row: Row, where: str) -> None:
    known = {kind.value for kind in Kind}
    wrong = [
        (row.level not in range(5), "level is a number from 0 to 4"),
        (not set(row.kinds) <= known, f"kinds are of {sorted(known)}"),
        (row.level >= 2 and not row.kinds, "a dangerous row names its kinds"),
        (row.level == 0 and bool(row.kinds), "a calm row has no kinds"),
        (row.speaker not in _SPEAKERS, f"speaker is one of {sorted(_SPEAKERS)}"),
        (not row.text.strip(), "text is empty"),
    ]
    for fails, message in wrong:
        if fails:
            raise CorpusError(f"{where}: {message}")


def _conversation(batch: str, number: int, line: dict[str, Any]) -> Conversation:
    try:
        turns = tuple(Turn(turn["from"], turn["text"], turn["level"]) for turn in line["turns"])
        return Conversation(line["id"], batch, turns, line.get("alert_by"))
    except KeyError as error:
        raise CorpusError(f"{batch}.jsonl:{number}: {error} is missing") from error


def second_rating() -> list[tuple[int, int]]:
    """Both raters' levels of the rows of the dev split that a second rater saw blind."""
    first = {row.id: row.level for row in rows("dev")}
    lines = (line.split("\t") for line in RATING.read_text(encoding="utf-8").splitlines())
    return [(first[key], int(level)) for key, level in lines if key in first]


def check_sums() -> None:
    """Raises ``CorpusError`` where a file of the corpus differs from what SHA256SUMS says."""
    lines = (line.split(maxsplit=1) for line in SUMS.read_text().splitlines())
    wanted = {name: total for total, name in lines}
    there = {path.name: digest(path) for path in CORPUS.glob("*.jsonl")}
    for name in sorted(wanted.keys() | there.keys()):
        if wanted.get(name) != there.get(name):
            raise CorpusError(f"{name} is not the file that SHA256SUMS names")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def leaks(one: Iterable[Row], other: Iterable[Row]) -> list[tuple[str, str]]:
    """Pairs of ids, one of each side, whose texts are nearly the same."""
    limit: float = CONFIG["splits"]["near_duplicate"]
    left = {row.id: _triples(row.plain) for row in one if len(row.plain) >= _SHORT}
    index: defaultdict[str, list[str]] = defaultdict(list)
    for key, triples in left.items():
        for triple in triples:
            index[triple].append(key)
    found = []
    for row in other:
        if len(row.plain) < _SHORT:
            continue
        mine, shared = _triples(row.plain), defaultdict[str, int](int)
        for triple in mine:
            for key in index.get(triple, ()):
                shared[key] += 1
        for key, count in shared.items():
            if count / (len(mine) + len(left[key]) - count) >= limit:
                found.append((key, row.id))
    return found


def _triples(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 3] for place in range(max(1, len(text) - 2)))
