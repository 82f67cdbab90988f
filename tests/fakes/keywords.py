"""The keywords of a schema that look at one value alone: type, limits, forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeGuard

Check = Callable[[Any, object], str | None]

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_WHOLE: Final = {"int32": 31, "int64": 63}


class UnknownKeyword(Exception):
    """A schema says something that this checker would silently pass over."""


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return _is_number(value) and (isinstance(value, int) or value.is_integer())


_TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": _is_number,
    "integer": _is_integer,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
    "null": lambda value: value is None,
}


def _type(limit: Any, value: object) -> str | None:
    kinds = [limit] if isinstance(limit, str) else limit
    if any(_TYPES[kind](value) for kind in kinds):
        return None
    return f"is not of type {' or '.join(kinds)}"


def _same(left: object, right: object) -> bool:
    """Compare as JSON does: True is not 1."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _const(limit: Any, value: object) -> str | None:
    return None if _same(limit, value) else f"is not {limit!r}"


def _enum(limit: Any, value: object) -> str | None:
    return None if any(_same(one, value) for one in limit) else f"is not one of {limit!r}"


def _min_length(limit: Any, value: object) -> str | None:
    short = isinstance(value, str) and len(value) < limit
    return f"has fewer than {limit} characters" if short else None


def _max_length(limit: Any, value: object) -> str | None:
    return (
        f"has more than {limit} characters"
        if isinstance(value, str) and len(value) > limit
        else None
    )


def _pattern(limit: Any, value: object) -> str | None:
    bad = isinstance(value, str) and re.search(limit, value) is None
    return f"does not match {limit}" if bad else None


def _minimum(limit: Any, value: object) -> str | None:
    return f"is less than {limit}" if _is_number(value) and value < limit else None


def _maximum(limit: Any, value: object) -> str | None:
    return f"is more than {limit}" if _is_number(value) and value > limit else None


def _min_items(limit: Any, value: object) -> str | None:
    return (
        f"has fewer than {limit} items" if isinstance(value, list) and len(value) < limit else None
    )


def _max_items(limit: Any, value: object) -> str | None:
    return (
        f"has more than {limit} items" if isinstance(value, list) and len(value) > limit else None
    )


def _unique_items(limit: Any, value: object) -> str | None:
    if not limit or not isinstance(value, list):
        return None
    twice = any(_same(a, b) for i, a in enumerate(value) for b in value[:i])
    return "has an item twice" if twice else None


def _max_properties(limit: Any, value: object) -> str | None:
    many = isinstance(value, Mapping) and len(value) > limit
    return f"has more than {limit} properties" if many else None


def _min_properties(limit: Any, value: object) -> str | None:
    few = isinstance(value, Mapping) and len(value) < limit
    return f"has fewer than {limit} properties" if few else None


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_FORMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "uuid": lambda value: _UUID.fullmatch(value) is not None,
    "uri": lambda value: _URI.fullmatch(value) is not None,
    "date-time": _is_moment,
    "snowflake": lambda value: value.isascii() and value.isdigit(),
}


def _format(limit: Any, value: object) -> str | None:
    if isinstance(value, str):
        form = _FORMS.get(limit)
        return f"is no {limit}" if form is not None and not form(value) else None
    if _is_number(value) and limit in _WHOLE:
        edge = 2 ** _WHOLE[limit]
        return None if -edge <= value < edge else f"does not fit into {limit}"
    return None


PLAIN: Final[Mapping[str, Check]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "format": _format,
    "pattern": _pattern,
    "minLength": _min_length,
    "maxLength": _max_length,
    "minimum": _minimum,
    "maximum": _maximum,
    "minItems": _min_items,
    "maxItems": _max_items,
    "uniqueItems": _unique_items,
    "minProperties": _min_properties,
    "maxProperties": _max_properties,
}
