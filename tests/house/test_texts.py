"""Words are complete in every locale, and only known telephone numbers stand in any text."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

from bot.core.model import errors
from bot.texts import Texts
from channels import texts_folders
from tests.house.source import ROOT, Source, ours

PHONE: Final = re.compile(
    r"(?<![\w.#/:%=&-])(?:0\d{1,4}[-‐‑–ー(（ ]\d{1,4}[-‐‑–ー)） ]\d{3,5}|0\d{9,10}|#\d{4})(?![\w-])"
)
_WIDE: Final = str.maketrans("０１２３４５６７８９＃－", "0123456789#-")
_SCANNED: Final = ("*.toml", "*.html", "*.md", "*.txt", "*.js", "*.svg")
_LEFT_OUT: Final = {".venv", ".tools", ".git", "node_modules", "data", "build", "dist"}


def numbers(text: str) -> list[str]:
    """Telephone-like strings, digits and '#' only, whatever their width or hyphens."""
    return [re.sub(r"[^\d#]", "", found) for found in PHONE.findall(text.translate(_WIDE))]


def known_numbers() -> set[str]:
    data = json.loads((ROOT / "bot/safety/hotlines.json").read_text(encoding="utf-8"))
    return {re.sub(r"[^\d#]", "", entry["phone"]) for entry in data["entries"]}


def scanned_files() -> Iterator[Path]:
    for pattern in _SCANNED:
        for path in ROOT.rglob(pattern):
            parts = path.relative_to(ROOT).parts
            if not (_LEFT_OUT & set(parts)) and "tests" not in parts and parts[0] != "bench":
                yield path


def keys_in_code(sources: Iterable[Source], areas: Iterable[str]) -> set[str]:
    """String literals that look like a key of a known area."""
    shape = re.compile(rf"(?:{'|'.join(map(re.escape, areas))})(?:\.[a-z][a-z0-9_]*)+")
    return {
        node.value
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and shape.fullmatch(node.value)
    }


def keys_in_templates(texts: Iterable[str], areas: Iterable[str]) -> set[str]:
    """Quoted keys inside ``{{ }}`` and ``{% %}``."""
    areas = tuple(areas)
    shape = re.compile(rf"['\"]((?:{'|'.join(map(re.escape, areas))})(?:\.[a-z][a-z0-9_]*)+)['\"]")
    return {
        key
        for text in texts
        for block in re.findall(r"\{[{%].*?[%}]\}", text, re.DOTALL)
        for key in shape.findall(block)
    }


def unlike(one: Texts, first: str, second: str) -> list[str]:
    """Keys that only one locale has, or whose names in braces differ."""
    lone = one.keys(first) ^ one.keys(second)
    both = one.keys(first) & one.keys(second)
    other = {k for k in both if one.entry(k, first).names != one.entry(k, second).names}
    return sorted(lone | other)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load(more=texts_folders())


def test_every_sentence_exists_in_both_languages(texts: Texts) -> None:
    assert unlike(texts, "ja", "en") == []


def test_a_missing_sentence_or_name_is_noticed(tmp_path: Path) -> None:
    for locale, words in {"ja": 'a = "{n}回"\nb = "は"', "en": 'a = "often"'}.items():
        (tmp_path / locale).mkdir()
        (tmp_path / locale / "page.toml").write_text(words, encoding="utf-8")
    assert unlike(Texts.load(tmp_path), "ja", "en") == ["page.a", "page.b"]


def test_every_key_in_code_and_templates_exists(texts: Texts) -> None:
    areas = {key.partition(".")[0] for key in texts.keys("ja")}
    pages = [p.read_text(encoding="utf-8") for p in scanned_files() if p.suffix == ".html"]
    used = keys_in_code(ours(), areas) | keys_in_templates(pages, areas)
    ends = {".py", ".toml", ".html", ".js", ".css", ".json", ".sqlite3"}
    used = {key for key in used if Path(key).suffix not in ends}
    groups = {key.rpartition(".")[0] for key in texts.keys("ja")}
    assert sorted(used - texts.keys("ja") - groups) == []


def test_keys_are_found_where_they_stand() -> None:
    code = Source("bot/a.py", "say('page.title'); x = 'other.title'; y = 'Page. title'")
    assert keys_in_code([code], ["page"]) == {"page.title"}
    assert keys_in_templates(["{{ say('page.a.b') }} 'page.c'"], ["page"]) == {"page.a.b"}


def test_every_refusal_has_a_sentence_that_needs_only_its_values(texts: Texts) -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type)]
    keys = {k.text_key for k in kinds if issubclass(k, errors.MadoakariError)}
    assert keys
    assert sorted(keys - texts.keys("ja")) == []


def test_only_known_numbers_stand_in_any_text() -> None:
    known = known_numbers()
    files = list(scanned_files())
    assert files
    strange = {
        f"{path.relative_to(ROOT)}: {number}"
        for path in files
        for number in numbers(path.read_text(encoding="utf-8"))
        if number not in known
    }
    assert sorted(strange) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("電話 0120-279-338 へ", ["0120279338"]),
        ("０１２０－２７９－３３８", ["0120279338"]),
        ("0312345678", ["0312345678"]),
        ("03(1234)5678", ["0312345678"]),
        ("#9110", ["#9110"]),
        ("2026-11-25 08:00", []),
        ("color: #0a0b0c; 100-200-300", []),
        ("0.5, 12345", []),
    ],
)
def test_telephone_numbers_are_recognised(text: str, found: list[str]) -> None:
    assert numbers(text) == found
    assert "0312345678" not in known_numbers()


def test_every_hotline_is_complete_in_both_languages() -> None:
    data = json.loads((ROOT / "bot/safety/hotlines.json").read_text(encoding="utf-8"))
    asked = ("id", "name", "name_en", "phone", "hours", "hours_en", "for", "for_en", "source")
    lacking = [f"{e['id']}: {name}" for e in data["entries"] for name in asked if not e[name]]
    assert lacking == []
    assert len({e["id"] for e in data["entries"]}) == len(data["entries"])
