"""What goes over the wire between a bot and the fake: one request, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

UNAUTHORISED: Final = (
    "Authentication failed. Confirm that the access token in the authorization header is valid."
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; ``body`` is decoded JSON, bytes, or None where there was none."""

    method: str
    path: str
    body: Any
    headers: Mapping[str, str]
    filled: Mapping[str, str] = field(default_factory=dict)
    """What stood in the path: ``{"userId": ...}``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the fake says; ``cut`` and ``hang`` keep it from being heard."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    cut: bool = False
    hang: bool = False


def error(status: int, message: str, *details: str, **more: Any) -> Answer:
    """Build LINE's error body."""
    body = {"message": message, **more}
    if details:
        body["details"] = [{"message": detail} for detail in details]
    return Answer(status, body)
