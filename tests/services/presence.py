"""Is a service on this machine? If not: fail, and say what to install.

Nothing is ever left out silently. A person may leave services out by name with
``MADOAKARI_TEST_WITHOUT=postgres,redis,chromium``; continuous integration may not.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

WITHOUT: Final = "MADOAKARI_TEST_WITHOUT"
PACKAGES: Final = {"postgres": "postgresql", "redis": "redis-server", "chromium": "chromium"}
_FOLDERS: Final = "/usr/lib/postgresql"


class RefusedError(Exception):
    """The wish to leave services out cannot be granted; the message says why."""


def left_out(environ: Mapping[str, str]) -> frozenset[str]:
    """The services that a person asked to leave out. Raises ``RefusedError``."""
    wish = environ.get(WITHOUT, "")
    names = frozenset(name.strip() for name in wish.split(",") if name.strip())
    if not names:
        return names
    if environ.get("CI"):
        raise RefusedError(f"{WITHOUT} has no place in continuous integration; unset it.")
    unknown = sorted(names - PACKAGES.keys())
    if unknown:
        raise RefusedError(f"{WITHOUT} knows {', '.join(PACKAGES)}; not {', '.join(unknown)}.")
    return names


def found(*programs: str) -> Path | None:
    """The first of ``programs`` that is on the path or in Debian's PostgreSQL folders."""
    for program in programs:
        folders = sorted(Path(_FOLDERS).glob("*/bin"), reverse=True)
        place = shutil.which(program) or next(
            (str(folder / program) for folder in folders if (folder / program).exists()), None
        )
        if place:
            return Path(place).resolve() if program == "initdb" else Path(place)
    return None


def needed(service: str, place: Path | None, environ: Mapping[str, str]) -> Path:
    """``place``, or the end of this test: left out by wish, else failed with the remedy."""
    if service in left_out(environ):
        pytest.skip(f"{service} was left out by {WITHOUT}")
    if place is None:
        pytest.fail(
            f"{service} is not on this machine. On Debian: sudo apt-get install -y "
            f"--no-install-recommends {PACKAGES[service]}; or leave it out with "
            f"{WITHOUT}={service}",
            pytrace=False,
        )
    return place
