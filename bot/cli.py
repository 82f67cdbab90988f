"""The command line: ``madoakari serve | demo | staff | db | doctor | triage``.

Every trouble that the operator can mend is one sentence on the error output and status 2.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import click

from bot import migrations
from bot.core.model.errors import MadoakariError
from bot.core.model.people import Role
from bot.core.ports.channel import ChannelSpec, Finding
from bot.demo import run_demo
from bot.doctor import examine
from bot.privacy.keyfile import KeyFileError
from bot.privacy.redact import configure_logging, hush_tracebacks
from bot.service import (
    Service,
    StartRefused,
    check_data_folder,
    only_one,
    prepare_database,
    serve_until_told,
)
from bot.settings import Settings, SettingsError
from bot.staff_desk import NoSuchStaff, disable, invite, roster
from bot.texts import Texts
from bot.triage_desk import lines_of, readable
from bot.triage_report import agreement
from bot.wiring import load_settings
from channels import discover
from triage.judge import Judge

Result = TypeVar("Result")

OPERATOR_ERRORS = (
    SettingsError,
    StartRefused,
    KeyFileError,
    migrations.DatabaseNewer,
    NoSuchStaff,
)


def main() -> None:
    """Entry point. Every file that a command makes is its owner's alone."""
    os.umask(0o077)
    try:
        commands(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OPERATOR_ERRORS as error:
        _refuse(str(error))
    except MadoakariError as error:
        _refuse(Texts.load().say(error.text_key, "en", **error.values))


@click.group(help="まどあかり: the lit window that somebody awake at night sees.")
def commands() -> None:
    """Group of all commands; those that end by themselves log troubles only."""
    configure_logging(sys.stderr, "warning")


@commands.command(help="Run the service.")
def serve() -> None:
    """Run until told to stop."""
    settings = _settings()
    configure_logging(sys.stderr, settings.log_level)
    hush_tracebacks()

    async def work() -> None:
        check_data_folder(settings)
        with only_one(settings):
            await _serve(settings)

    _run(work)


@commands.command(help="A fictional night on a temporary database; everybody in it is made up.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on; 0: any.")
@click.option("--pace", default=1.0, show_default=True, help="Shorten (0.1) or stretch the waits.")
@click.option("--once", is_flag=True, help="End when the script is through, instead of staying.")
def demo(*, port: int, pace: float, once: bool) -> None:
    """Run the demonstration."""
    hush_tracebacks()
    _run(lambda: run_demo(port=port, pace=pace, stay=not once))


@commands.command(
    help="What triage says of WORDS, or of many lines (from WORDS as a file, or stdin)."
)
@click.argument("words", required=False)
@click.option("--jsonl", is_flag=True, help="Lines of {id, text, speaker}; one verdict each.")
@click.option("--conversation", is_flag=True, help="Lines of {id, turns}; levels after each turn.")
@click.option(
    "--agreement",
    "compare",
    is_flag=True,
    help="How triage and the supervisors' corrections agreed, by month.",
)
def triage(*, words: str | None, jsonl: bool, conversation: bool, compare: bool) -> None:
    """Judge one message, or lines of messages or conversations; or compare with corrections."""
    if jsonl + conversation + compare > 1:
        raise click.UsageError("choose one of --jsonl, --conversation and --agreement")
    if compare:
        _compare(words)
        return
    if not (jsonl or conversation):
        if words is None:
            raise click.UsageError("give the words in quotes, or --jsonl or --conversation")
        for line in readable(Judge.load(), words):
            click.echo(line)
        return
    with click.open_file(words or "-", "rb") as source:
        for line in lines_of(Judge.load(), source, conversations=conversation):
            click.echo(line)


def _compare(words: str | None) -> None:
    if words is not None:
        raise click.UsageError("--agreement takes no words")
    settings = _settings()
    click.echo(_run(lambda: agreement(settings)))


@commands.group(help="Staff accounts.")
def staff() -> None:
    """Group of staff commands."""


@staff.command("add", help="Invite somebody; prints a one-time link valid for 72 hours.")
@click.argument("work_name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times.",
)
def staff_add(work_name: str, roles: tuple[str, ...]) -> None:
    """Invite somebody."""
    settings = _settings()
    click.echo(_run(lambda: invite(settings, work_name, frozenset(map(Role, roles)))))


@staff.command("list", help="Everybody with an account.")
def staff_list() -> None:
    """List accounts."""
    settings = _settings()
    for name, roles, state in _run(lambda: roster(settings)):
        click.echo(f"{name}\t{','.join(roles)}\t{state}")


@staff.command("disable", help="End an account at once; its talks return to the queue.")
@click.argument("work_name")
def staff_disable(work_name: str) -> None:
    """End an account."""
    settings = _settings()
    _run(lambda: disable(settings, work_name))
    click.echo("Disabled.")


@commands.group(help="The database.")
def db() -> None:
    """Group of database commands."""


@db.command("upgrade", help="Bring the tables up to date.")
def db_upgrade() -> None:
    """Bring the tables up to date."""
    settings = _settings()

    async def work() -> str:
        check_data_folder(settings)
        await prepare_database(settings)
        return await migrations.current(settings.database_url) or "empty"

    click.echo(f"The database stands at revision {_run(work)}.")


@commands.command(help="Examine settings, keys, database and safety texts.")
def doctor() -> None:
    """Print what is well and what is not; status 1 where something must be mended."""
    settings = _settings()
    _show(_run(lambda: examine(settings)))


def _chore(spec: ChannelSpec, name: str) -> click.Command:
    """``madoakari <channel> <name>``."""

    def run() -> None:
        settings = _settings()
        own = settings.own(spec.name)
        if not spec.configured(own):
            _refuse(f"{spec.name} is not configured; see docs/channels.md and docs/settings.md.")
        _show(_run(lambda: _started(spec.chores[name].run(own, settings))))

    return click.Command(name, callback=run, help=spec.chores[name].help)


async def _started(findings: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    return await findings


def _show(findings: Sequence[Finding]) -> None:
    """Print what is well and what is not; status 1 where something must be mended."""
    for finding in findings:
        click.echo(f"[{finding.mark}] {finding.sentence}")
    if any(finding.mark == "mend" for finding in findings):
        sys.exit(1)


for _spec in discover():
    if _spec.chores:
        commands.add_command(
            click.Group(
                _spec.name,
                {name: _chore(_spec, name) for name in _spec.chores},
                help=f"The channel {_spec.name}.",
            )
        )


async def _serve(settings: Settings) -> None:
    """Prepare, announce, serve."""
    service = await Service.prepare(settings)

    async def announce() -> None:
        click.echo(f"Visitors: {settings.base_url}/   Staff: {settings.base_url}/console")
        if settings.trial_mode:
            click.echo("Trial mode: one person on duty is enough. See docs/settings.md.")
        link = await service.first_link()
        if link is not None:
            click.echo(f"First administrator, open this once within 72 hours:\n  {link}")

    await serve_until_told(service, announce=announce)


def _settings() -> Settings:
    return load_settings()


def _run(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run ``work`` on uvloop where it is installed (half the time per message)."""

    async def run() -> Result:
        return await work()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(run())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - only a running service needs it
    except ImportError:  # not on every platform
        return None
    return uvloop.new_event_loop


def _refuse(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(2)
