"""Reading what comes over the wire: everything sound is read, nothing at all does harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.discord.inbound import (
    LARGEST_PICTURE,
    Attached,
    Deleted,
    Reacted,
    Tapped,
    Wrote,
    read_event,
    read_message,
)
from channels.discord.stored import LIMIT, as_stored, plain, reaction
from tests.discord_channel.stage import say
from tests.fakes.discord import strategies
from tests.fakes.discord.strategies import Event

SAMPLES: Final = Path(__file__).parents[2] / "channels" / "discord" / "samples"
KINDS: Final = {
    "message-create": Wrote,
    "message-create-attachment": Wrote,
    "message-create-embed": Wrote,
    "message-create-own": Wrote,
    "message-create-reply": Wrote,
    "message-create-sticker": Wrote,
    "message-update": Wrote,
    "message-delete": Deleted,
    "message-reaction-add": Reacted,
    "message-reaction-remove": Reacted,
    "interaction-command": Tapped,
    "interaction-command-server": Tapped,
    "interaction-button": Tapped,
    "interaction-select": Tapped,
    "interaction-form": Tapped,
}


def sample(name: str) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return frame


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_is_read_as_what_it_is(path: Path) -> None:
    frame = sample(path.stem)
    heard = read_event(frame.get("t"), frame.get("d"))
    assert type(heard) is KINDS.get(path.stem, type(None))


def test_where_a_tap_came_from() -> None:
    heard = [
        read_event("INTERACTION_CREATE", sample(name)["d"]) for name in KINDS if "inter" in name
    ]
    taps = {one.kind: one for one in heard if isinstance(one, Tapped)}
    assert taps.keys() == {"command", "button", "form"}
    server = read_event("INTERACTION_CREATE", sample("interaction-command-server")["d"])
    assert isinstance(server, Tapped)
    assert server.in_server
    assert not taps["button"].in_server
    assert taps["form"].typed


@given(strategies.valid_events())
def test_sound_events_are_read(event: Event) -> None:
    heard = read_event(*event)
    if event[0] != "MESSAGE_UPDATE" or event[1].get("edited_timestamp"):
        assert heard is not None
    _store(heard)


@given(strategies.events())
def test_no_event_does_harm(event: Event) -> None:
    _store(read_event(*event))


@given(st.sampled_from(("MESSAGE_CREATE", "INTERACTION_CREATE", None, 5)), strategies._anything)
def test_nothing_at_all_does_harm(name: object, data: object) -> None:
    _store(read_event(name, data))
    _store(read_message(data))


@given(st.text(st.characters(codec=None), max_size=60))
def test_half_characters_can_be_stored(words: str) -> None:
    message = sample("message-create")["d"] | {"content": words + "\ud83d"}
    heard = read_message(message)
    assert heard is not None
    assert heard.words.encode()


def _store(heard: object) -> None:
    if isinstance(heard, Wrote):
        for pictures in (False, True):
            told = as_stored(heard, say, "ja", pictures=pictures)
            assert all(0 < len(part.words) <= LIMIT and part.words.encode() for part in told.parts)
            assert len({part.event_id for part in told.parts}) == len(told.parts)
    elif isinstance(heard, Reacted):
        assert reaction(heard, say, "ja").words.encode()


def test_no_id_of_anybody_stays_in_the_words() -> None:
    words = plain("<@123> <@!123> <@&123> <#123> <a:ok:123> </ask:123> <3", say)
    assert "123" not in words
    assert words.endswith(":ok: /ask <3")


def message(**fields: object) -> Wrote:
    heard = read_message(sample("message-create")["d"] | fields)
    assert heard is not None
    return heard


def test_files_by_their_kind() -> None:
    def kind(**fields: object) -> str:
        file = {"url": "https://x", "size": 1, "content_type": "image/png"} | fields
        (found,) = message(attachments=[file]).attached
        return found.kind

    assert kind() == "picture"
    assert kind(size=LARGEST_PICTURE + 1) == "file"
    assert kind(url=None) == "file"
    assert kind(content_type="audio/ogg") == "voice"
    assert kind(content_type="video/mp4") == "video"
    assert kind(content_type=None) == "file"
    voice = message(attachments=[{}], flags=1 << 13)
    assert voice.attached == (Attached("voice", ""),)


@pytest.mark.parametrize(
    "fields",
    [{"guild_id": "1"}, {"type": 6}, {"webhook_id": "1"}, {"author": None}, {"id": "١"}],
)
def test_what_is_not_theirs_is_not_read(fields: dict[str, object]) -> None:
    assert read_message(sample("message-create")["d"] | fields) is None


def test_a_message_of_nothing_that_we_know_is_still_noted() -> None:
    told = as_stored(message(content="", poll={}), say, "ja", pictures=False)
    assert [part.words for part in told.parts] == [say("channel.discord.other_left")]
    assert told.left_out
