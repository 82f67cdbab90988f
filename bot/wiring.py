"""The composition root: settings in, running parts out. The only file that names them all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.bus import Bus
from bot.core.model.duty import parse_hours
from bot.core.model.people import Role
from bot.core.ports.channel import Channel, FormKeys, Handed
from bot.core.ports.console import ConsoleParts
from bot.core.ports.tools import Policy, Tools
from bot.privacy import keyfile, passwords, tokens
from bot.privacy.handles import HandleMaker
from bot.privacy.mask import mask
from bot.privacy.passphrase import PassphraseMaker, Verifier
from bot.privacy.vault import SealedVault
from bot.runtime.assessor import ModelAssessor
from bot.runtime.backroom import Passwords, StaffBackroom
from bot.runtime.clock import SystemClock
from bot.runtime.door import VisitorDoor
from bot.runtime.live_feed import InProcessFeed, ServedFeed
from bot.runtime.metrics import Metrics
from bot.runtime.relay import Relay
from bot.runtime.scheduler import Scheduler
from bot.runtime.tasks import Tasks
from bot.safety.hotlines import Hotlines
from bot.settings import Settings
from bot.storage.console_reads import ConsoleReadsSql
from bot.storage.engine import make_engine
from bot.storage.relay_reads import RelayReadsSql
from bot.storage.room_reads import RoomReadsSql
from bot.storage.unit_of_work import GroupedUnits
from bot.texts import Texts
from bot.web import Health, WebParts
from channels import discover
from moderator_ui import Console, make_console
from triage.rules import Rules

FORM_KEY_LASTS = timedelta(hours=24)
SLOW_AT_ONCE = 2  # slow hashes side by side; more would keep both cores from messages


@dataclass(slots=True)
class Ground:
    """What everything else stands on."""

    settings: Settings
    secrets: keyfile.Secrets
    texts: Texts
    vault: SealedVault
    engine: AsyncEngine
    units: GroupedUnits
    live: ServedFeed
    hotlines: Hotlines
    tools: Tools
    clock: SystemClock = field(default_factory=SystemClock)
    metrics: Metrics = field(default_factory=Metrics)
    tasks: Tasks = field(default_factory=Tasks)
    gate: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, SLOW_AT_ONCE))


@dataclass(slots=True)
class Parts:
    """Everything that runs."""

    ground: Ground
    bus: Bus
    relay: Relay
    scheduler: Scheduler
    assessor: ModelAssessor
    channels: Mapping[str, Channel]
    console: Console
    console_reads: ConsoleReadsSql
    backroom: StaffBackroom
    web: WebParts


def load_secrets(settings: Settings) -> keyfile.Secrets:
    """The keys: from the setting, else from the file, which is made at the first start.

    Raises ``KeyFileError``.
    """
    if settings.keys is not None:
        return keyfile.from_text(settings.keys.reveal())
    return keyfile.load_or_create(settings.key_file)


def lay_ground(settings: Settings) -> Ground:
    """Open keys, texts and the database's engine; nothing is read or written yet."""
    secrets, clock = load_secrets(settings), SystemClock()
    vault, engine = SealedVault(secrets), make_engine(settings.database_url)
    tools = Tools(
        clock=clock,
        ids=tokens.IdMaker(clock.now),
        handles=HandleMaker.from_package(),
        vault=vault,
        screen=Rules.load().screen,
        policy=_policy(settings),
    )
    return Ground(
        settings=settings,
        secrets=secrets,
        texts=Texts.load(),
        vault=vault,
        engine=engine,
        units=GroupedUnits(engine),
        live=_live_feed(settings),
        hotlines=Hotlines.load(),
        tools=tools,
        clock=clock,
    )


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
    channels = _channels(ground, bus, fiction=fiction)
    backroom = _backroom(ground, bus)
    reads = ConsoleReadsSql(ground.engine, vault=ground.vault, mask=_masker(ground))
    console = make_console(
        ConsoleParts(
            backroom=backroom,
            reads=reads,
            live=ground.live,
            settings=ground.settings,
            fiction=fiction,
        ),
        unreviewed=_unreviewed(ground),
    )
    assessor = ModelAssessor(None)
    relay = _relay(ground, bus, channels, assessor)
    doorbell.answered_by = relay.wake
    return Parts(
        ground=ground,
        bus=bus,
        relay=relay,
        scheduler=Scheduler(bus),
        assessor=assessor,
        channels=channels,
        console=console,
        console_reads=reads,
        backroom=backroom,
        web=_web(ground, channels, console, reads),
    )


class _Doorbell:
    """The bus rings before the relay exists; this is the wire between them."""

    def __init__(self) -> None:
        self.answered_by: Callable[[], None] | None = None

    def ring(self) -> None:
        if self.answered_by is not None:
            self.answered_by()


def _unreviewed(ground: Ground) -> int:
    """How many telephone lines and safety texts no human has reviewed yet (decision 18)."""
    texts = sum(len(ground.texts.unreviewed(locale)) for locale in ground.texts.locales)
    return len(ground.hotlines.unreviewed()) + texts


def _live_feed(settings: Settings) -> ServedFeed:
    if settings.redis_url is None:
        return InProcessFeed()
    from bot.runtime.redis_feed import RedisFeed  # noqa: PLC0415 - only where it is configured

    return RedisFeed(settings.redis_url)


def _policy(settings: Settings) -> Policy:
    return Policy(
        words_limit=settings.words_limit,
        retention=timedelta(days=settings.retention_days),
        live_caps={
            Role.PEER: settings.live_cap_peer,
            Role.COUNSELLOR: settings.live_cap_counsellor,
            Role.SUPERVISOR: settings.live_cap_supervisor,
        },
    )


def _channels(ground: Ground, bus: Bus, *, fiction: bool) -> dict[str, Channel]:
    phrases = PassphraseMaker.from_package()
    door = VisitorDoor(
        bus=bus,
        clock=ground.clock,
        screen=ground.tools.screen,
        make_passphrase=lambda: phrases.make().reveal(),
        verifier=Verifier(ground.secrets).verifier,
        gate=ground.gate,
        words=ground.texts.say,
    )
    handed = Handed(
        door=door,
        rooms=RoomReadsSql(
            ground.engine,
            vault=ground.vault,
            hours=parse_hours(ground.settings.opening_hours),
            clock=ground.clock,
        ),
        live=ground.live,
        form_keys=_form_keys(ground.secrets),
        hotlines=ground.hotlines.for_locale,
        settings=ground.settings,
        fiction=fiction,
    )
    return {spec.name: spec.make(handed) for spec in discover() if spec.configured(ground.settings)}


def _form_keys(secrets: keyfile.Secrets) -> FormKeys:
    keys = tokens.FormKeys(secrets)
    return FormKeys(
        issue=keys.issue,
        genuine=partial(keys.check, max_age=FORM_KEY_LASTS),
        room_token=keys.room_token,
    )


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


def _relay(
    ground: Ground, bus: Bus, channels: Mapping[str, Channel], assessor: ModelAssessor
) -> Relay:
    return Relay(
        units=ground.units,
        bus=bus,
        reads=RelayReadsSql(ground.engine, vault=ground.vault, say=ground.texts.say),
        channels=channels,
        assessor=assessor,
        clock=ground.clock,
    )


def _web(
    ground: Ground, channels: Mapping[str, Channel], console: Console, reads: ConsoleReadsSql
) -> WebParts:
    token = ground.settings.metrics_token
    visitor_routes = [route for channel in channels.values() for route in channel.routes()]
    return WebParts(
        routes=[*visitor_routes, *console.routes()],
        health=Health(check=reads.has_staff),
        say=ground.texts.say,
        title=ground.settings.tab_title,
        metrics_page=ground.metrics.page,
        count_answer=ground.metrics.answer,
        metrics_token=token.reveal() if token is not None else None,
    )
