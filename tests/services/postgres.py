"""A PostgreSQL cluster in a temporary folder: loopback only, no durability, thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.services.ports import free_port, wait_until

OWNER: Final = "madoakari"
_SPEED: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class Cluster:
    """One running server; ``start`` makes it, ``stop`` removes every trace of it."""

    programs: Path
    folder: Path
    port: int
    server: subprocess.Popen[bytes] | None = None
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @classmethod
    def start(cls, programs: Path) -> Cluster:
        """Make and start a cluster with the programs in this folder; about a second."""
        folder = Path(tempfile.mkdtemp(prefix="madoakari-pg-"))
        cluster = cls(programs, folder, free_port())
        try:
            cluster._launch()
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def _launch(self) -> None:
        who = _somebody()
        if who:
            os.chown(self.folder, who["user"], who["group"])
        data = self.folder / "data"
        self._run(
            "initdb", "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", **who,
        )  # fmt: skip
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.folder}",
            *_SPEED,
        )
        words = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            self.server = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(data), *words],
                cwd=self.folder, stdout=log, stderr=log, **who,
            )  # fmt: skip
        wait_until(self._is_ready, seconds=30, what="PostgreSQL")

    def _is_ready(self) -> bool:
        if self.server is not None and self.server.poll() is not None:
            raise RuntimeError((self.folder / "log").read_text(errors="replace"))
        command = [str(self.programs / "pg_isready"), "-q", *self._where()]
        return subprocess.run(command, check=False).returncode == 0

    def new_database(self) -> str:
        """Make an empty database; its name."""
        name = f"test_{next(self._numbers)}"
        self._run("createdb", *self._where(), name)
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run("dropdb", "--force", *self._where(), name)

    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database, for asyncpg."""
        return f"postgresql+asyncpg://{OWNER}@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """End the server at once and delete its folder."""
        if self.server is not None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _where(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER)

    def _run(self, program: str, *words: str, **who: Any) -> None:  # Popen's
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.folder, capture_output=True, text=True, check=False, **who,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")


def _somebody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: another user's ids for ``Popen``, else nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("root cannot run PostgreSQL, and there is no user postgres or nobody")
