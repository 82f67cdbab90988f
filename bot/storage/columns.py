"""The kinds of column: ids, moments, tags, levels, and small sets as compact JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import (
    BigInteger,
    BindParameter,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from triage.verdict import Kind, Level, Reason

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
"""SQLAlchemy knows the type of each column; these are for helpers that take every shape."""

Parameter = BindParameter[Any]

ID_LENGTH = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Choice = TypeVar("Choice", bound=StrEnum)


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite has no such type: microseconds since 1970, which sort."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A 64-bit number on SQLite, else a timestamp with time zone."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401  # SQLAlchemy's
        """Refuse a time without a zone: ``ValueError``."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        if dialect.name == "sqlite":
            return (value - _EPOCH) // _MICROSECOND
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401  # SQLAlchemy's
        """Aware, UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


class Choices(TypeDecorator[Choice], Generic[Choice]):
    """One of a few names, kept as its text."""

    impl = String(16)
    cache_ok = True

    def __init__(self, names: type[Choice]) -> None:
        super().__init__()
        self.names = names

    def process_bind_param(self, value: Choice | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's
        """The name's text."""
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Dialect) -> Choice | None:  # noqa: ANN401, ARG002  # SQLAlchemy's
        """The name. Raises ``ValueError`` for a text that is none."""
        return None if value is None else self.names(value)


class Sorted(TypeDecorator[frozenset[Choice]], Generic[Choice]):
    """A small set of names as a JSON list, sorted, so that equal sets look equal."""

    impl = Text
    cache_ok = True

    def __init__(self, names: type[Choice]) -> None:
        super().__init__()
        self.names = names

    def process_bind_param(self, value: frozenset[Choice] | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's
        """A JSON list; None stays None."""
        return None if value is None else orjson.dumps(sorted(value)).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> frozenset[Choice]:  # noqa: ANN401, ARG002  # SQLAlchemy's
        """The set; empty where nothing is kept."""
        return frozenset(map(self.names, orjson.loads(value))) if value else frozenset()


class Rank(TypeDecorator[Level]):
    """A level of danger as its number."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Level | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's
        """The number."""
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Level:  # noqa: ANN401, ARG002  # SQLAlchemy's
        """The level."""
        return Level(value or 0)


class Reasons(TypeDecorator[tuple[Reason, ...]]):
    """Rule ids, levels and offsets as compact JSON; never words."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[Reason, ...] | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's
    ) -> str | None:
        """A JSON list of lists; no reason at all is no text."""
        if not value:
            return None
        rows = [[each.rule, each.level, each.start, each.end, each.member] for each in value]
        return orjson.dumps(rows).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Reason, ...]:  # noqa: ANN401, ARG002  # SQLAlchemy's
        """The reasons in the order in which they were given."""
        rows = orjson.loads(value) if value else []
        return tuple(Reason(r[0], Level(r[1]), r[2], r[3], r[4]) for r in rows)


def identity() -> String:
    """An id of 26 characters."""
    return String(ID_LENGTH)


def hashed() -> LargeBinary:
    """A keyed hash, 32 bytes."""
    return LargeBinary(32)


def counting() -> TypeEngine[int]:
    """A number that the database gives out in rising order."""
    return BigInteger().with_variant(Integer(), "sqlite")


KINDS: Sorted[Kind] = Sorted(Kind)
