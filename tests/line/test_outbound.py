"""What goes out: nothing lost, nothing torn, never more than LINE takes."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.cutting import units
from bot.core.ports.door import Button
from channels.line.outbound import LONGEST, PER_CALL, calls, pieces, retry_key, texts
from tests.fakes.line import limits
from tests.fakes.line.contract import messaging

_chars = st.sampled_from("あ。、\n 　a.!?」🌙\u3000")
_words = st.one_of(st.text(), st.text(_chars, max_size=400))


def bare(words: str) -> str:
    return "".join(words.split())


@given(_words, st.integers(2, 90))
def test_nothing_is_lost_but_blanks(words: str, most: int) -> None:
    cut = pieces(words, most)
    assert bare("".join(cut)) == bare(words)
    assert all(piece and units(piece) <= most for piece in cut)


@given(st.text(_chars, min_size=1, max_size=20), st.integers(1, 12_000))
def test_no_piece_is_longer_than_line_takes_and_none_is_torn(part: str, times: int) -> None:
    words = part * (times // len(part) + 1)
    for piece in pieces(words):
        assert limits.units(piece) == units(piece) <= LONGEST
        piece.encode("utf-8")
    assert bare("".join(pieces(words))) == bare(words)


def test_an_emoji_at_the_border_stays_whole() -> None:
    first, second = pieces("あ" * (LONGEST - 1) + "🌙" + "い")
    assert (len(first), second) == (LONGEST - 1, "🌙い")


def test_cuts_fall_where_a_reader_pauses() -> None:
    sentence = "これは、ながい文です。"
    cut = pieces(sentence * 1000)
    assert len(cut) == 3
    assert all(piece.endswith("。") for piece in cut)
    paragraph = "あ。" * 1500 + "\n\n" + "い。" * 1500
    assert pieces(paragraph) == ["あ。" * 1500, "い。" * 1500]
    assert pieces("short") == ["short"]
    assert pieces(" \n　") == []


@given(st.lists(st.builds(Button, st.text(_chars, min_size=1).map(lambda t: f"ラ{t}"), st.text())))
def test_buttons_are_what_line_takes(buttons: list[Button]) -> None:
    (message,) = texts("ことば", buttons)
    items = message.get("quickReply", {}).get("items", [])
    assert len(items) == min(len(buttons), 13)
    for item, button in zip(items, buttons, strict=False):
        assert 1 <= limits.units(item["action"]["label"]) <= limits.QUICK_REPLY_LABEL
        assert button.choice.startswith(item["action"]["data"])
        assert "displayText" not in item["action"]


def test_buttons_stand_beneath_the_last_piece_and_line_takes_it() -> None:
    made = texts("あ。" * 4000, [Button("ひらく", "room")])
    assert ["quickReply" in message for message in made] == [False, True]
    body = {"to": "U" + "0" * 32, "messages": made}
    push = ("POST", "/v2/bot/message/push")
    key = {"X-Line-Retry-Key": retry_key("k", 0)}
    assert messaging().request(*push, headers=key, body=body) == []
    assert limits.breaches("pushMessage", body) == []


@given(st.integers(0, 23))
def test_a_call_carries_five(count: int) -> None:
    messages = [{"type": "text", "text": str(number)} for number in range(count)]
    made = calls(messages)
    assert [message for call in made for message in call] == messages
    assert all(1 <= len(call) <= PER_CALL for call in made)


@given(st.text(min_size=1, max_size=26), st.integers(0, 20))
def test_a_retry_key_is_a_uuid_and_stays(key: str, place: int) -> None:
    made = retry_key(key, place)
    assert str(uuid.UUID(made)) == made == retry_key(key, place)
    assert made != retry_key(key, place + 1)
    assert made != retry_key(key + "x", place)
