"""Replies, pushes and what people got to see: the part of the fake that carries words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.fakes.line.faults import ACCEPTED, QUOTA_USED_UP, Faults, refusal
from tests.fakes.line.wire import Answer, Request, error

RETRY_KEY: Final = "X-Line-Retry-Key"
REPLY_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 24 * 3600.0
_ADDRESS: Final = re.compile(r"[UCR][0-9a-f]{32}")
_BAD_TOKEN: Final = "Invalid reply token"


@dataclass(frozen=True, slots=True)
class Sent:
    """One accepted reply or push."""

    to: str
    messages: tuple[dict[str, Any], ...]
    way: Literal["reply", "push"]
    request_id: str
    sent_messages: tuple[dict[str, str], ...]


@dataclass(slots=True)
class _Token:
    to: str
    until: float
    used: bool = False


class Messages:
    """Takes replies and pushes as LINE does; keeps what each person got to see, in order."""

    def __init__(self, now: Callable[[], float], reply_seconds: float) -> None:
        self.now = now
        self.reply_seconds = reply_seconds
        self.violations: list[str] = []
        self.faults: Faults = lambda _: None
        self.quota: int | None = None
        """Pushes a month; None for no limit. Replies are free."""
        self.used = 0
        self.sent: list[Sent] = []
        self.to_blocked: list[Sent] = []
        """Accepted with 200, and never seen by anybody: what LINE does with a blocked bot."""
        self._blocked: set[str] = set()
        self._tokens: dict[str, _Token] = {}
        self._keys: dict[str, tuple[float, Any, Sent]] = {}
        self._received: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._count = 0

    def received(self, user_id: str) -> list[dict[str, Any]]:
        """Every message object that this person, group or room got to see, in order."""
        return list(self._received[user_id])

    def texts(self, user_id: str) -> list[str]:
        """The words of each: of text messages their text, of others the alternative text."""
        words = ("text", "altText")
        return [m[word] for m in self._received[user_id] for word in words if word in m]

    def block(self, user_id: str) -> None:
        """Let the person block the bot; pushes are still answered with 200."""
        self._blocked.add(user_id)

    def unblock(self, user_id: str) -> None:
        """Let the person unblock the bot."""
        self._blocked.discard(user_id)

    def expect_reply(self, token: str, to: str) -> None:
        """Make a reply token good, from now and for ``reply_seconds``."""
        self._tokens.setdefault(token, _Token(to, self.now() + self.reply_seconds))

    def number(self) -> str:
        """Give the next number for messages and requests."""
        self._count += 1
        return str(500_000_000_000_000_000 + self._count)

    def reply(self, request: Request) -> Answer:
        """Serve a reply: once per token, in time, and without a retry key."""
        if RETRY_KEY in request.headers:
            self.violations.append("reply: carries a retry key, which LINE refuses")
            return error(400, f"{RETRY_KEY} is not supported")
        token = self._tokens.get(request.body["replyToken"])
        if token is None or token.used or self.now() > token.until:
            return error(400, _BAD_TOKEN)
        fault = self.faults(request)
        if fault is not None and fault not in ACCEPTED:
            return refusal(fault)
        token.used = True
        sent = self._accept(token.to, request.body["messages"], "reply")
        return self._told(sent, fault)

    def push(self, request: Request) -> Answer:
        """Serve a push: a known retry key is answered with 409 and what was sent then."""
        to = request.body["to"]
        if not _ADDRESS.fullmatch(to):
            self.violations.append("push: 'to' is no id of a person, group or room")
            return error(400, "The property, 'to', in the request body is invalid")
        key = request.headers.get(RETRY_KEY, "").lower()
        if (earlier := self._earlier(key, request.body)) is not None:
            return earlier
        fault = self.faults(request)
        if fault is not None and fault not in ACCEPTED:
            return refusal(fault)
        if self.quota is not None and self.used >= self.quota:
            return error(429, QUOTA_USED_UP)
        sent = self._accept(to, request.body["messages"], "push")
        if key:
            self._keys[key] = (self.now() + RETRY_SECONDS, request.body, sent)
        return self._told(sent, fault)

    def consumption(self, request: Request) -> Answer:
        """Tell how many pushes were counted this month."""
        return Answer(body={"totalUsage": self.used})

    def allowance(self, request: Request) -> Answer:
        """Tell how many pushes a month has."""
        if self.quota is None:
            return Answer(body={"type": "none"})
        return Answer(body={"type": "limited", "value": self.quota})

    def _earlier(self, key: str, body: Mapping[str, Any]) -> Answer | None:
        until, first, sent = self._keys.get(key, (0.0, None, None))
        if sent is None or self.now() > until:
            return None
        if body != first:
            self.violations.append("push: a retry key again, with another body")
        told = error(409, "The retry key is already accepted", sentMessages=[*sent.sent_messages])
        return Answer(409, told.body, {"X-Line-Accepted-Request-Id": sent.request_id})

    def _accept(
        self, to: str, messages: list[dict[str, Any]], way: Literal["reply", "push"]
    ) -> Sent:
        sent = Sent(
            to=to,
            messages=tuple(messages),
            way=way,
            request_id=f"00000000-0000-4000-8000-{len(self.sent) + len(self.to_blocked):012x}",
            sent_messages=tuple({"id": self.number()} for _ in messages),
        )
        if to in self._blocked:
            self.to_blocked.append(sent)
            return sent
        self.sent.append(sent)
        self._received[to].extend(messages)
        self.used += way == "push"
        return sent

    def _told(self, sent: Sent, fault: str | None) -> Answer:
        return Answer(
            body={"sentMessages": [*sent.sent_messages]},
            headers={"X-Line-Request-Id": sent.request_id},
            cut=fault == "lost",
            hang=fault == "hang",
        )
