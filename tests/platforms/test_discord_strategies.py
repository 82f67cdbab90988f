"""What the strategies give is what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, find, given, settings

from tests.fakes import discord as package
from tests.fakes.discord import strategies
from tests.fakes.discord.strategies import Event
from tests.fakes.openapi import Contract

CONTRACT: Final = Contract.read(Path(package.__path__[0]) / "contract" / "openapi.json")
KINDS: Final = (
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "INTERACTION_CREATE",
)


def problems(event: Event) -> list[str]:
    """What the contract says about the message in an event, if it carries one."""
    name, data = event
    message = data.get("message") if name == "INTERACTION_CREATE" else data
    if message is None or name not in {"MESSAGE_CREATE", "MESSAGE_UPDATE", "INTERACTION_CREATE"}:
        return []
    bare = {key: value for key, value in message.items() if key != "channel_type"}
    return CONTRACT.named("MessageResponse", bare)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.valid_events())
def test_sound_events_fit_the_contract(event: Event) -> None:
    assert problems(event) == []


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.events())
def test_every_event_can_be_sent(event: Event) -> None:
    assert json.loads(json.dumps(event[1])) == event[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_up_sound(kind: str) -> None:
    def of_this_kind(event: Event) -> bool:
        return event[0] == kind

    quick = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
    assert find(strategies.valid_events(), of_this_kind, settings=quick)[0] == kind


def test_damage_comes_up() -> None:
    def damaged(event: Event) -> bool:
        return event[0] == "MESSAGE_CREATE" and "id" not in event[1]

    quick = settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
    assert problems(find(strategies.damaged_events(), damaged, settings=quick))


def test_frames_come_up_that_are_no_json() -> None:
    def broken(frame: str) -> bool:
        try:
            json.loads(frame)
        except (ValueError, RecursionError):
            return True
        return False

    quick = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
    assert broken(find(strategies.frames(), broken, settings=quick))
