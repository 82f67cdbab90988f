"""``madoakari serve`` in a process of its own, to be killed and started again by a test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.services.ports import free_port, wait_until

PROGRAM: Final = Path(sys.executable).with_name("madoakari")
PREFIX: Final = "MADOAKARI_"
_LINK: Final = re.compile(r"https?://\S+/console/welcome/\S+")
_START_S: Final = 60.0
_STOP_S: Final = 10.0
"""Within this a stop must be over (issue 2, command line)."""


@dataclass
class House:
    """A service with a folder and a port of its own. ``settings`` are names without the prefix."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the front page, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Everything that the process ever said, on both outputs."""
        return self.folder / "log"

    def environment(self) -> dict[str, str]:
        """What the process is started with: nothing of ours but what the test set."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        own = {"PORT": str(self.port), "DATA_DIR": str(self.data), "EXIT_URL": "http://localhost/"}
        return clean | {PREFIX + name: value for name, value in (own | self.settings).items()}

    def launch(self) -> None:
        """Start the process; it may not listen yet."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), "serve"],
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )

    def start(self) -> None:
        """Start and wait until it says that it is ready. Raises ``RuntimeError``."""
        self.launch()
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait for ``/readyz``. Raises ``RuntimeError`` with what the process said."""
        end = time.monotonic() + _START_S
        while not self.is_ready():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"not ready: {self.said()}")
            time.sleep(0.03)

    def is_ready(self) -> bool:
        """Whether ``/readyz`` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # loopback
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=_STOP_S)

    def tell_to_stop(self) -> None:
        """Send SIGTERM and do not wait."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Stop it gracefully; the exit code. Raises ``TimeoutExpired`` after ten seconds."""
        self.tell_to_stop()
        assert self.process is not None
        return self.process.wait(timeout=_STOP_S)

    def end(self) -> None:
        """Leave no process behind, whatever happened."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def said(self) -> str:
        """All output of all starts."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def first_link(self) -> str:
        """The one-time link that the latest first start prints once it listens."""
        wait_until(lambda: bool(_LINK.search(self.said())), seconds=10, what="the first link")
        return str(_LINK.findall(self.said())[-1])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the house with the same settings."""
        return subprocess.run(
            [str(PROGRAM), *words],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def invite(self, work_name: str, *roles: str) -> str:
        """A one-time link from ``madoakari staff add``."""
        options = [word for role in roles for word in ("--role", role)]
        done = self.command("staff", "add", work_name, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
    """Starts a service with settings of the test's own; ends it afterwards."""
    houses: list[House] = []

    def make(**settings: str) -> House:
        folder = tmp_path / f"house{len(houses)}"
        folder.mkdir()
        house = House(folder, settings)
        houses.append(house)
        house.start()
        return house

    yield make
    for house in houses:
        house.end()
