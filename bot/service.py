"""The running service: start, serve, stop gracefully (refuse, finish, exit within ten seconds)."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot import migrations
from bot.core.model.commands import InviteStaff
from bot.core.model.duty import BadHours, parse_hours
from bot.core.model.errors import Sealed
from bot.core.model.people import Role
from bot.settings import Settings
from bot.storage.opening import any_wrapped_key
from bot.web import make_app
from bot.wiring import Ground, Parts, build, lay_ground
from triage.judge import Judge

log = structlog.get_logger()

INVITATION_LASTS = timedelta(hours=72)
FIRST_NAME = "admin"
DRAIN_S = 3.0  # for answers that are under way
RELAY_S = 3.0  # for errands that are under way


class StartRefused(Exception):
    """The service cannot start; the message is one sentence for the operator."""


class Service:
    """One process of the service."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._runner: web.AppRunner | None = None
        self._relay_done = asyncio.Event()
        self.port = 0

    @classmethod
    async def prepare(cls, settings: Settings, *, fiction: bool = False) -> Service:
        """Check the data folder, bring the database up to date, build the parts.

        Raises ``StartRefused``, ``KeyFileError``, ``DatabaseNewer``.
        """
        check_data_folder(settings)
        check_hours(settings)
        ground = lay_ground(settings)
        await prepare_database(settings)
        await check_keys_fit(ground)
        return cls(build(ground, fiction=fiction))

    @property
    def address(self) -> str:
        """The address the service listens on."""
        host = self.parts.ground.settings.host
        return f"http://{'[' + host + ']' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Listen and serve. Raises ``StartRefused`` for a port that cannot be had."""
        parts, settings = self.parts, self.parts.ground.settings
        self._runner = web.AppRunner(make_app(parts.web), access_log=None, shutdown_timeout=DRAIN_S)
        await self._runner.setup()
        await parts.fleet.start(parts.ground.tasks)
        try:
            await web.TCPSite(self._runner, settings.host, settings.port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise StartRefused(
                f"The port {settings.port} on {settings.host} cannot be used "
                f"({_why(error)}); stop what uses it or set "
                "MADOAKARI_PORT to another one."
            ) from None
        self.port = int(self._runner.addresses[0][1])
        await self._take_up()
        parts.ground.tasks.spawn(parts.ground.live.serve(), name="live")
        parts.ground.tasks.spawn(self._relay(), name="relay")
        parts.scheduler.start()
        log.info("service_started", port=self.port)
        _tell_of_triage(parts.ground.judge)

    async def stop(self) -> None:
        """Refuse new work, finish what is in hand, and let go of everything."""
        parts = self.parts
        log.info("service_stopping")
        parts.web.health.stopping = True
        parts.scheduler.stop()
        await asyncio.gather(parts.console.stop(), parts.fleet.stop())
        if self._runner is not None:
            await self._runner.cleanup()
            parts.relay.finish()
            await _within(RELAY_S, self._relay_done.wait)
        await parts.ground.tasks.stop()
        parts.assessor.close()
        await parts.ground.units.close()
        await parts.ground.engine.dispose()
        log.info("service_stopped")

    async def first_link(self) -> str | None:
        """A fresh one-time link while no account was ever opened; else None."""
        parts = self.parts
        if await parts.console_reads.has_staff():
            return None
        return await self.invite(FIRST_NAME, frozenset({Role.ADMIN}))

    async def invite(self, work_name: str, roles: frozenset[Role]) -> str:
        """Invite somebody from the command line; returns the one-time link."""
        backroom = self.parts.backroom
        token = backroom.new_token()
        await self.parts.bus.run(
            InviteStaff(
                work_name=work_name,
                roles=roles,
                token=backroom.session_tag(token),
                expires_at=backroom.now() + INVITATION_LASTS,
            )
        )
        base = str(self.parts.ground.settings.base_url).rstrip("/")
        return f"{base}/console/welcome/{token}"

    async def _take_up(self) -> None:
        """What a fallen predecessor had in hand is due at once.

        On SQLite there is one process (``only_one``), so nobody else can hold a lease; on
        PostgreSQL another one may live, and leases run out by themselves.
        """
        ground = self.parts.ground
        if ground.engine.dialect.name == "sqlite":
            await ground.units.run(lambda unit: unit.mail.release(ground.clock.now()))

    async def _relay(self) -> None:
        try:
            await self.parts.relay.run()
        finally:
            self._relay_done.set()


async def prepare_database(settings: Settings) -> None:
    """Bring the tables up to date. Raises ``StartRefused``, ``DatabaseNewer``."""
    try:
        await migrations.check_not_newer(settings.database_url)
        await migrations.upgrade(settings.database_url)
    except (OSError, DBAPIError) as error:
        raise StartRefused(
            f"The database cannot be used ({type(error).__name__}); check MADOAKARI_DATABASE_URL, "
            "and that the database runs and lets this user in."
        ) from None


async def check_keys_fit(ground: Ground) -> None:
    """Raise ``StartRefused`` where the database was written with other keys.

    A lost key file is made anew like at a first start; without this check nobody would notice
    until the first old talk stayed shut.
    """
    wrapped = await any_wrapped_key(ground.engine)
    if wrapped is None:
        return
    try:
        ground.vault.seal(wrapped, "", bound_to="check")
    except Sealed:
        raise StartRefused(
            f"The keys in {ground.settings.key_file} do not open this database. Put the key file "
            "that belongs to it back from your copy; nothing was changed."
        ) from None


def check_hours(settings: Settings) -> None:
    """Raise ``StartRefused`` for opening hours that cannot be read."""
    try:
        parse_hours(settings.opening_hours)
    except BadHours as error:
        raise StartRefused(f"MADOAKARI_OPENING_HOURS: {error}.") from None


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder while serving. Raises ``StartRefused`` where another process does.

    The lock ends with the process, however that ends.
    """
    with (settings.data_dir / ".serving").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartRefused(
                f"Another process already serves the data folder {settings.data_dir}; stop it "
                "first, or set MADOAKARI_DATA_DIR to another folder."
            ) from None
        yield


def check_data_folder(settings: Settings) -> None:
    """Make the data folder, private to its owner. Raises ``StartRefused`` if it is not ours."""
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartRefused(
            f"The data folder {folder} cannot be written "
            f"({_why(error)}); give this user the right to write "
            "there or set MADOAKARI_DATA_DIR to another folder."
        ) from None


def _tell_of_triage(judge: Judge) -> None:
    """Say once what is missing; every message that is not flagged is 'undecided' then."""
    if not judge.complete:
        states = ", ".join(f"{name} {state}" for name, state in judge.states.items())
        log.warning("triage_degraded", state=states)


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


async def serve_until_told(
    service: Service, *, announce: Callable[[], Awaitable[None]], told: asyncio.Event | None = None
) -> None:
    """Start, announce, and serve until SIGTERM, SIGINT or ``told``."""
    told = told or asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    await service.start()
    try:
        await announce()
        await told.wait()
    finally:
        await service.stop()


async def _within(seconds: float, wait: Callable[[], Awaitable[object]]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wait()
    except TimeoutError:
        log.warning("stopped_with_work_in_hand")
