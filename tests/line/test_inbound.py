"""Deliveries read without the SDK: nothing raises, and no event loses its neighbours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import line as package
from channels.line.inbound import (
    NOTHING,
    Added,
    Among,
    Event,
    Left,
    Odd,
    Offered,
    Said,
    Stuck,
    Tapped,
    Unsent,
    parse,
)
from tests.fakes.line import webhook
from tests.fakes.line.strategies import huge_body, line_bodies, right_events, spoilt_events

SAMPLES: Final = Path(package.__path__[0]) / "samples"
TEXTS: Final = ("text", "text-again", "text-in-standby", "text-quoting", "text-with-emojis")
OFFERED: Final = ("audio", "file", "image", "location", "video")
KINDS: Final[dict[str, list[type[Event]]]] = {
    **{name: [Said] for name in TEXTS},
    **{name: [Offered] for name in OFFERED},
    "follow": [Added],
    "follow-again": [Added],
    "join": [Among],
    "leave": [Odd],
    "member-joined": [Among],
    "nothing": [],
    "postback": [Tapped],
    "several": [Added, Said, Stuck],
    "sticker": [Stuck],
    "sticker-with-words": [Stuck],
    "text-in-group": [Among],
    "text-in-room": [Among],
    "text-with-mention": [Among],
    "text-without-user": [Among],
    "unfollow": [Left],
    "unknown-event": [Odd],
    "unknown-message": [Offered],
    "unsend": [Unsent],
}


def sample(name: str) -> tuple[Event, ...]:
    return parse((SAMPLES / f"{name}.json").read_bytes()).events


def read(*events: Any) -> tuple[Event, ...]:
    return parse(json.dumps({"destination": webhook.BOT, "events": events}).encode()).events


def test_every_sample_is_known_here() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_sample_is_what_it_says(name: str) -> None:
    assert [type(event) for event in sample(name)] == KINDS[name]


def test_words_come_with_what_an_answer_needs() -> None:
    (said,) = read(webhook.text("こんばんは (moon)", number=3, fields={"emojis": []}))
    assert isinstance(said, Said)
    assert (said.words, said.ref, said.read_mark) == ("こんばんは (moon)", "400003", "read3")
    common = said.common
    assert (common.user, common.reply_token) == (webhook.USER, webhook.reply_token(3))
    assert common.event_id == "01FAKE00000000000000000003"
    assert not common.standby
    assert webhook.USER not in webhook.text("x")["webhookEventId"]


def test_a_sticker_brings_its_words_and_meaning() -> None:
    (stuck,) = sample("sticker")
    assert isinstance(stuck, Stuck)
    assert (stuck.words, stuck.keywords) == ("", ("しょんぼり", "涙", "sad"))
    (worded,) = sample("sticker-with-words")
    assert isinstance(worded, Stuck)
    assert (worded.words, worded.keywords) == ("おやすみ", ("夜",))


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_no_words_keeps_nothing_but_its_kind(name: str) -> None:
    (offered,) = sample(name)
    assert isinstance(offered, Offered)
    assert offered.what == name
    shown = repr(offered)
    for part in ("memo.txt", "架空県", "35.5", "駅"):
        assert part not in shown


def test_a_kind_of_next_year_is_offered_without_its_content() -> None:
    (offered,) = sample("unknown-message")
    assert isinstance(offered, Offered)
    assert offered.what == "other"


def test_standby_is_heard_and_never_answered() -> None:
    (said,) = sample("text-in-standby")
    assert isinstance(said, Said)
    assert (said.common.standby, said.common.reply_token) == (True, None)


@pytest.mark.parametrize(
    ("name", "joined", "is_group"),
    [
        ("join", True, True),
        ("member-joined", False, True),
        ("text-in-group", False, True),
        ("text-in-room", False, False),
        ("text-with-mention", False, True),
    ],
)
def test_what_happens_before_others_keeps_no_word_and_nobody(
    name: str, *, joined: bool, is_group: bool
) -> None:
    (among,) = sample(name)
    assert isinstance(among, Among)
    assert (among.joined, among.is_group) == (joined, is_group)
    assert among.place in {webhook.GROUP, webhook.ROOM}
    assert webhook.USER not in repr(among)
    assert "みんな" not in repr(among)


@given(st.lists(st.one_of(right_events(), spoilt_events(), st.none()), max_size=5), st.data())
def test_neighbours_of_odd_events_survive(events: list[Any], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events)))
    good = webhook.text("ここにいます", number=77)
    among = read(*events[:place], good, *events[place:])
    assert len(among) == len(events) + 1
    assert among[place] == read(good)[0]
    assert [*among[:place], *among[place + 1 :]] == [one for each in events for one in read(each)]


@given(line_bodies())
def test_nothing_raises(raw: bytes) -> None:
    delivery = parse(raw)
    for event in delivery.events:
        repr(event).encode("utf-8")  # whatever it is, it can be written down
        _within_bounds(event)


@given(right_events())
def test_every_right_event_of_a_person_is_understood(event: dict[str, Any]) -> None:
    (found,) = read(event)
    source = event["source"]
    empty = "text" in str(event.get("message", {}).get("type")) and not event["message"]["text"]
    nothing = event["type"] == "postback" and not event["postback"]["data"]
    if source["type"] == "user" and event["type"] not in {"join", "leave", "memberJoined"}:
        assert isinstance(found, Odd) == ("userId" not in source or empty or nothing)
    elif source["type"] != "user":
        assert isinstance(found, Among | Odd)


def test_lone_surrogates_can_be_written_down() -> None:
    raw = webhook.body(webhook.BOT, [webhook.text("@")]).replace(b"@", b"a\\ud83db")
    (said,) = parse(raw).events
    assert isinstance(said, Said)
    assert said.words == "a\ufffdb"
    (whole,) = parse(raw.replace(b"\\ud83d", b"\\ud83c\\udf19")).events
    assert isinstance(whole, Said)
    assert whole.words == "a🌙b"


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b'"x"', b"\xff", b"[" * 100_000, b'{"events":' * 20_000, b"1" * 5000],
)
def test_what_is_no_delivery_holds_nothing(raw: bytes) -> None:
    assert parse(raw) == NOTHING


@pytest.mark.parametrize("events", [None, {}, "x", 3])
def test_events_that_are_no_list_are_none(events: object) -> None:
    raw = json.dumps({"destination": webhook.BOT, "events": events}).encode()
    assert parse(raw).events == ()
    assert parse(raw).destination == webhook.BOT


def test_there_is_an_end_to_everything() -> None:
    (said,) = parse(huge_body()).events
    assert isinstance(said, Said)
    assert len(said.words) == 10_000
    assert len(read(*[webhook.follow(number=n) for n in range(600)])) == 500
    (stuck,) = read(webhook.sticker(keywords=["長" * 200] * 40))
    assert isinstance(stuck, Stuck)
    assert [len(word) for word in stuck.keywords] == [100] * 6
    assert read(webhook.sticker(keywords=[""])) == read(webhook.sticker())


def _within_bounds(event: Event) -> None:
    for name in getattr(event, "__slots__", ()):
        value = getattr(event, name)
        for part in value if isinstance(value, tuple) else (value,):
            assert not isinstance(part, str) or len(part) <= 10_000
