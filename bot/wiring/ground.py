"""What everything else stands on: settings, keys, texts, clock, the database's engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.model.messages import Capabilities
from bot.core.model.people import Role
from bot.core.ports.tools import Policy, Tools
from bot.privacy import keyfile, tokens
from bot.privacy.handles import HandleMaker
from bot.privacy.vault import SealedVault
from bot.runtime.clock import SystemClock
from bot.runtime.live_feed import InProcessFeed, ServedFeed
from bot.runtime.metrics import Metrics
from bot.runtime.tasks import Tasks
from bot.safety.hotlines import Hotlines
from bot.settings import Settings
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import GroupedUnits
from bot.texts import Texts
from channels import own_pages, texts_folders
from triage.judge import Judge

SLOW_AT_ONCE = 2  # slow hashes side by side; more would keep both cores from messages


@dataclass(slots=True)
class Ground:
    """What everything else stands on."""

    settings: Settings
    secrets: keyfile.Secrets
    texts: Texts
    vault: SealedVault
    judge: Judge
    engine: AsyncEngine
    units: GroupedUnits
    live: ServedFeed
    hotlines: Hotlines
    tools: Tools
    messengers: dict[str, Capabilities]  # what ``tools.policy`` sees; filled once they are made
    clock: SystemClock = field(default_factory=SystemClock)
    metrics: Metrics = field(default_factory=Metrics)
    tasks: Tasks = field(default_factory=Tasks)
    gate: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, SLOW_AT_ONCE))


def load_secrets(settings: Settings) -> keyfile.Secrets:
    """The keys: from the setting, else from the file, which is made at the first start.

    Raises ``KeyFileError``.
    """
    if settings.keys is not None:
        return keyfile.from_text(settings.keys.reveal())
    return keyfile.load_or_create(settings.key_file)


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of house and channels. Raises ``SettingsError``."""
    return Settings.load(env_file=env_file, own=own_pages())


@cache
def load_judge() -> Judge:
    """All members of triage that are there: one for the process, because they weigh much."""
    return Judge.load()


def lay_ground(settings: Settings, *, judge: Judge | None = None) -> Ground:
    """Open keys, texts and the database's engine; nothing is read or written yet."""
    judge = judge or load_judge()
    secrets, clock = load_secrets(settings), SystemClock()
    messengers: dict[str, Capabilities] = {}
    vault, engine = SealedVault(secrets), make_engine(settings.database_url)
    tools = Tools(
        clock=clock,
        ids=tokens.IdMaker(clock.now),
        handles=HandleMaker.from_package(),
        vault=vault,
        screen=judge.screen,
        policy=_policy(settings, messengers),
    )
    return Ground(
        settings=settings,
        secrets=secrets,
        texts=Texts.load(more=texts_folders()),
        vault=vault,
        judge=judge,
        engine=engine,
        units=GroupedUnits(engine),
        live=_live_feed(settings),
        hotlines=Hotlines.load(),
        tools=tools,
        messengers=messengers,
        clock=clock,
    )


def _live_feed(settings: Settings) -> ServedFeed:
    if settings.redis_url is None:
        return InProcessFeed()
    from bot.runtime.redis_feed import RedisFeed  # noqa: PLC0415 - only where it is configured

    return RedisFeed(settings.redis_url)


def _policy(settings: Settings, messengers: Mapping[str, Capabilities]) -> Policy:
    return Policy(
        messengers=messengers,
        pictures=settings.pictures,
        pictures_last=timedelta(days=settings.picture_days),
        words_limit=settings.words_limit,
        retention=timedelta(days=settings.retention_days),
        live_caps={
            Role.PEER: settings.live_cap_peer,
            Role.COUNSELLOR: settings.live_cap_counsellor,
            Role.SUPERVISOR: settings.live_cap_supervisor,
        },
    )
