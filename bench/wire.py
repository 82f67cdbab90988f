"""HTTP as cheaply as a generator of load can speak it: bytes in, bytes out, loopback only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlencode

LOOPBACK: Final = "127.0.0.1"
ANSWER_WITHIN_S: Final = 20.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SPLIT: Final = b"\r\n\r\n"
_WITHOUT_BODY: Final = frozenset({204, 304})


class Broken(Exception):
    """The other side ended the connection or took too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def cookie(self, name: str) -> str:
        """A cookie that came with it. Raises ``Broken`` where it did not."""
        found = re.search(rb"set-cookie: " + name.encode() + rb"=([^;]+)", self.head, re.IGNORECASE)
        if found is None:
            raise Broken(f"no cookie {name} in an answer {self.status}")
        return found[1].decode()


def request(
    method: str, path: str, *, cookie: str = "", form: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of a request as our scripts in the browser send it."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}", "Accept: application/json"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    body = b""
    if form is not None:
        body = urlencode(form).encode()
        lines.append("Content-Type: application/x-www-form-urlencoded")
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + _SPLIT + body


class Caller(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None

    @classmethod
    async def connect(cls, port: int) -> Caller:
        """Open a connection on loopback."""
        loop = asyncio.get_running_loop()
        _, caller = await loop.create_connection(cls, LOOPBACK, port)
        return caller

    async def ask(self, sent: bytes) -> Answer:
        """Send and wait for the whole answer. Raises ``Broken``."""
        if self._transport is None or self._transport.is_closing():
            raise Broken("the connection has ended")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._waiting
        except TimeoutError:
            self.close()
            raise Broken("no answer in time") from None

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Gather until an answer is whole."""
        self._got += data
        answer = parse(bytes(self._got))
        if answer is not None and self._waiting is not None and not self._waiting.done():
            self._got.clear()
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Broken(str(exc or "the connection has ended")))


def parse(got: bytes) -> Answer | None:
    """The answer, once all of it is there."""
    head, split, body = got.partition(_SPLIT)
    if not split:
        return None
    status = int(head[9:12])
    length = _LENGTH.search(head)
    wanted = 0 if length is None or status in _WITHOUT_BODY else int(length[1])
    return Answer(status, head, body) if len(body) >= wanted else None


class Follower(asyncio.Protocol):
    """One open stream of events; ``heard`` gets the bytes, with the tail of those before."""

    def __init__(self, sent: bytes, heard: Callable[[bytes], None], *, keep: int) -> None:
        self._sent = sent
        self._heard = heard
        self._keep = keep
        self._tail = b""
        self.transport: asyncio.Transport | None = None
        self.open = asyncio.get_running_loop().create_future()
        self.ended = False

    @classmethod
    async def connect(
        cls, port: int, sent: bytes, heard: Callable[[bytes], None], *, keep: int = 0
    ) -> Follower:
        """Open a stream on loopback and wait for its first bytes. Raises ``Broken``."""
        loop = asyncio.get_running_loop()
        _, follower = await loop.create_connection(
            lambda: cls(sent, heard, keep=keep), LOOPBACK, port
        )
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await follower.open
        except TimeoutError:
            raise Broken("a stream did not open in time") from None
        return follower

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._sent)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        if not self.open.done():
            self._begin(data)
        self._heard(self._tail + data)
        self._tail = (self._tail + data)[-self._keep :] if self._keep else b""

    def _begin(self, data: bytes) -> None:
        if data[9:12] == b"200":
            self.open.set_result(None)
        else:
            self.open.set_exception(Broken(f"a stream answered {data[9:12]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that it ended."""
        self.ended = True
        if not self.open.done():
            self.open.set_exception(Broken(str(exc or "a stream ended at once")))

    def close(self) -> None:
        """End it."""
        if self.transport is not None:
            self.transport.close()
