"""The places that are measured, each in a folder of its own, on loopback, and ended after."""

from __future__ import annotations

import os
import pwd
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

START_WITHIN_S: Final = 30.0
STOP_WITHIN_S: Final = 15.0
OPEN_FILES: Final = 20_000
_LINK: Final = re.compile(r"https?://\S+/console/welcome/\S+")
_MUCH: Final = "1000000"
LIMITS: Final = {
    "MADOAKARI_VISITOR_BURST": _MUCH,
    "MADOAKARI_VISITOR_PER_MINUTE": _MUCH,
    "MADOAKARI_NEW_ROOMS_PER_MINUTE": _MUCH,
    "MADOAKARI_LIVE_CAP_COUNSELLOR": "20",
    "MADOAKARI_LIVE_CAP_SUPERVISOR": "20",
}
"""The service as it is measured: one visitor may write as fast as all together."""


class NotStarted(Exception):
    """A place did not come up; the message holds what it printed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A running server, and how ``bench.load`` reaches it."""

    port: int
    pids: dict[str, int]
    link: str | None
    started_in_s: float


@contextmanager
def floor() -> Iterator[Place]:
    """The bare floor."""
    with _folder("floor") as folder:
        port = free_port()
        database = str(folder / "floor.sqlite3")
        words = ["-m", "bench.floor", "--port", str(port), "--database", database]
        with _started([sys.executable, *words], folder) as (process, began):
            wait_until(lambda: _listens(port), process, folder)
            yield Place(port, {"server": process.pid}, None, time.monotonic() - began)


@contextmanager
def service(
    database: tuple[str, int] | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Place]:
    """The service on SQLite, or on a database given by its address and its process.

    ``settings`` are further names with their values.
    """
    with _folder("service") as folder:
        port = free_port()
        more = LIMITS | {"MADOAKARI_PORT": str(port), "MADOAKARI_DATA_DIR": str(folder)}
        more |= settings or {}
        pids = {}
        if database is not None:
            more["MADOAKARI_DATABASE_URL"], pids["database"] = database
        command = [sys.executable, "-m", "bot", "serve"]
        with _started(command, folder, more) as (process, began):
            wait_until(lambda: _link(folder) is not None, process, folder)
            took = time.monotonic() - began
            yield Place(port, {"server": process.pid} | pids, _link(folder), took)


@contextmanager
def postgres() -> Iterator[tuple[str, int]]:
    """An empty, durable PostgreSQL: its address and its process. Raises ``NotStarted``."""
    programs = postgres_programs()
    if programs is None:
        raise NotStarted("there is no PostgreSQL on this machine")
    with _folder("postgres") as folder:
        who, port = _somebody(), free_port()
        if who:
            os.chown(folder, who["user"], who["group"])
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "madoakari", "-A", "trust"]
        encoding = ["-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([*initdb, *encoding], check=True, stdout=subprocess.DEVNULL, **who)
        options = ["-c", "listen_addresses=127.0.0.1", "-p", str(port), "-k", str(folder)]
        command = [str(programs / "postgres"), "-D", data, *options]
        with _started(command, folder, who=who) as (process, _):
            ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, process, folder)
            yield f"postgresql://madoakari@127.0.0.1:{port}/postgres", process.pid


def postgres_programs() -> Path | None:
    """The folder with ``initdb``, on the path or where Debian keeps it."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def allow_many_files() -> None:
    """Raise the limit of open files, for this process and those it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Ask again and again. Raises ``NotStarted`` with what the process printed."""
    end = time.monotonic() + START_WITHIN_S
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise NotStarted((folder / "log").read_text("utf-8", "replace")[-2000:])
        time.sleep(0.02)


def _link(folder: Path) -> str | None:
    found = _LINK.search((folder / "log").read_text("utf-8", "replace"))
    return found[0] if found else None


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        prefix=f"madoakari-bench-{name}-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@contextmanager
def _started(
    command: list[str],
    folder: Path,
    more: dict[str, str] | None = None,
    *,
    who: dict[str, Any] | None = None,
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A process that writes to ``log`` in its folder, and when it was begun."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("MADOAKARI_")}
    environment = ours | (more or {}) | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with (folder / "log").open("wb") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, **(who or {})
        )
    try:
        yield process, began
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _somebody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: another user's ids for ``Popen``, else nothing."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
