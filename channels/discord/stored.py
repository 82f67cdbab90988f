"""What a message becomes before it is stored: words alone, in the channel's own texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.core.model.messages import Inbound
from channels.discord.inbound import MOST_ATTACHMENTS, Attached, Reacted, Wrote

NAME: Final = "discord"
LIMIT: Final = 8000
"""Characters: what Discord takes in at most, and a line for each thing beside the words."""
_EMOJI: Final = re.compile(r"<a?:(\w{1,64}):\d{1,20}>", re.ASCII)
_SOMEBODY: Final = re.compile(r"<@[!&]?\d{1,20}>", re.ASCII)
_PLACE: Final = re.compile(r"<#\d{1,20}>", re.ASCII)
_COMMAND: Final = re.compile(r"<(/[^<>:]{1,100}):\d{1,20}>")

Say = Callable[..., str]  # a text key and its values


@dataclass(frozen=True, slots=True)
class Told:
    """One message, ready to be stored. ``left_out``: something in it was not taken in."""

    parts: tuple[Inbound, ...]
    left_out: bool


def as_stored(wrote: Wrote, say: Say, locale: str, *, pictures: bool) -> Told:
    """The person's own words, and a line for whatever else came with them.

    The first picture stands with the words; each further one is a message of its own. Neither
    what was quoted nor what a link shows is theirs, so it is not read.
    """
    shown = [one for one in wrote.attached if one.kind == "picture"] if pictures else []
    left = [one for one in wrote.attached if one not in shown]
    picture = say("channel.discord.picture")
    lines = [plain(wrote.words, say)]
    lines += [say("channel.discord.sticker", name=name) for name in wrote.stickers]
    lines += [picture] if shown else []
    lines += dict.fromkeys(say(f"channel.discord.{one.kind}_left") for one in left)
    words = "\n".join(line for line in lines if line.strip())
    nothing = not words
    words = words or say("channel.discord.other_left")
    first = _part(wrote, words, locale, url=shown[0].url if shown else None)
    more = [_more(wrote, picture, locale, n, one) for n, one in enumerate(shown[1:], start=1)]
    return Told((first, *more), left_out=bool(left) or nothing)


def reaction(event: Reacted, say: Say, locale: str) -> Inbound:
    """An emoji under one of our messages, as words."""
    words = say("channel.discord.reaction", emoji=event.emoji)
    return Inbound(NAME, str(event.user_id), event.ref, words, locale, ref=event.ref)


def refs(message_id: int, *, pictures: bool) -> list[str]:
    """Every name that a message may be stored under."""
    more = range(1, MOST_ATTACHMENTS) if pictures else ()
    return [str(message_id), *(_ref(message_id, n) for n in more)]


def plain(words: str, say: Say) -> str:
    """Words without Discord's own marks: no id of anybody stays in them."""
    words = _EMOJI.sub(r":\1:", words)
    words = _SOMEBODY.sub(lambda _: say("channel.discord.somebody"), words)
    words = _PLACE.sub(lambda _: say("channel.discord.place"), words)
    return _COMMAND.sub(r"\1", words)


def _part(wrote: Wrote, words: str, locale: str, *, url: str | None) -> Inbound:
    ref = str(wrote.message_id)
    return Inbound(
        channel=NAME,
        address=str(wrote.author_id),
        event_id=f"edit:{ref}:{wrote.edited}" if wrote.edited else ref,
        words=words,
        locale=locale,
        ref=ref,
        picture=url,
        limit=LIMIT,
    )


def _more(wrote: Wrote, words: str, locale: str, place: int, one: Attached) -> Inbound:
    ref = _ref(wrote.message_id, place)
    return Inbound(NAME, str(wrote.author_id), ref, words, locale, ref=ref, picture=one.url)


def _ref(message_id: int, place: int) -> str:
    return f"{message_id}:{place}"
