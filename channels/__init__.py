"""One folder per network, found by looking; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil

from bot.core.ports.channel import ChannelSpec


def discover() -> list[ChannelSpec]:
    """What every channel in this package says of itself, by name.

    Raises ``TypeError`` for a package that has no ``SPEC``: a channel that is silently left
    out would lose messages.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
    return [_spec(f"{__name__}.{name}") for name in names]


def _spec(package: str) -> ChannelSpec:
    spec = getattr(importlib.import_module(package), "SPEC", None)
    if not isinstance(spec, ChannelSpec):
        raise TypeError(f"{package} has no SPEC; see channels/README.md")
    return spec
