"""The real service as a process of its own: started, killed, stopped, started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.services.ports import free_port, wait_until

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"(/console/welcome/[\w-]+)")
GENEROUS = {"visitor_burst": "5000", "visitor_per_minute": "60000", "new_rooms_per_minute": "6000"}
"""Limits that a test of many messages does not meet."""


class RunningService:
    """``madoakari serve`` on a data folder and one port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        ours = {"data_dir": str(folder / "data"), "port": str(self.port)} | settings
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MADOAKARI_")}
        self._environ = clean | {
            f"MADOAKARI_{name.upper()}": value.replace("{port}", str(self.port))
            for name, value in ours.items()
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def output_file(self) -> Path:
        """Everything that every start wrote to its outputs."""
        return self.folder / "output.log"

    @property
    def output(self) -> str:
        """The same as text."""
        return self.output_file.read_text("utf-8", "replace")

    def start(self) -> None:
        """Start and wait until it is ready."""
        with self.output_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                env=self._environ | {"PYTHONPATH": str(ROOT)},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        wait_until(self._ready, seconds=40, what="the service")

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit status. Raises ``TimeoutExpired`` after ten seconds."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=10)

    def end(self) -> None:
        """Whatever its state, be gone."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def first_link(self) -> str:
        """The one-time link that the first start printed."""
        wait_until(lambda: bool(_LINK.search(self.output)), seconds=20, what="the first link")
        return str(_LINK.findall(self.output)[-1])

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.output
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
