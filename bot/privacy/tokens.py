"""Tokens, row identities and form keys: everything else that must not be guessed."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.privacy.keyfile import Secrets

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHANCE_BITS: Final = 80
_ID_CHARACTERS: Final = 26
_RANDOM_BYTES: Final = 16
_TIME: Final = struct.Struct(">Q")
_MAC_BYTES: Final = 24
# 16 + 8 + 24 bytes fill 64 characters exactly, so every key has one spelling only.
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{64}")
_MINUTE: Final = timedelta(minutes=1)


def new_token() -> str:
    """Return 256 bits of chance, safe in a URL (43 characters). For sessions, invitations."""
    return secrets.token_urlsafe(32)


class IdMaker:
    """Makes row identities that sort by time: ULIDs of 26 characters.

    Within one process they rise strictly, even where the clock stands still or steps back, so
    that the order in which messages were heard can be read from them.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def new(self) -> str:
        """Return a new identity."""
        milliseconds = int(self._clock().timestamp() * 1000)
        drawn = milliseconds << _CHANCE_BITS | secrets.randbits(_CHANCE_BITS)
        with self._lock:
            if drawn >> _CHANCE_BITS <= self._last >> _CHANCE_BITS:
                drawn = self._after_last()
            self._last = drawn
        return _crockford(drawn)

    def _after_last(self) -> int:
        # A random step, not one: a neighbour's identity must not be guessable from one's own.
        return self._last + 1 + secrets.randbelow(1 << 64)


class FormKeys:
    """Keys that a page carries in its form: proof that we made the page, and not long ago.

    Nothing is stored for a page that was only looked at (rule 6 of ``docs/privacy.md``: no
    cookie before the first message), so the key carries its own time and its own proof.
    """

    def __init__(self, secrets_: Secrets) -> None:
        self._key = secrets_.subkey("form key")
        self._room = secrets_.subkey("room token")

    def issue(self, now: datetime) -> str:
        """Return a new key of 64 URL-safe characters for a page that is sent at ``now``."""
        seconds = int(now.timestamp())
        body = secrets.token_bytes(_RANDOM_BYTES) + _TIME.pack(seconds)
        return base64.urlsafe_b64encode(body + self._proof(body)).decode()

    def check(self, key: str, now: datetime, *, max_age: timedelta) -> bool:
        """Whether we made ``key`` within ``max_age`` before ``now``. Never raises.

        A minute of the future is allowed, for two nodes whose clocks differ.
        """
        issued = self._issued(key)
        return issued is not None and -_MINUTE <= now - issued <= max_age

    def room_token(self, key: str) -> str:
        """Return the session token that belongs to a form key.

        The first message may arrive twice (a shaky network, an impatient thumb): the same form
        key always opens the same room. Knowing the token does not give back the key.
        """
        text = key.encode(errors="surrogatepass")
        token = hmac.digest(self._room, text, "sha256")
        return base64.urlsafe_b64encode(token).rstrip(b"=").decode()

    def _issued(self, key: str) -> datetime | None:
        if not _KEY.fullmatch(key):
            return None
        raw = base64.urlsafe_b64decode(key)
        body, proof = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(proof, self._proof(body)):
            return None
        (seconds,) = _TIME.unpack(body[_RANDOM_BYTES:])
        return datetime.fromtimestamp(seconds, tz=UTC)

    def _proof(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC_BYTES]


def _crockford(number: int) -> str:
    shifts = range(5 * (_ID_CHARACTERS - 1), -1, -5)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in shifts)
