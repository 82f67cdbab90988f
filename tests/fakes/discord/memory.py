"""What the fake remembers: people, their channels with the bot, messages, nonces and files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.fakes.discord import shapes
from tests.fakes.discord.shapes import Json
from tests.fakes.discord.waiting import News

NONCE_SECONDS: Final = 300.0


class Refused(Exception):
    """The API says no, with an HTTP status and one of Discord's own error codes."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "code": code}


@dataclass
class Person:
    """Somebody with a Discord account, and what they let the bot do."""

    shape: Json
    channel_id: str
    open: bool = True  # takes messages
    findable: bool = True  # a channel with them can be opened at all


@dataclass
class Memory:
    """Everything of one fake; ``shift`` seconds are added to the clock by ``pass_by``."""

    clock: Callable[[], float] = time.time
    shift: float = 0.0
    people: dict[str, Person] = field(default_factory=dict)
    messages: dict[str, Json] = field(default_factory=dict)
    whispered_to: dict[str, str] = field(default_factory=dict)  # ephemeral message -> its reader
    commands: list[Json] = field(default_factory=list)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)  # path -> bytes, type
    news: News = field(default_factory=News)  # told of every message that is kept
    _nonces: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    _made: int = 0

    def now(self) -> float:
        """Unix seconds."""
        return self.clock() + self.shift

    def new_id(self) -> str:
        """The next id, larger than all before it."""
        self._made += 1
        return shapes.snowflake(self.now(), self._made)

    def person(self, user_id: int | str) -> Person:
        """The person, met now if never before."""
        known = str(user_id)
        if known not in self.people:
            shape = shapes.user(known, f"person{len(self.people) + 1}")
            self.people[known] = Person(shape, self.new_id())
        return self.people[known]

    def reader(self, channel_id: str) -> Person:
        """Whose channel it is; a refusal where there is none."""
        for person in self.people.values():
            if person.channel_id == channel_id:
                return person
        raise Refused(404, 10003, "Unknown Channel")

    def channel(self, person: Person) -> Json:
        """The person's channel with the bot."""
        last = [message["id"] for message in self.history(person.channel_id)][-1:]
        return shapes.dm_channel(person.channel_id, person.shape, last[0] if last else None)

    def history(self, channel_id: str) -> list[Json]:
        """What stands in a channel for everybody in it, oldest first."""
        return [
            message
            for message in self.messages.values()
            if message["channel_id"] == channel_id and message["id"] not in self.whispered_to
        ]

    def message(self, channel_id: str, message_id: str) -> Json:
        """One message of a channel; a refusal where there is none."""
        found = self.messages.get(message_id)
        if found is None or found["channel_id"] != channel_id:
            raise Refused(404, 10008, "Unknown Message")
        return found

    def blank(self, channel_id: str, author: Json, content: str) -> Json:
        """A new message that is not kept yet."""
        return shapes.message(self.new_id(), channel_id, author, self.now(), content)

    def keep(self, message: Json) -> Json:
        """Put a message into its channel."""
        self.messages[message["id"]] = message
        self.news.tell()
        return message

    def sent_with(self, channel_id: str, nonce: object) -> Json | None:
        """The message that was sent with this nonce in the last five minutes, if any."""
        at, message_id = self._nonces.get((channel_id, str(nonce)), (0.0, ""))
        return self.messages.get(message_id) if self.now() - at < NONCE_SECONDS else None

    def note_nonce(self, message: Json) -> None:
        """Remember with which nonce a message came."""
        nonce = (message["channel_id"], str(message["nonce"]))
        self._nonces[nonce] = (self.now(), message["id"])


def change(message: Json, asked: Json, at: float) -> Json:
    """Write over a message what an edit asks for; returns it."""
    if "content" in asked:
        message["content"] = asked["content"] or ""
    if "embeds" in asked:
        message["embeds"] = shapes.embeds(asked["embeds"] or [])
    if "components" in asked:
        message["components"] = shapes.components(asked["components"] or [])
    if asked.get("attachments") == []:
        message["attachments"] = []
    message["edited_timestamp"] = shapes.moment(at)
    return message


def fill(message: Json, asked: Json) -> Json:
    """Put into a new message what the bot asks to send; returns it.

    Raises Refused for one with nothing in it.
    """
    message["content"] = asked.get("content") or ""
    message["embeds"] = shapes.embeds(asked.get("embeds") or [])
    message["components"] = shapes.components(asked.get("components") or [])
    message["flags"] = asked.get("flags") or 0
    if not (message["content"] or message["embeds"] or message["components"]):
        raise Refused(400, 50006, "Cannot send an empty message")
    return message
