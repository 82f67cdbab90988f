"""Checks a JSON value against the schemas of an OpenAPI 3.0 or 3.1 document, strictly.

Stricter than a stock validator in two ways, both on purpose: a property that no schema names is a
problem (a misspelt field would be ignored by the platform and hurt nobody but the reader), and a
kind named by a discriminator is looked up in its mapping, also where the subtype points back to
the base (so a message without its text is found). One way looser: ``oneOf`` wants at least one
fitting branch, since published descriptions have branches that overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.keywords import PLAIN, UnknownKeyword

Schema = Mapping[str, Any]

_SPOKEN: Final = frozenset(
    (
        *("title", "description", "example", "examples", "default", "externalDocs", "deprecated"),
        *("readOnly", "writeOnly", "contentEncoding", "contentMediaType", "nullable"),
        *("$ref", "allOf", "oneOf", "anyOf", "discriminator", "properties", "required"),
        *("additionalProperties", "items"),
    )
)
_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Kinds:
    """Where an object says of what kind it is, and which schema each kind has."""

    name: str
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema with its references followed and its ``allOf`` merged.

    ``names`` holds every property this schema or one of its branches knows; ``rest`` is what the
    others must fit, and None where there must be no others.
    """

    parts: tuple[Schema, ...]
    properties: Mapping[str, tuple[Any, ...]]
    required: tuple[str, ...]
    unions: tuple[tuple[Any, ...], ...]
    kinds: Kinds | None
    names: frozenset[str]
    rest: tuple[Any, ...] | None
    nullable: bool


class Schemas:
    """The schemas of one document; what was resolved once is kept."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        # The schema is kept beside its shape: an id is only good while its owner lives.
        self._shapes: dict[int, tuple[Schema, Shape]] = {}
        self._targets: dict[str, Schema] = {}

    def problems(self, schema: Any, value: object, at: str = "body") -> list[str]:
        """Say in what the value does not fit, one line each; an empty list means that it fits."""
        return list(dict.fromkeys(self._check(schema, value, at, _NOTHING)))

    def resolve(self, node: Any) -> Any:
        """Follow references until something stands there.

        Raises KeyError for a reference to nothing.
        """
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            node = self._lookup(node["$ref"])
        return node

    def shape(self, schema: Schema) -> Shape:
        """Follow the references and merge ``allOf``.

        Raises UnknownKeyword for a schema that says something this checker does not understand.
        """
        known = self._shapes.get(id(schema))
        if known is None:
            known = self._shapes[id(schema)] = (schema, self._shape(schema))
        return known[1]

    def _lookup(self, reference: str) -> Any:
        node: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step.replace("~1", "/").replace("~0", "~")]
        return node

    def _shape(self, schema: Schema) -> Shape:
        trail: list[tuple[Schema, frozenset[str]]] = list(self._flat(schema, _NOTHING))
        parts = tuple(part for part, _ in trail)
        properties: dict[str, tuple[Any, ...]] = {}
        for part in parts:
            for name, inner in part.get("properties", {}).items():
                properties[name] = (*properties.get(name, ()), inner)
        unions = tuple(
            tuple(part[word]) for part in parts for word in ("oneOf", "anyOf") if word in part
        )
        branches = [self.shape(b) for union in unions for b in union if isinstance(b, Mapping)]
        return Shape(
            parts=parts,
            properties=properties,
            required=tuple(dict.fromkeys(n for part in parts for n in part.get("required", ()))),
            unions=unions,
            kinds=self._kinds(trail),
            names=frozenset(properties).union(*(branch.names for branch in branches)),
            rest=_rest(parts),
            nullable=any(part.get("nullable") is True for part in parts),
        )

    def _flat(
        self, schema: Schema, trail: frozenset[str]
    ) -> Iterator[tuple[Schema, frozenset[str]]]:
        """Give every schema that holds at once, with the references that led to it."""
        for word in schema:
            if word not in _SPOKEN and word not in PLAIN and not word.startswith("x-"):
                raise UnknownKeyword(word)
        yield schema, trail
        if (reference := schema.get("$ref")) is not None:
            yield from self._flat(self._lookup(reference), trail | {reference})
        for inner in schema.get("allOf", ()):
            yield from self._flat(inner, trail)

    def _kinds(self, trail: list[tuple[Schema, frozenset[str]]]) -> Kinds | None:
        """Find the discriminator, unless this schema is itself one of the kinds it names."""
        for part, led_by in trail:
            if (rule := part.get("discriminator")) is not None:
                mapping = rule.get("mapping") or self._implied(part)
                if not led_by & set(mapping.values()):
                    return Kinds(rule["propertyName"], mapping)
        return None

    def _implied(self, part: Schema) -> dict[str, str]:
        branches = [b["$ref"] for b in part.get("oneOf", part.get("anyOf", ())) if "$ref" in b]
        return {reference.rsplit("/", 1)[-1]: reference for reference in branches}

    def _check(self, schema: Any, value: object, at: str, allowed: frozenset[str]) -> Iterator[str]:
        if isinstance(schema, bool):
            if not schema:
                yield f"{at}: must not be there"
            return
        shape = self.shape(schema)
        if value is None and shape.nullable:
            return
        yield from self._parts(shape, value, at)
        if isinstance(value, Mapping):
            yield from self._members(shape, value, at, allowed)
        if shape.kinds is not None and isinstance(value, Mapping):
            yield from self._kind(shape, shape.kinds, value, at, allowed)
            return
        # A branch may use what stands beside it, but not what only its sister knows.
        beside = frozenset(shape.properties) if len(shape.unions) == 1 else shape.names
        for union in shape.unions:
            yield from self._union(union, value, at, allowed | beside)

    def _parts(self, shape: Shape, value: object, at: str) -> Iterator[str]:
        for part in shape.parts:
            for word, limit in part.items():
                if word in PLAIN and (problem := PLAIN[word](limit, value)):
                    yield f"{at}: {problem}"
            if isinstance(value, list) and "items" in part:
                for index, item in enumerate(value):
                    yield from self._check(part["items"], item, f"{at}[{index}]", _NOTHING)

    def _members(
        self, shape: Shape, value: Mapping[str, object], at: str, allowed: frozenset[str]
    ) -> Iterator[str]:
        yield from (f"{at}.{name}: is missing" for name in shape.required if name not in value)
        for name, inner in value.items():
            if name in shape.properties:
                for schema in shape.properties[name]:
                    yield from self._check(schema, inner, f"{at}.{name}", _NOTHING)
            elif name in shape.names or name in allowed or shape.kinds is not None:
                continue
            elif shape.rest is None:
                yield f"{at}.{name}: is not known"
            else:
                for schema in shape.rest:
                    yield from self._check(schema, inner, f"{at}.{name}", _NOTHING)

    def _kind(
        self,
        shape: Shape,
        kinds: Kinds,
        value: Mapping[str, object],
        at: str,
        allowed: frozenset[str],
    ) -> Iterator[str]:
        kind = value.get(kinds.name)
        if kind is None:
            yield f"{at}.{kinds.name}: is missing"
        elif not isinstance(kind, str) or kind not in kinds.mapping:
            yield f"{at}.{kinds.name}: is no known kind"
        else:
            target = self._target(kinds.mapping[kind])
            yield from self._check(target, value, at, allowed | frozenset(shape.properties))

    def _target(self, reference: str) -> Schema:
        """Give one lasting schema per reference, so that its shape is merged once.

        It is the reference, not what it points to: the trail must show that this is a kind.
        """
        path = reference if reference.startswith("#/") else f"#/components/schemas/{reference}"
        return self._targets.setdefault(path, {"$ref": path})

    def _union(
        self, union: tuple[Any, ...], value: object, at: str, allowed: frozenset[str]
    ) -> Iterator[str]:
        best: list[str] | None = None
        for branch in union:
            found = list(self._check(branch, value, at, allowed))
            if not found:
                return
            if best is None or _distance(found, at) < _distance(best, at):
                best = found
        yield from best or [f"{at}: fits no branch"]


def _distance(found: list[str], at: str) -> tuple[bool, bool, int]:
    """Order failed branches: the one meant is of the right type and the right kind."""
    wrong = any(problem.startswith(f"{at}: is not of type") for problem in found)
    other = any(problem.startswith(f"{at}.type: ") for problem in found)
    return wrong, other, len(found)


def _rest(parts: tuple[Schema, ...]) -> tuple[Any, ...] | None:
    """Say what properties without a name must fit; () where anything goes."""
    stated = tuple(part["additionalProperties"] for part in parts if "additionalProperties" in part)
    if False in stated:
        return None
    # Without any properties of its own it is a free map, or its branches look at every one.
    return stated if stated or not any("properties" in part for part in parts) else None
