"""Free ports, and waiting until somebody listens there."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Ask ``ready`` again and again. Raises ``TimeoutError`` naming ``what``."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not become ready in {seconds:.0f} s")
        time.sleep(0.05)
