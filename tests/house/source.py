"""What the checks read: our Python files, parsed once, and small helpers on their trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("bot", "channels", "triage", "moderator_ui")


@dataclass(frozen=True)
class Source:
    """One Python file: its place in the repository and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text)

    def inside(self, *places: str) -> bool:
        """Whether the file is one of ``places``, or in a folder that ends with a slash."""
        return any(
            self.path.startswith(place) if place.endswith("/") else self.path == place
            for place in places
        )


Rule = Callable[[Source], Iterator[str]]


def ours() -> list[Source]:
    """Every Python file of our packages, tests inside channels left out."""
    return [
        Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "tests" not in path.parts
    ]


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a name or a chain of attributes; what cannot be named is '?'."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def at(source: Source, node: ast.AST, what: str) -> str:
    """One complaint, with its place."""
    return f"{source.path}:{getattr(node, 'lineno', 0)}: {what}"
