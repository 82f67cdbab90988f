"""How a page of settings is filled in, refused and documented; the same for every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.setting_kinds import Says

PREFIX: Final = "MADOAKARI_"

Page = TypeVar("Page", bound=BaseModel)


class SettingsError(Exception):
    """A setting that cannot be used; the message is one sentence for the operator."""


class OwnSettings(BaseModel):
    """Base of a channel's own settings; every field carries a ``Says``.

    The field ``token`` of the channel ``line`` is read from ``MADOAKARI_LINE_TOKEN``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Documented:
    """One setting as ``docs/settings.md`` shows it."""

    name: str
    what: str
    wants: str
    default: str


def fill_in(page: type[Page], values: Mapping[str, object], *, prefix: str = PREFIX) -> Page:
    """The page with ``values`` by field. Raises ``SettingsError`` with one sentence."""
    try:
        return page.model_validate(dict(values))
    except ValidationError as error:
        raise SettingsError(_sentence(page, error, prefix)) from None


def documented(page: type[BaseModel], *, prefix: str = PREFIX) -> Iterator[Documented]:
    """Every setting of a page, in the order in which the documentation shows them."""
    for field, info in page.model_fields.items():
        says = _says(page, field)
        default = says.default or f"`{_shown(info.default)}`"
        yield Documented(name_of(field, prefix), says.what, says.wants, default)


def name_of(field: str, prefix: str = PREFIX) -> str:
    """The name in the environment of a page's field."""
    return prefix + field.upper()


def _sentence(page: type[BaseModel], error: ValidationError, prefix: str) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if field not in page.model_fields:
        return f"There is no setting {name_of(field, prefix)}."
    says = _says(page, field)
    shown = "" if says.hidden else f", not {_shown(first['input'])!r}"
    return f"{name_of(field, prefix)} must be {says.wants}{shown}."


def _says(page: type[BaseModel], field: str) -> Says:
    return next(m for m in page.model_fields[field].metadata if isinstance(m, Says))


def _shown(value: Any) -> str:  # noqa: ANN401  # a setting may be of any type
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_file(file: Path | None) -> dict[str, str]:
    """The names in a ``.env`` file; none where there is no file. Raises ``SettingsError``."""
    if file is None or not file.exists():
        return {}
    try:
        text = dotenv_values(file, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"The file {file} cannot be read as UTF-8 text; please check it and its mode."
        ) from None
    return {name: value or "" for name, value in text.items()}
