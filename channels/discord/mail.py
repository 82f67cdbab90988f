"""Direct messages on their way out: each piece once, whatever becomes of the connection.

Discord gives back the same message for the same nonce, for some minutes. A piece in doubt that
is older is looked for in the history before it is sent again. After a restart nothing is known
to be in doubt; the relay repeats an errand within its lease, well inside those minutes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from bot.core.ports.door import Button
from channels.discord.inbound import DISCORD_EPOCH_MS, Wrote, number, read_message
from channels.discord.outbound import message, nonce, pieces
from channels.discord.troubles import Refused

NONCE_HOLDS: Final = timedelta(minutes=3)
CLOCKS_APART: Final = timedelta(minutes=2)
_MOST_KNOWN: Final = 10_000
_MOST_IN_DOUBT: Final = 2_000
_LOOKED_AT: Final = 20
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_SEND: Final = "/channels/{channel_id}/messages"

Call = Callable[..., Awaitable[Any]]
Key = TypeVar("Key")
Value = TypeVar("Value")


class Bounded(Generic[Key, Value]):
    """A memory that forgets what was put in longest ago."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """What is kept under a key."""
        return self._kept.get(key)

    def put(self, key: Key, value: Value) -> Value:
        """Keep ``value``, and return it."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def drop(self, key: Key) -> None:
        """Forget a key."""
        self._kept.pop(key, None)


@dataclass(slots=True)
class Begun:
    """How far a message has come: pieces that stand, and since when the next one is tried."""

    done: int = 0
    since: datetime | None = None
    after: int = 0  # our newest message there when the next one was first tried


def snowflake(at: datetime) -> int:
    """The smallest id that Discord could have given at a moment."""
    return max(0, int(at.timestamp() * 1000) - DISCORD_EPOCH_MS) << 22


class Mail:
    """Sends to people, by their address, and looks at what was written with them."""

    def __init__(self, call: Call, now: Callable[[], datetime]) -> None:
        self._call, self._now = call, now
        self._channels: Bounded[str, int] = Bounded(_MOST_KNOWN)
        self._begun: Bounded[str, Begun] = Bounded(_MOST_IN_DOUBT)
        self._newest: Bounded[int, int] = Bounded(_MOST_KNOWN)  # our last known message there

    def met(self, address: str, channel_id: int) -> None:
        """Somebody wrote from this channel."""
        self._channels.put(address, channel_id)

    async def channel_of(self, address: str) -> int:
        """The channel with somebody. Raises ``Trouble`` kinds."""
        known = self._channels.get(address)
        if known is not None:
            return known
        answer = await self._call("POST", "/users/@me/channels", {"recipient_id": address})
        found = number(answer.get("id")) if isinstance(answer, dict) else None
        if found is None:
            raise Refused
        return self._channels.put(address, found)

    async def deliver(
        self, channel_id: int, words: str, buttons: Sequence[Button] = (), *, key: str
    ) -> None:
        """Send everything that does not stand there yet. Raises ``Trouble`` kinds."""
        begun = self._begun.get(key) or self._begun.put(key, Begun())
        parts = pieces(words)
        while begun.done < len(parts):
            place = begun.done
            last = buttons if place == len(parts) - 1 else ()
            if not await self._stands(channel_id, parts[place], begun):
                if begun.since is None:
                    begun.since = self._now()
                    begun.after = self._newest.get(channel_id) or 0
                mark = nonce(key, place)
                body = message(parts[place], last, mark=mark)
                sent = await self._call("POST", _SEND, body, once=mark, channel_id=str(channel_id))
                self._note(channel_id, sent)
            begun.done, begun.since = place + 1, None
        self._begun.drop(key)

    async def type(self, channel_id: int) -> None:
        """Show that somebody is writing. Raises ``Trouble`` kinds."""
        path = "/channels/{channel_id}/typing"
        await self._call("POST", path, channel_id=str(channel_id))

    async def history(self, channel_id: int, after: int) -> list[Wrote]:
        """What was written in a channel after an id, oldest first. Raises ``Trouble`` kinds."""
        found: list[Wrote] = []
        for _ in range(_MOST_PAGES):
            page = await self._page(channel_id, f"?after={after}&limit={_PAGE}")
            ids = [one for one in (number(item.get("id")) for item in page) if one is not None]
            found += [one for one in map(read_message, page) if one is not None]
            if len(page) < _PAGE or not ids:
                break
            after = max(ids)
        return sorted(found, key=lambda wrote: wrote.message_id)

    async def _stands(self, channel_id: int, piece: str, begun: Begun) -> bool:
        """Whether an earlier try, too long ago for its nonce, did arrive."""
        if begun.since is None or self._now() - begun.since < NONCE_HOLDS:
            return False
        page = await self._page(channel_id, f"?limit={_LOOKED_AT}")
        after = max(snowflake(begun.since - CLOCKS_APART), begun.after)
        ours = [one for one in map(read_message, page) if one is not None and one.ours]
        return any(one.message_id > after and one.words.strip() == piece for one in ours)

    async def _page(self, channel_id: int, query: str) -> list[dict[str, Any]]:
        answer = await self._call("GET", _SEND + query, channel_id=str(channel_id))
        items = answer if isinstance(answer, list) else []
        return [item for item in items if isinstance(item, dict)]

    def _note(self, channel_id: int, sent: object) -> None:
        sent_id = number(sent.get("id")) if isinstance(sent, dict) else None
        if sent_id is not None:
            self._newest.put(channel_id, max(sent_id, self._newest.get(channel_id) or 0))
