"""How the house's own types lie in columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, LargeBinary, Row, Select, SmallInteger, Text
from sqlalchemy.types import TypeDecorator

from triage.verdict import Kind, Level, Reason

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
"""SQLAlchemy types each column; these are for helpers that take rows of every shape."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time as whole microseconds since 1970: sorts alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Time to number."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Number to time."""
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


class Danger(TypeDecorator[Level]):
    """A danger level by its rank."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Level | None, dialect: Dialect) -> int | None:
        """Level to rank."""
        return None if value is None else int(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Level | None:
        """Rank to level."""
        return None if value is None else Level(value)


class Kinds(TypeDecorator[frozenset[Kind]]):
    """Kinds of danger as their names, sorted and separated by spaces."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[Kind] | None, dialect: Dialect) -> str:
        """Kinds to text."""
        return " ".join(sorted(value or ()))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> frozenset[Kind]:
        """Text to kinds."""
        return frozenset(Kind(name) for name in (value or "").split())


class Reasons(TypeDecorator[tuple[Reason, ...]]):
    """Reasons as JSON lists of rule, level, offsets and member; never any words."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Reason, ...] | None, dialect: Dialect) -> str | None:
        """Reasons to text; None where there are none."""
        if not value:
            return None
        rows = [[r.rule, int(r.level), r.start, r.end, r.member] for r in value]
        return orjson.dumps(rows).decode()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[Reason, ...]:
        """Text to reasons."""
        if not value:
            return ()
        return tuple(
            Reason(rule, Level(level), start, end, member)
            for rule, level, start, end, member in orjson.loads(value)
        )


class Bytes(TypeDecorator[bytes]):
    """Plain bytes, whatever the driver returns."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bytes | None:
        """Driver's value to bytes."""
        return None if value is None else bytes(value)
