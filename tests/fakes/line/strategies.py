"""Bodies for hypothesis that a webhook may be sent: right ones, spoilt ones and hostile ones.

``line_bodies()`` mixes all three; ``right_bodies()`` gives only what LINE's description allows.
What arrives signed is LINE's word and may still be anything that LINE comes up with next year, so
a reader must answer every one of these and lose no event that it could have read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from tests.fakes.line import webhook
from tests.fakes.line.webhook import Event

_DEPTH: Final = 150
_ODD_WORDS: Final = ("", " ", "\0", "\u202e", "👨‍👩‍👧", "もう消えたい", "(moon)")
_ODD_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 2**63, 2**200, 1.5, 1e308, float("nan"), float("inf")),
    *("", "x", "\ud83d", [], [[]], [None], {}, {"type": None}, {"type": "user"}, {"": ""}),
)

# Hypothesis writes out what failed, and would warn of its size instead, beyond 30,000 characters.
_huge = st.sampled_from([5_000, 5_001, 12_000]).map(lambda length: "a" * length)
_words = st.one_of(st.text(max_size=200), st.sampled_from(_ODD_WORDS), _huge)
_odd: st.SearchStrategy[Any] = st.one_of(st.sampled_from(_ODD_VALUES), _huge)
_numbers = st.integers(1, 9_999)
_common = st.fixed_dictionaries(
    {"mode": st.sampled_from(["active", "standby"]), "again": st.booleans()},
    optional={
        "user": st.one_of(st.none(), st.integers(0, 9).map(lambda n: f"U{n:032x}")),
        "at": st.integers(0, 2**53),
    },
)
_from = st.sampled_from([{}, {"group": webhook.GROUP}, {"room": webhook.ROOM}])
_Build = Callable[..., Event]


def _built(build: _Build, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    def together(number: int, common: dict[str, Any], source: dict[str, str], *given: Any) -> Event:
        return build(*given, number=number, **{**common, **source})

    return st.builds(together, _numbers, _common, _from, *args)


def right_events() -> st.SearchStrategy[Event]:
    """Events of every kind that LINE describes."""
    plain = (webhook.image, webhook.video, webhook.audio, webhook.file, webhook.location)
    more = (webhook.follow, webhook.unfollow, webhook.join, webhook.leave, webhook.member_joined)
    return st.one_of(
        _built(webhook.text, _words),
        _built(webhook.postback, _words),
        _built(webhook.unsend, _numbers.map(str)),
        *(_built(build) for build in (webhook.sticker, *plain, *more)),
    )


def future_events() -> st.SearchStrategy[Event]:
    """Events and messages of kinds that are not thought of yet."""
    return st.one_of(_built(webhook.unknown), _built(webhook.unknown_message))


def right_bodies() -> st.SearchStrategy[bytes]:
    """Bodies that fit LINE's description, the empty one of its 'verify' button included."""
    return st.lists(right_events(), max_size=6).map(
        lambda events: webhook.body(webhook.BOT, events)
    )


@st.composite
def spoilt_events(draw: st.DrawFn) -> Any:
    """An event with a few of its fields dropped, renamed, doubled in depth or of a wrong type."""
    event: Any = draw(st.one_of(right_events(), future_events()))
    for _ in range(draw(st.integers(1, 3))):
        place = event
        while True:
            name = draw(st.sampled_from(sorted(place)))
            inner = place[name]
            if not isinstance(inner, dict) or not inner or draw(st.booleans()):
                break
            place = inner
        _spoil(draw, place, name)
        if not event:
            break
    return event


def _spoil(draw: st.DrawFn, place: dict[str, Any], name: str) -> None:
    way = draw(st.sampled_from(["drop", "rename", "odd", "deep", "list"]))
    value = place.pop(name)
    if way == "rename":
        place[name.upper() or "x"] = value
    elif way == "odd":
        place[name] = draw(_odd)
    elif way == "deep":
        for _ in range(draw(st.integers(1, _DEPTH))):
            value = {name: value}
        place[name] = value
    elif way == "list":
        place[name] = [value, value]


@st.composite
def spoilt_bodies(draw: st.DrawFn) -> bytes:
    """Bodies that are JSON, and wrong somewhere; now and then a name stands in them twice."""
    anything = st.one_of(spoilt_events(), right_events(), _odd)
    whole: Any = {"destination": webhook.BOT, "events": draw(st.lists(anything, max_size=4))}
    if draw(st.booleans()):
        whole[draw(st.sampled_from(["destination", "events", "more"]))] = draw(_odd)
    raw = json.dumps(whole, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        name = draw(st.sampled_from(["type", "events", "userId", "webhookEventId", "text"]))
        raw = raw.replace(f'"{name}":', f'"{name}": null, "{name}":', 1)
    return raw.encode(errors="surrogatepass")


def hostile_bodies() -> st.SearchStrategy[bytes]:
    """Bodies that are no webhook at all."""
    nothing = [b"", b" ", b"null", b"0", b"-1e999", b"NaN", b'""', b"[]", b"{}", b"true", b"\0"]
    nested = st.sampled_from([(b"[", b""), (b'{"events":', b""), (b"[", b"]"), (b'{"":', b"0}")])
    broken = [b'{"events":[', b'{"events":[{}]}}', b'\xef\xbb\xbf{"events":[]}', b"events=1"]
    whole = webhook.body(webhook.BOT, [webhook.text("夜です")])
    cuts = st.integers(0, len(whole)).map(lambda end: whole[:end])
    bent = st.integers(0, len(whole) - 1).map(lambda i: whole[:i] + b"\xff" + whole[i + 1 :])
    return st.one_of(
        st.sampled_from([*nothing, *broken]),
        nested.map(lambda pair: pair[0] * 2_500 + pair[1] * 2_500),
        st.binary(max_size=200),
        cuts,
        bent,
        st.just(whole.decode().encode("utf-16")),
        st.lists(st.sampled_from(_ODD_VALUES), max_size=3).map(lambda v: json.dumps(v).encode()),
    )


def huge_body(characters: int = 300_000) -> bytes:
    """One right body with so many characters in one message, three bytes each."""
    return webhook.body(webhook.BOT, [webhook.text("深" * characters)])


def line_bodies() -> st.SearchStrategy[bytes]:
    """Everything that may stand behind a good signature."""
    return st.one_of(right_bodies(), spoilt_bodies(), hostile_bodies())
