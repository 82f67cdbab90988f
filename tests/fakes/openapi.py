"""Holds a request or a reply against a platform's own OpenAPI document (3.0 or 3.1, as JSON).

``Contract(document).request("POST", "/v2/bot/message/push", body={...})`` gives the list of what
is wrong with it, empty where nothing is. ``tests/fakes/schemas.py`` says how values are checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from tests.fakes.schemas import Schemas

NOTHING: Final = object()
"""No body at all, which is something else than a body of null."""

_JSON: Final = "application/json"
_VERBS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path template, with what the path filled in."""

    method: str
    template: str
    filled: Mapping[str, str]
    described: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """The operation's id, or method and template where the document gives none."""
        return str(self.described.get("operationId", f"{self.method} {self.template}"))


@dataclass(frozen=True, slots=True)
class _Route:
    steps: tuple[str, ...]
    template: str
    item: Mapping[str, Any]

    @property
    def wildness(self) -> tuple[bool, ...]:
        """Sorts templates with literal steps first."""
        return tuple("{" in step for step in self.steps)

    def match(self, steps: tuple[str, ...]) -> dict[str, str] | None:
        filled: dict[str, str] = {}
        for mine, theirs in zip(self.steps, steps, strict=True):
            if mine.startswith("{") and mine.endswith("}"):
                filled[mine[1:-1]] = unquote(theirs)
            elif mine != theirs:
                return None
        return filled


class Contract:
    """What a platform says it takes and gives."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self._routes: dict[int, list[_Route]] = {}
        for template, item in document["paths"].items():
            steps = tuple(template.split("/"))
            self._routes.setdefault(len(steps), []).append(_Route(steps, template, item))
        for routes in self._routes.values():
            routes.sort(key=lambda route: route.wildness)

    @classmethod
    def read(cls, path: Path) -> Contract:
        """Read the document from a JSON file."""
        return cls(json.loads(path.read_bytes()))

    def operation(self, method: str, path: str) -> Operation | None:
        """Find what serves this path (without query); None where the platform has no such thing."""
        steps = tuple(path.split("/"))
        verb = method.lower()
        for route in self._routes.get(len(steps), ()):
            filled = route.match(steps)
            if filled is not None and verb in _VERBS and verb in route.item:
                shared = route.item.get("parameters", ())
                described = route.item[verb]
                parameters = tuple(
                    self.schemas.resolve(one) for one in (*shared, *described.get("parameters", ()))
                )
                return Operation(method.upper(), route.template, filled, described, parameters)
        return None

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: object = NOTHING,
        content_type: str = _JSON,
    ) -> list[str]:
        """Say what is wrong with a request; an empty list means nothing.

        Headers are looked at only where the document names them. The body is the decoded JSON
        (of a multipart request: its ``payload_json``), or the bytes for any other content type.
        """
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method.upper()} {path}: no such operation"]
        return [
            *self._parameters(operation, "path", operation.filled.items()),
            *self._parameters(operation, "query", query),
            *self._parameters(operation, "header", (headers or {}).items()),
            *self._body(operation, body, content_type),
        ]

    def response(self, method: str, path: str, status: int, body: object = NOTHING) -> list[str]:
        """Say what is wrong with a JSON reply; an empty list means nothing."""
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method.upper()} {path}: no such operation"]
        replies = operation.described.get("responses", {})
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in replies:
                content = self.schemas.resolve(replies[key]).get("content", {})
                return self._content(content, body, _JSON, "reply")
        return [f"reply: status {status} is not described"]

    def named(self, name: str, value: object) -> list[str]:
        """Say what is wrong with a value that should fit the component schema of this name."""
        return self.schemas.problems(self.document["components"]["schemas"][name], value, name)

    def _body(self, operation: Operation, body: object, content_type: str) -> list[str]:
        described = self.schemas.resolve(operation.described.get("requestBody"))
        if described is None:
            return [] if body is NOTHING else ["body: is not expected"]
        if body is NOTHING:
            return ["body: is missing"] if described.get("required") else []
        return self._content(described["content"], body, content_type, "body")

    def _content(
        self, content: Mapping[str, Any], body: object, content_type: str, at: str
    ) -> list[str]:
        if not content:
            # Platforms answer {} where their description is silent.
            return [] if body is NOTHING or body == {} else [f"{at}: is not expected"]
        if body is NOTHING:
            return [f"{at}: is missing"]
        kind = content_type.partition(";")[0].strip().lower()
        described = content.get(kind, content.get("*/*"))
        if described is None:
            return [f"{at}: content type {kind} is not taken"]
        if isinstance(body, bytes) or "schema" not in described:
            return [f"{at}: is no JSON"] if kind == _JSON else []
        return self.schemas.problems(described["schema"], body, at)

    def _parameters(
        self, operation: Operation, place: str, given: Iterable[tuple[str, str]]
    ) -> Iterator[str]:
        fold = str.lower if place == "header" else str
        values: dict[str, list[str]] = {}
        for name, value in given:
            values.setdefault(fold(name), []).append(value)
        for described in operation.parameters:
            if described["in"] != place:
                continue
            found = values.pop(fold(described["name"]), None)
            at = f"{place} {described['name']}"
            if found is not None:
                yield from self._parameter(described["schema"], found, at)
            elif described.get("required"):
                yield f"{at}: is missing"
        if place == "query":
            yield from (f"{place} {name}: is not known" for name in values)

    def _parameter(self, schema: Mapping[str, Any], found: list[str], at: str) -> list[str]:
        """Check the readings that a text can have: as it stands, as JSON, as a list of either."""
        readings = (found[-1], _read(found[-1]), found, [_read(one) for one in found])
        tries = [self.schemas.problems(schema, reading, at) for reading in readings]
        return min(tries, key=lambda problems: (_misread(problems), len(problems)))


def _misread(problems: list[str]) -> bool:
    return any("is not of type" in problem for problem in problems)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
