"""The forms of OpenAPI 3.1 that Discord's description is written in, on a small document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.keywords import UnknownKeyword
from tests.fakes.openapi import Contract

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{thing_id}/{verb}": {
            "parameters": [
                {"name": "thing_id", "in": "path", "schema": {"$ref": "#/components/schemas/Id"}}
            ],
            "post": {
                "parameters": [
                    {
                        "name": "full",
                        "in": "query",
                        "schema": {"type": "boolean"},
                        "required": True,
                    },
                    {
                        "name": "id",
                        "in": "query",
                        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Id"}},
                    },
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Part"}},
                        "image/png": {},
                    }
                },
                "responses": {
                    "204": {"description": ""},
                    "4XX": {"$ref": "#/components/responses/No"},
                },
            },
        }
    },
    "components": {
        "responses": {
            "No": {
                "content": {
                    "application/json": {"schema": {"type": "object", "required": ["code"]}}
                }
            }
        },
        "schemas": {
            "Id": {"type": "string", "pattern": "^[1-9][0-9]*$", "format": "snowflake"},
            "Kind": {"type": "integer", "oneOf": [{"const": 1}, {"const": 2}], "format": "int32"},
            "Row": {
                "type": "object",
                "properties": {
                    "type": {
                        "type": "integer",
                        "enum": [1],
                        "allOf": [{"$ref": "#/components/schemas/Kind"}],
                    },
                    "parts": {
                        "type": ["array", "null"],
                        "items": {"$ref": "#/components/schemas/Part"},
                        "uniqueItems": True,
                    },
                },
                "required": ["type"],
            },
            "Button": {
                "type": "object",
                "properties": {
                    "type": {
                        "type": "integer",
                        "enum": [2],
                        "allOf": [{"$ref": "#/components/schemas/Kind"}],
                    },
                    "label": {"type": ["string", "null"], "minLength": 1, "maxLength": 5},
                    "sizes": {
                        "type": "object",
                        "additionalProperties": {"type": "number", "minimum": 0.5},
                        "maxProperties": 1,
                    },
                    "when": {
                        "oneOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]
                    },
                    "anything": {},
                    "never": False,
                },
                "required": ["type", "label"],
                "additionalProperties": False,
            },
            "Part": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Row"},
                    {"$ref": "#/components/schemas/Button"},
                ]
            },
            "Named": {
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "anyOf": [
                    {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                    {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]},
                ],
            },
            "Old": {"type": "string", "nullable": True, "enum": ["a"]},
            "Pet": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Cat"},
                    {"$ref": "#/components/schemas/Dog"},
                ],
                "discriminator": {"propertyName": "kind"},
            },
            "Cat": {
                "type": "object",
                "properties": {"kind": {"type": "string"}, "purrs": {"type": "boolean"}},
            },
            "Dog": {
                "type": "object",
                "properties": {"kind": {"type": "string"}, "barks": {"type": "boolean"}},
            },
        },
    },
}
CONTRACT = Contract(DOCUMENT)
BUTTON = {"type": 2, "label": "a"}
AT = "Part.parts[0]"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Id", "17"),
        ("Kind", 2),
        ("Kind", 2.0),
        ("Part", BUTTON),
        ("Part", {"type": 2, "label": None, "when": None, "anything": [1, {"x": None}]}),
        ("Part", {"type": 2, "label": "a", "when": "2026-07-01T00:00:00Z", "sizes": {"x": 1}}),
        ("Part", {"type": 1, "parts": None}),
        ("Part", {"type": 1, "parts": [BUTTON, {"type": 1, "parts": [BUTTON]}]}),
        ("Named", {"name": "n", "a": 1}),
        ("Named", {"b": 1}),
        ("Old", None),
        ("Pet", {"kind": "Cat", "purrs": True}),
    ],
)
def test_what_fits(name: str, value: object) -> None:
    assert CONTRACT.named(name, value) == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("Id", 17, "Id: is not of type string"),
        ("Id", "a", "Id: does not match ^[1-9][0-9]*$"),
        ("Kind", True, "Kind: is not of type integer"),
        ("Kind", 1.5, "Kind: is not of type integer"),
        ("Kind", 3, "Kind: is not 1"),
        ("Part", {"type": 2}, "Part.label: is missing"),
        ("Part", {**BUTTON, "labl": "b"}, "Part.labl: is not known"),
        ("Part", {**BUTTON, "label": ""}, "Part.label: has fewer than 1 characters"),
        ("Part", {**BUTTON, "label": "窓" * 6}, "Part.label: has more than 5 characters"),
        ("Part", {**BUTTON, "never": 1}, "Part.never: must not be there"),
        ("Part", {**BUTTON, "when": "soon"}, "Part.when: is no date-time"),
        ("Part", {**BUTTON, "sizes": {"x": 0}}, "Part.sizes.x: is less than 0.5"),
        ("Part", {**BUTTON, "sizes": {"x": 1, "y": 1}}, "Part.sizes: has more than 1 properties"),
        ("Part", {"type": 1, "parts": [{"type": 2}]}, f"{AT}.label: is missing"),
        ("Part", {"type": 1, "parts": [BUTTON, BUTTON]}, "Part.parts: has an item twice"),
        ("Part", [], "Part: is not of type object"),
        ("Named", {"name": "n"}, "Named.a: is missing"),
        ("Named", {"a": 1, "c": 1}, "Named.c: is not known"),
        ("Old", "b", "Old: is not one of ['a']"),
        ("Pet", {"kind": "Cat", "barks": True}, "Pet.barks: is not known"),
        ("Pet", {"kind": "Cow"}, "Pet.kind: is no known kind"),
    ],
)
def test_what_does_not_fit(name: str, value: object, problem: str) -> None:
    assert problem in CONTRACT.named(name, value)


def test_a_request_with_typed_queries() -> None:
    def ask(path: str, *query: tuple[str, str], **more: Any) -> list[str]:
        return CONTRACT.request("POST", path, query=query, **more)

    full = ("full", "true")
    assert ask("/things/1/mend", full, ("id", "1"), ("id", "2"), body=BUTTON) == []
    assert ask("/things/1/mend", full) == []
    assert ask("/things/1/mend", full, body=b"\x89PNG", content_type="image/png") == []
    assert ask("/things/1/mend") == ["query full: is missing"]
    assert ask("/things/1/mend", ("full", "perhaps")) == ["query full: is not of type boolean"]
    assert ask("/things/0/mend", full) == ["path thing_id: does not match ^[1-9][0-9]*$"]
    assert CONTRACT.response("POST", "/things/1/mend", 204) == []
    assert CONTRACT.response("POST", "/things/1/mend", 404, {"code": 1}) == []
    assert CONTRACT.response("POST", "/things/1/mend", 404, {}) == ["reply.code: is missing"]
    assert CONTRACT.response("GET", "/things/1/mend", 200) == [
        "GET /things/1/mend: no such operation"
    ]


def test_a_keyword_that_is_not_understood_is_not_passed_over() -> None:
    with pytest.raises(UnknownKeyword, match="propertyNames"):
        CONTRACT.schemas.problems({"type": "object", "propertyNames": {"maxLength": 1}}, {})
