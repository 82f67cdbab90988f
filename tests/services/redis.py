"""A Redis server on loopback that keeps nothing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.services.ports import free_port, wait_until


@dataclass
class RedisServer:
    """One running server; ``start`` makes it, ``stop`` ends it."""

    folder: Path
    port: int
    server: subprocess.Popen[bytes]

    @classmethod
    def start(cls, program: Path) -> RedisServer:
        """Start ``program`` on a free port."""
        folder, port = Path(tempfile.mkdtemp(prefix="madoakari-redis-")), free_port()
        command = [
            str(program), "--bind", "127.0.0.1", "--port", str(port),
            "--save", "", "--appendonly", "no", "--dir", str(folder),
        ]  # fmt: skip
        made = cls(folder, port, subprocess.Popen(command, stdout=subprocess.DEVNULL))
        try:
            wait_until(made.answers, seconds=15, what="Redis")
        except BaseException:
            made.stop()
            raise
        return made

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        """Whether the server takes commands."""
        try:
            return self._ask(b"PING\r\n").startswith(b"+PONG")
        except OSError:
            return False

    def empty(self) -> None:
        """Forget everything."""
        if not self._ask(b"FLUSHALL\r\n").startswith(b"+OK"):
            raise RuntimeError("Redis did not forget")

    def stop(self) -> None:
        """End the server and delete its folder."""
        self.server.terminate()
        self.server.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as wire:
            wire.sendall(command)
            return wire.recv(64)
