"""How fast somebody may go. It slows, and never shuts anybody out whose words are grave."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.core.model.errors import SlowDown
from bot.core.ports.channel import Handed
from bot.http.limits import Limiter

PHRASES_AT_ONCE: Final = 3
TRIES_AT_ONCE: Final = 5
"""Tries at a passphrase from one place before it has to wait; then as many a minute."""

LINKS_AT_ONCE: Final = 10
"""Links tried from one place, at once and a minute. Nobody guesses one: this spares the store."""

_ALL = "all"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Pace:
    """The page's limits. Each method raises ``SlowDown`` where somebody has to wait."""

    def __init__(self, handed: Handed) -> None:
        settings, self._door, self._keys = handed.settings, handed.door, handed.form_keys
        # A place is known only by a hash that nobody can repeat once this process has ended.
        self._salt = self._keys.room_token(self._keys.issue(self._door.now()))
        self._rooms = Limiter(burst=settings.visitor_burst, per_minute=settings.visitor_per_minute)
        self._new_rooms = Limiter(
            burst=settings.new_rooms_per_minute, per_minute=settings.new_rooms_per_minute
        )
        tries = settings.passphrase_tries_per_minute
        self._tries = Limiter(burst=tries, per_minute=tries)
        near = min(tries, TRIES_AT_ONCE)
        self._tries_of_place = Limiter(burst=near, per_minute=near)
        self._links = Limiter(burst=LINKS_AT_ONCE, per_minute=LINKS_AT_ONCE)
        self._phrases = Limiter(burst=PHRASES_AT_ONCE, per_minute=PHRASES_AT_ONCE)

    def message(self, token: str, words: str) -> None:
        """Before a message in an open room. Grave words always pass (R-179)."""
        self._pass_or_grave(self._rooms, token, words)

    def first_message(self, words: str) -> None:
        """Before a message that opens a room. Grave words always pass (R-179)."""
        self._pass_or_grave(self._new_rooms, _ALL, words)

    def phrase(self, token: str) -> None:
        """Before a new passphrase is made: making one is slow work."""
        self._take(self._phrases, token)

    def try_at_phrase(self, request: web.Request) -> None:
        """Before a typed passphrase is looked at."""
        self._take(self._tries_of_place, self._place(request))
        self._take(self._tries, _ALL)

    def try_at_link(self, request: web.Request) -> None:
        """Before a single-use link is looked at."""
        self._take(self._links, self._place(request))

    def _place(self, request: web.Request) -> str:
        return self._keys.room_token(f"{self._salt} {caller_place(request)}")

    def _pass_or_grave(self, limiter: Limiter, key: str, words: str) -> None:
        if limiter.allows(key, self._now_s()) or self._door.is_grave(words):
            return
        raise SlowDown(seconds=limiter.wait_s(key))

    def _take(self, limiter: Limiter, key: str) -> None:
        if not limiter.allows(key, self._now_s()):
            raise SlowDown(seconds=limiter.wait_s(key))

    def _now_s(self) -> float:
        return self._door.now().timestamp()


def caller_place(request: web.Request) -> str:
    """Where a request came from; behind a web server on this machine, what that one says.

    For a hash in memory alone: it is never stored and never logged.
    """
    remote = request.remote or ""
    if remote not in _LOOPBACK:
        return remote
    return request.headers.get("X-Forwarded-For", remote).rpartition(",")[2].strip()
