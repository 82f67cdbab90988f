"""One message while it is looked at, and what the second speed takes over from the first.

The first speed runs in the transaction that stores a message, the second one within a second
after its commit: another thread, mostly the same process. What rules and linear member said is
kept in between, under a digest of the message, until it is taken over. Another process, or the
same one after a restart, finds nothing here and looks anew: the outcome is the same, because
members never change while a judge lives.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Final

from triage.linear import LinearMember
from triage.opinion import Opinion
from triage.rules import Rules
from triage.text import Normalised, normalise
from triage.verdict import Verdict

MOST: Final = 256
"""So many messages may wait for their second look; of the oldest ones nothing is kept then."""


class NotLoaded(RuntimeError):
    """A member is not there, so nobody can say more than the others did."""


class Look:
    """One message: normalised, read and weighed once, by whoever asks first."""

    def __init__(self, text: str, rules: Rules, member: LinearMember | None) -> None:
        self.plain: Normalised = normalise(text)
        self._rules, self._member = rules, member

    @cached_property
    def floor(self) -> Verdict:
        """What the rules say."""
        return self._rules.read(self.plain)

    @cached_property
    def linear(self) -> Opinion:
        """What the linear member says. Raises ``NotLoaded`` without one, and what goes wrong."""
        if self._member is None:
            raise NotLoaded
        return self._member.opinion(self.plain.text)

    @property
    def weighed(self) -> bool:
        """Whether the linear member has said something."""
        return "linear" in self.__dict__


class Looks:
    """Makes looks, and hands what a first one found to the second one of the same message.

    Levels, rule ids, log-odds and offsets are kept, never words, and each of them once.
    """

    def __init__(self, rules: Rules, member: LinearMember | None) -> None:
        self._rules, self._member = rules, member
        self._kept: dict[bytes, tuple[Verdict, Opinion]] = {}
        self._lock = Lock()

    def new(self, text: str) -> Look:
        """A look at a message of which nothing is known."""
        return Look(text, self._rules, self._member)

    def keep(self, text: str, look: Look) -> None:
        """Keep what was found for the second speed, where the linear member could say something."""
        if not look.weighed:
            return
        found = (look.floor, look.linear)
        with self._lock:
            self._kept[_digest(text)] = found
            if len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]

    def again(self, text: str) -> Look:
        """A look that knows what the first one found, where that is still known."""
        look = self.new(text)
        with self._lock:
            found = self._kept.pop(_digest(text), None)
        if found is not None:
            look.floor, look.linear = found
        return look


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
