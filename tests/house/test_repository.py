"""Files beside the code: locks, image, locale of origin, documentation of commands and events."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.house.source import ROOT

# Put together here, so that this file does not name what it looks for.
_HOME: Final = re.compile(
    "|".join(("/" + "work/", "/" + "opt/pypi", "/" + "opt/wheels", "/" + "root/"))
)
_LEFT_OUT: Final = {".venv", ".tools", ".git", "data", "build", "dist", "__pycache__", "shared"}
_CACHES: Final = ("_cache", ".egg-info", ".hypothesis", ".import_linter")
_LOCAL_LOCK: Final = re.compile(r"://|file:/|^-|@ |^--(index|find|trusted)", re.MULTILINE)


def written_files() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(_LEFT_OUT & {part} or any(c in part for c in _CACHES) for part in parts)
        if path.is_file() and not hidden and path.name != ".env":
            yield path


def named_places(text: str) -> list[str]:
    return _HOME.findall(text)


def undocumented(text: str) -> list[str]:
    return [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and not ast.get_docstring(node)
    ]


def image_faults(text: str) -> list[str]:
    """What is wrong with a Dockerfile, by the rules that every builder can follow."""
    last = re.split(r"^FROM ", text, flags=re.MULTILINE)[-1]
    wanted = {
        "names a user that is not root": re.search(r"^USER (?!0|root)\S+", last, re.MULTILINE),
        "checks its health": "HEALTHCHECK" in last,
        "keeps data in a volume": re.search(r"^VOLUME /data$", last, re.MULTILINE),
        "builds elsewhere": not re.search(r"\bpip\b|\bapt-get\b|\bgcc\b", last),
        "needs no here-document": "<<" not in text,
        "needs no linked copy": "--link" not in text,
        "has two stages": len(re.findall(r"^FROM ", text, re.MULTILINE)) == 2,
    }
    return [what for what, holds in wanted.items() if not holds]


def test_no_file_names_the_place_where_it_was_written() -> None:
    files = list(written_files())
    assert len(files) > 50
    found = {
        f"{path.relative_to(ROOT)}: {place}"
        for path in files
        for place in named_places(path.read_bytes().decode("utf-8", errors="ignore"))
    }
    assert sorted(found) == []


def test_a_place_is_recognised() -> None:
    assert named_places("see /" + "work/main") == ["/" + "work/"]
    assert named_places("network/main and /opt/madoakari") == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_installs_anywhere_and_only_what_it_knows(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9.-]+==\S+(.*?)(?=^[a-z0-9#]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 20
    assert all("--hash=sha256:" in pin for pin in pins)
    assert _LOCAL_LOCK.search(text) is None
    assert "async-timeout==" in text


def test_a_local_lock_is_recognised() -> None:
    assert _LOCAL_LOCK.search("a==1\nb @ file:///x\n")
    assert _LOCAL_LOCK.search("--index-url x\n")


@pytest.mark.parametrize("name", ["commands", "events", "errors"])
def test_everything_that_can_happen_says_what_it_is(name: str) -> None:
    place = ROOT / "bot/core/model" / name
    pages = sorted(place.glob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    assert pages
    assert [u for page in pages for u in undocumented(page.read_text(encoding="utf-8"))] == []


def test_a_silent_command_is_noticed() -> None:
    assert undocumented("class A:\n    '''Says.'''\nclass B:\n    x = 1\n") == ["B"]


def test_the_image_is_small_and_not_root() -> None:
    assert image_faults((ROOT / "Dockerfile").read_text(encoding="utf-8")) == []


def test_a_careless_image_is_noticed() -> None:
    faults = image_faults("FROM a\nRUN apt-get install gcc\nUSER root\nRUN <<EOF\nEOF\n")
    assert len(faults) == 6
