"""The visitors' side: every configured channel, and the door that all of them use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.core.bus import Bus
from bot.core.model.duty import parse_hours
from bot.core.ports.channel import Channel, FormKeys, Handed
from bot.http.limits import Limiter
from bot.privacy import keyfile, tokens
from bot.privacy.passphrase import PassphraseMaker, Verifier
from bot.runtime.counter import Counter
from bot.runtime.door import Phrases, VisitorDoor
from bot.runtime.fleet import Fleet, make_channel
from bot.runtime.notices import LINK, Notices, Place
from bot.storage.relay_reads import RelayReadsSql
from bot.storage.room_reads import RoomReadsSql
from bot.wiring.ground import Ground
from channels import discover

FORM_KEY_LASTS = timedelta(hours=24)
JOINS_AT_ONCE = 5
"""Passphrases that one messenger may try before it waits; then as many a minute."""


def make_fleet(ground: Ground, bus: Bus, *, fiction: bool) -> Fleet:
    """Every configured channel. Each is made alone: one that cannot be made is left standing."""
    channels: dict[str, Channel] = {}
    fleet = Fleet(channels, now=ground.clock.now)
    handed = _handed(ground, bus, fleet, fiction=fiction)
    for spec in discover():
        own = ground.settings.own(spec.name)
        if spec.configured(own):
            made = make_channel(spec, replace(handed, own=own), ground.clock.now())
            channels[spec.name] = made
            if made.capabilities.addresses:
                ground.messengers[spec.name] = made.capabilities
    return fleet


def _handed(ground: Ground, bus: Bus, fleet: Fleet, *, fiction: bool) -> Handed:
    rooms = make_rooms(ground)
    return Handed(
        door=make_door(ground, bus, rooms, fleet.bell_only),
        rooms=rooms,
        live=ground.live,
        form_keys=_form_keys(ground.secrets),
        hotlines=ground.hotlines.for_locale,
        settings=ground.settings,
        fiction=fiction,
        spawn=lambda work, name: ground.tasks.spawn(work, name=name),
    )


def make_door(
    ground: Ground, bus: Bus, rooms: RoomReadsSql, room_mode: Callable[[str], bool]
) -> VisitorDoor:
    """Everything that channels may do; ``room_mode`` says which of them carry bells alone."""
    tries = Limiter(burst=JOINS_AT_ONCE, per_minute=JOINS_AT_ONCE)
    counter = Counter(
        bus=bus,
        rooms=rooms,
        notices=make_notices(ground, bus),
        say=ground.texts.say,
        clock=ground.clock,
        locales=ground.texts.locales,
        room_mode=room_mode,
        new_token=tokens.new_token,
    )
    return VisitorDoor(
        bus=bus,
        clock=ground.clock,
        screen=ground.tools.screen,
        phrases=_phrases(ground),
        counter=counter,
        rooms=rooms,
        reads=RelayReadsSql(ground.engine, vault=ground.vault),
        words=ground.texts.say,
        link_tag=partial(ground.vault.tag, LINK),
        may_try=lambda address: tries.allows(
            ground.vault.tag("try", address), ground.clock.now().timestamp()
        ),
    )


def _phrases(ground: Ground) -> Phrases:
    maker = PassphraseMaker.from_package()
    return Phrases(
        make=lambda: maker.make().reveal(),
        could_be=maker.could_have_made,
        verifier=Verifier(ground.secrets).verifier,
        gate=ground.gate,
    )


def make_notices(ground: Ground, bus: Bus) -> Notices:
    """What the service says by itself; the relay uses it too."""
    return Notices(
        bus=bus,
        rooms=make_rooms(ground),
        say=ground.texts.say,
        hotlines=ground.hotlines.for_locale,
        clock=ground.clock,
        tag=ground.vault.tag,
        place=Place(str(ground.settings.base_url), ground.settings.retention_days),
    )


def make_rooms(ground: Ground) -> RoomReadsSql:
    """What people see of their own rooms."""
    return RoomReadsSql(
        ground.engine,
        vault=ground.vault,
        hours=parse_hours(ground.settings.opening_hours),
        clock=ground.clock,
    )


def _form_keys(secrets: keyfile.Secrets) -> FormKeys:
    keys = tokens.FormKeys(secrets)
    return FormKeys(
        issue=keys.issue,
        genuine=partial(keys.check, max_age=FORM_KEY_LASTS),
        room_token=keys.room_token,
    )
