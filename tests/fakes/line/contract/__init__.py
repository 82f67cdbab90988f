"""LINE's own description of its interface, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.fakes.openapi import Contract


@cache
def messaging() -> Contract:
    """What a bot may ask of LINE."""
    return Contract.read(Path(__file__).with_name("messaging-api.json"))


@cache
def webhook() -> Contract:
    """What LINE tells a bot."""
    return Contract.read(Path(__file__).with_name("webhook.json"))
