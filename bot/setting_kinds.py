"""What a setting can be: the kinds of value, the checks on them, the words for them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr


class Secret(SecretStr):
    """Text that hides itself from ``str``, ``repr`` and logs."""

    def reveal(self) -> str:
        """The text itself, for the one place that uses it."""
        return self.get_secret_value()


@dataclass(frozen=True, slots=True)
class Says:
    """What a setting is for and what it must be, in words for the operator.

    ``default`` replaces the default value in the documentation where that depends on others.
    ``hidden`` keeps the value out of every message.
    """

    what: str
    wants: str
    default: str | None = None
    hidden: bool = False


def lowered(value: object) -> object:
    """The text in small letters; anything else as it came."""
    return value.strip().lower() if isinstance(value, str) else value


def web_address(value: str) -> str:
    """An address that begins with http or https. Raises ``ValueError`` for others."""
    if not value.startswith(("http://", "https://")) or any(c.isspace() for c in value):
        raise ValueError("no web address")
    return value


def without_slash(value: str) -> str:
    """A web address without a slash at its end."""
    return web_address(value).rstrip("/")


def redis_address(value: str) -> str:
    """An address of a Redis server. Raises ``ValueError`` for others."""
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("no Redis address")
    return value


def database_address(value: str) -> str:
    """The address with the driver that we use; a bare path means SQLite.

    Raises ``ValueError`` for another kind of database.
    """
    scheme, found, rest = value.partition("://")
    if not found:
        return f"sqlite+aiosqlite:///{value}"
    driver = {
        "sqlite": "sqlite+aiosqlite",
        "sqlite+aiosqlite": "sqlite+aiosqlite",
        "postgres": "postgresql+asyncpg",
        "postgresql": "postgresql+asyncpg",
        "postgresql+asyncpg": "postgresql+asyncpg",
    }.get(scheme)
    if driver is None or not rest:
        raise ValueError("no database address")
    return f"{driver}://{rest}"


def own_database(data: dict[str, Any]) -> str:
    """The database where nothing else is set."""
    return database_address(str(data["data_dir"] / "madoakari.sqlite3"))


def own_key_file(data: dict[str, Any]) -> Path:
    """The key file where nothing else is set."""
    folder: Path = data["data_dir"]
    return folder / "keys.json"


def own_address(data: dict[str, Any]) -> str:
    """The address under which this machine reaches the service."""
    host: str = data["host"]
    try:
        address = ip_address(host)
    except ValueError:
        return f"http://{host}:{data['port']}"
    if address.is_unspecified:
        host = "127.0.0.1"
    elif address.version == 6:  # noqa: PLR2004  # IPv6 is written in brackets
        host = f"[{host}]"
    return f"http://{host}:{data['port']}"


A_NUMBER: Final = "a whole number of 1 or more"
A_CAP: Final = "a whole number from 0 to 20"
AtLeastOne = Annotated[int, Field(ge=1)]
Cap = Annotated[int, Field(ge=0, le=20)]
Text = Annotated[str, Field(min_length=1)]
Lowered = BeforeValidator(lowered)
WebAddress = Annotated[str, AfterValidator(web_address)]
BaseAddress = Annotated[str, AfterValidator(without_slash)]
DatabaseAddress = Annotated[str, AfterValidator(database_address), Field(repr=False)]
RedisAddress = Annotated[str, AfterValidator(redis_address)]
