"""``madoakari demo``: a fictional night on a temporary database.

Scripted visitors write through the real page, staff accounts are printed, every page says
that it is fiction, and everything is gone when the command ends.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import aiohttp
import click
import structlog

from bot.core.model.commands import AcceptInvitation, GoOnDuty
from bot.core.model.people import Role
from bot.service import Service, serve_until_told
from bot.settings import Settings

log = structlog.get_logger()

CAST = (
    ("あかり", frozenset({Role.SUPERVISOR})),
    ("こだま", frozenset({Role.COUNSELLOR})),
    ("ひなた", frozenset({Role.PEER})),
    ("運営", frozenset({Role.ADMIN})),
)
_KEY = re.compile(r'name="key"\s+value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Account:
    """A fictional member of staff, signed up and ready."""

    work_name: str
    password: str
    roles: frozenset[Role]


async def run_demo(*, port: int, pace: float, stay: bool) -> None:
    """Serve the fictional night, its waits multiplied by ``pace``.

    Ends when told to, or with ``stay`` false when the script is through.
    """
    with tempfile.TemporaryDirectory(prefix="madoakari-demo-") as folder:
        settings = Settings.load(
            env_file=None, environ={}, overrides={"data_dir": Path(folder), "port": port}
        )
        service = await Service.prepare(settings, fiction=True)
        over = asyncio.Event()

        async def play() -> None:
            await _play_night(service.address, pace)
            if not stay:
                over.set()

        async def announce() -> None:
            await _open_house(service)
            service.parts.ground.tasks.spawn(play(), name="demo")

        await serve_until_told(service, announce=announce, told=over)


async def _open_house(service: Service) -> None:
    click.echo("FICTION: everybody in this night is made up; nothing is kept.")
    click.echo(f"  visitor's page   {service.address}/")
    click.echo(f"  console          {service.address}/console")
    for account in [await _sign_up(service, name, roles) for name, roles in CAST]:
        roles = ", ".join(sorted(account.roles))
        click.echo(f"    {account.work_name}  ({roles})  password: {account.password}")


async def _sign_up(service: Service, work_name: str, roles: frozenset[Role]) -> Account:
    backroom = service.parts.backroom
    token = (await service.invite(work_name, roles)).rsplit("/", 1)[1]
    password = backroom.new_token()[:16]
    staff_id = await service.parts.bus.run(
        AcceptInvitation(
            token=backroom.session_tag(token),
            work_name=work_name,
            password_hash=await backroom.hash_password(password),
        )
    )
    if roles != frozenset({Role.ADMIN}):
        await service.parts.bus.run(GoOnDuty(staff_id))
    return Account(work_name, password, roles)


async def _play_night(address: str, pace: float) -> None:
    script = resources.files("bot").joinpath("demo_script.toml").read_text("utf-8")
    visitors = tomllib.loads(script)["visitor"]
    await asyncio.gather(*(_play(address, visitor["lines"], pace) for visitor in visitors))


async def _play(address: str, lines: list[dict[str, Any]], pace: float) -> None:
    """One visitor writes through the page, as a browser without JavaScript would."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies for an address of digits
    async with aiohttp.ClientSession(address, cookie_jar=jar) as session:
        for line in lines:
            await asyncio.sleep(line["wait"] * pace)
            async with session.get("/") as page:
                key = _KEY.search(await page.text())
            if key is None:
                log.error("demo_without_form")
                return
            form = {"words": line["words"], "key": key[1]}
            async with session.post("/write", data=form) as answer:
                await answer.read()
