"""Templates: always escaped, every name defined, times in Japan time (decision 16)."""

from __future__ import annotations

from datetime import datetime

import jinja2

from bot.core.model.duty import JAPAN


def make_environment(package: str, folder: str = "templates") -> jinja2.Environment:
    """A Jinja environment over a package's folder. A missing name is an error, not a blank."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["clock"] = clock
    return environment


def clock(moment: datetime) -> str:
    """Hour and minute in Japan: '03:07'."""
    return moment.astimezone(JAPAN).strftime("%H:%M")
