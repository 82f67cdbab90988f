"""Hypothesis strategies for what a gateway sends: sound, damaged, or made up by an enemy.

``events()`` are (name, data) for ``FakeDiscord.dispatch``; ``frames()`` are texts for its
``gateway.raw``.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.fakes.discord import shapes
from tests.fakes.discord.desk import reply_to
from tests.fakes.discord.interactions import COMMAND, COMPONENT, MODAL, payload
from tests.fakes.discord.memory import Memory
from tests.fakes.discord.shapes import Json

Event = tuple[str, Any]

_ids = st.integers(1, 2**63 - 1).map(str)
_words = st.text(max_size=2000)
_moments = st.integers(shapes.DISCORD_EPOCH, 2_000_000_000)
_names = st.text("abcdefghijklmnopqrstuvwxyz-_", min_size=1, max_size=32)
_anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def messages(draw: st.DrawFn) -> Json:
    """A message that somebody wrote to the bot, as the contract describes it."""
    author = shapes.user(draw(_ids), draw(_names))
    at = draw(_moments)
    message = shapes.message(draw(_ids), draw(_ids), author, at, draw(_words))
    if draw(st.booleans()):
        url = "http://127.0.0.1/attachments/1/2/a.png"
        file = shapes.attachment(draw(_ids), "a.png", draw(st.integers(0, 2**31 - 1)), url, "a/b")
        message["attachments"] = [file]
    if draw(st.booleans()):
        message["sticker_items"] = [shapes.sticker(draw(_ids), draw(_words))]
    if draw(st.booleans()):
        before = shapes.message(draw(_ids), message["channel_id"], author, at, draw(_words))
        message.update(reply_to(before))
    return message


@st.composite
def interactions(draw: st.DrawFn) -> Json:
    """A command, a press or a form, from direct messages or from a server."""
    memory = Memory(lambda: float(draw(_moments)))
    person = memory.person(draw(_ids))
    guild_id = draw(st.none() | _ids)
    kind = draw(st.sampled_from((COMMAND, COMPONENT, MODAL)))
    channel_id = person.channel_id if guild_id is None else str(int(guild_id) + 1)
    message = memory.blank(channel_id, shapes.bot(), draw(_words))
    data: Json = {"id": draw(_ids), "name": draw(_names), "type": 1}
    if kind == COMPONENT:
        data = {"id": 1, "custom_id": draw(_words), "component_type": 2}
    elif kind == MODAL:
        field = {"type": 4, "id": 2, "custom_id": draw(_names), "value": draw(_words)}
        label = {"type": 18, "id": 1, "component": field}
        data = {"custom_id": draw(_words), "components": [label]}
    under = message if kind == COMPONENT else None
    return payload(memory, person, kind, data, guild_id=guild_id, message=under)


@st.composite
def _smaller(draw: st.DrawFn) -> Event:
    message: Json = {"channel_id": draw(_ids)}
    reaction = {
        "user_id": draw(_ids),
        "message_id": draw(_ids),
        "emoji": shapes.emoji(draw(st.text(min_size=1, max_size=8))),
        "burst": draw(st.booleans()),
        "type": draw(st.sampled_from((0, 1))),
    }
    name = draw(
        st.sampled_from(("MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"))
    )
    return name, message | ({"id": draw(_ids)} if name == "MESSAGE_DELETE" else reaction)


def valid_events() -> st.SearchStrategy[Event]:
    """Events as the service sends them."""
    in_dm = messages().map(lambda message: message | {"channel_type": shapes.DM_CHANNEL})
    return st.one_of(
        in_dm.map(lambda message: ("MESSAGE_CREATE", message)),
        in_dm.map(lambda message: ("MESSAGE_UPDATE", message)),
        interactions().map(lambda shape: ("INTERACTION_CREATE", shape)),
        _smaller(),
    )


def unknown_events() -> st.SearchStrategy[Event]:
    """Events that the service may begin to send some day."""
    return st.tuples(_names.map(lambda name: f"NEW_{name.upper()}"), _anything)


@st.composite
def damaged_events(draw: st.DrawFn) -> Event:
    """A sound event of which one to three fields are missing or hold something else."""
    name, sound = draw(valid_events())
    data = deepcopy(sound)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(data))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = draw(_anything)
    return name, data


def events() -> st.SearchStrategy[Event]:
    """Any event: sound, damaged, or unknown."""
    return st.one_of(valid_events(), damaged_events(), unknown_events())


def hostile_frames() -> st.SearchStrategy[str]:
    """Texts that are no gateway payload, or one that nobody would send."""
    deep = st.integers(1, 5000).map(lambda depth: "[" * depth + "]" * depth)
    odd = st.dictionaries(st.sampled_from(("op", "t", "s", "d")), _anything).map(json.dumps)
    numbers = st.sampled_from(('{"op": NaN}', '{"op": 1e999}', '{"op": 0, "s": -1, "d": {}}'))
    return st.one_of(st.text(max_size=200), _anything.map(json.dumps), odd, deep, numbers)


def frames() -> st.SearchStrategy[str]:
    """Any text that could arrive: events in their envelope, or hostile ones."""
    numbers = st.integers(1, 1_000_000)
    enveloped = st.builds(
        lambda event, number: json.dumps({"op": 0, "t": event[0], "s": number, "d": event[1]}),
        events(),
        numbers,
    )
    return enveloped | hostile_frames()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) inside ``value``, through objects and lists."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    return [place for key in keys for place in ((value, key), *_places(value[key]))]
