"""One folder per network, found by looking; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from bot.core.ports.channel import ChannelSpec
from bot.setting_forms import OwnSettings


def discover() -> list[ChannelSpec]:
    """What every channel in this package says of itself, by name.

    Raises ``TypeError`` for a package that has no ``SPEC``: a channel that is silently left
    out would lose messages.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
    return [_spec(f"{__name__}.{name}") for name in names]


def own_pages() -> dict[str, type[OwnSettings]]:
    """The pages of settings that channels have, by channel."""
    return {spec.name: spec.settings for spec in discover() if spec.settings is not None}


def texts_folders() -> list[Path]:
    """Where channels keep their words: ``channels/<name>/locale``."""
    return [folder for place in __path__ for folder in sorted(Path(place).glob("*/locale"))]


def _spec(package: str) -> ChannelSpec:
    spec = getattr(importlib.import_module(package), "SPEC", None)
    if not isinstance(spec, ChannelSpec):
        raise TypeError(f"{package} has no SPEC; see channels/README.md")
    return spec
