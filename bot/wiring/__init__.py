"""The composition root: settings in, running parts out. The only file that names them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.core.bus import Bus
from bot.core.ports.channel import Channel
from bot.core.ports.console import ConsoleParts
from bot.privacy import passwords, tokens
from bot.privacy.mask import mask
from bot.runtime.assessor import ModelAssessor
from bot.runtime.backroom import Passwords, StaffBackroom
from bot.runtime.errands import Errands
from bot.runtime.fleet import Fleet
from bot.runtime.pictures import clean_off_the_loop
from bot.runtime.relay import Relay
from bot.runtime.scheduler import Scheduler
from bot.storage.console_reads import ConsoleReadsSql
from bot.storage.relay_reads import RelayReadsSql
from bot.web import Health, WebParts
from bot.wiring.ground import Ground, lay_ground, load_judge, load_secrets, load_settings
from bot.wiring.visitors import make_fleet, make_notices
from channels import discover
from moderator_ui import Console, make_console

__all__ = ["Ground", "Parts", "build", "lay_ground", "load_judge", "load_secrets", "load_settings"]


@dataclass(slots=True)
class Parts:
    """Everything that runs."""

    ground: Ground
    bus: Bus
    relay: Relay
    scheduler: Scheduler
    assessor: ModelAssessor
    fleet: Fleet
    console: Console
    console_reads: ConsoleReadsSql
    backroom: StaffBackroom
    web: WebParts


def build(ground: Ground, *, fiction: bool = False) -> Parts:
    """Put the parts together; nothing runs yet."""
    doorbell = _Doorbell()
    bus = Bus(
        units=ground.units,
        tools=ground.tools,
        live=ground.live,
        wake_relay=doorbell.ring,
        tally=ground.metrics.command,
    )
    fleet = make_fleet(ground, bus, fiction=fiction)
    backroom = _backroom(ground, bus)
    reads = ConsoleReadsSql(ground.engine, vault=ground.vault, mask=_masker(ground))
    console = make_console(
        ConsoleParts(
            backroom=backroom,
            reads=reads,
            live=ground.live,
            settings=ground.settings,
            fiction=fiction,
            channels=fleet.statuses,
            degraded=not ground.judge.complete,
        ),
        unreviewed=_unreviewed(ground),
    )
    assessor = _assessor(ground)
    relay = _relay(ground, bus, fleet.channels, assessor)
    doorbell.answered_by = relay.wake
    return Parts(
        ground=ground,
        bus=bus,
        relay=relay,
        scheduler=Scheduler(bus),
        assessor=assessor,
        fleet=fleet,
        console=console,
        console_reads=reads,
        backroom=backroom,
        web=_web(ground, fleet, console, reads),
    )


class _Doorbell:
    """The bus rings before the relay exists; this is the wire between them."""

    def __init__(self) -> None:
        self.answered_by: Callable[[Iterable[str]], None] | None = None

    def ring(self, carriers: Iterable[str]) -> None:
        if self.answered_by is not None:
            self.answered_by(carriers)


def _unreviewed(ground: Ground) -> int:
    """How many telephone lines and safety texts no human has reviewed yet (decision 18)."""
    texts = sum(len(ground.texts.unreviewed(locale)) for locale in ground.texts.locales)
    return len(ground.hotlines.unreviewed()) + texts


def _backroom(ground: Ground, bus: Bus) -> StaffBackroom:
    return StaffBackroom(
        bus=bus,
        clock=ground.clock,
        passwords=Passwords(
            hash=passwords.hash_password,
            matches=passwords.password_matches,
            needs_rehash=passwords.needs_rehash,
            decoy=passwords.hash_password(tokens.new_token()),
        ),
        token=tokens.new_token,
        tag=ground.vault.tag,
        gate=ground.gate,
        words=ground.texts.say,
    )


def _masker(ground: Ground) -> Callable[[str], tuple[str, bool]]:
    kinds = ("phone", "email", "link", "address", "account")
    locale = ground.settings.locale
    labels = {kind: ground.texts.say(f"console.mask.{kind}", locale) for kind in kinds}
    allowed = ground.hotlines.numbers

    def masked(words: str) -> tuple[str, bool]:
        found = mask(words, labels=labels, allowed=allowed)
        return found.shown, found.count > 0

    return masked


def _assessor(ground: Ground) -> ModelAssessor:
    """The second speed. With a member missing it cannot judge: everybody is told at the start."""
    model = ground.judge if ground.judge.complete else None
    return ModelAssessor(model, tally=ground.metrics.second_look)


def _relay(
    ground: Ground, bus: Bus, channels: Mapping[str, Channel], assessor: ModelAssessor
) -> Relay:
    errands = Errands(
        units=ground.units,
        bus=bus,
        reads=RelayReadsSql(ground.engine, vault=ground.vault),
        channels=channels,
        assessor=assessor,
        notices=make_notices(ground, bus),
        clean=clean_off_the_loop,
        clock=ground.clock,
    )
    carriers = {spec.name for spec in discover()}  # one switched off may come back
    return Relay(units=ground.units, errands=errands, carriers=carriers, clock=ground.clock)


def _web(ground: Ground, fleet: Fleet, console: Console, reads: ConsoleReadsSql) -> WebParts:
    token, members = ground.settings.metrics_token, ground.judge.states
    ground.metrics.triage(members)
    visitor_routes = [route for channel in fleet.channels.values() for route in channel.routes()]
    return WebParts(
        routes=[*visitor_routes, *console.routes()],
        health=Health(check=reads.has_staff, channels=fleet.statuses, members=members),
        say=ground.texts.say,
        title=ground.settings.tab_title,
        metrics_page=lambda: ground.metrics.page(fleet.statuses()),
        count_answer=ground.metrics.answer,
        metrics_token=token.reveal() if token is not None else None,
    )
