from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.errors import BadEncoding, BadInput, PageTooOld
from bot.http.forms import parse_form
from channels.webchat.inbound import (
    MOODS,
    SAYINGS,
    Act,
    parse_about_me,
    parse_written,
    read_act,
    read_link,
    read_locale,
    read_number,
    read_token,
    to_inbound,
)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        written = parse_written(parse_form(body))
    except BadInput:
        return
    assert 0 < len(written.key) <= 80
    assert written.mood is None or written.mood in MOODS


@given(st.text(max_size=200), st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True))
def test_words_arrive_as_they_were_written(words: str, key: str) -> None:
    try:
        body = urlencode({"words": words, "key": key}).encode()
    except UnicodeEncodeError:
        return  # a lone surrogate cannot be sent by any browser
    written = parse_written(parse_form(body))
    assert (written.words, written.key, written.mood) == (words, key, None)


@given(st.binary(max_size=300))
def test_any_bytes_say_something_about_me_or_are_refused(body: bytes) -> None:
    try:
        form = parse_about_me(parse_form(body))
    except BadInput:
        return
    assert form.act in set(Act)


@given(
    st.dictionaries(
        st.sampled_from([*SAYINGS, "do", "phrase", "key"]),
        st.sampled_from(["", "self", "teens", "peer", "letter", *Act]) | st.text(max_size=20),
    )
)
def test_only_what_may_be_said_comes_through(fields: dict[str, str]) -> None:
    try:
        form = parse_about_me(fields)
    except BadInput:
        return
    assert form.act == fields["do"]
    assert form.phrase == fields.get("phrase", "")
    for name, value in form.said.items():
        assert value == fields[name]
        assert SAYINGS[name](value)


@given(st.text(max_size=200))
def test_a_link_and_an_act_are_known_or_nothing(text: str) -> None:
    token = read_link(text)
    assert token is None or (token == text and token.isascii() and "/" not in token)
    assert read_act(text) in {None, *Act}


@pytest.mark.parametrize("key", ["", " ", "a" * 81, "a b", "あ", "a\n", "../x", "a%00"])
def test_a_key_that_no_page_carries_is_refused(key: str) -> None:
    with pytest.raises(PageTooOld):
        parse_written({"key": key, "words": "a"})


@pytest.mark.parametrize("body", [b"words=%ff%fe&key=k", b"\xff=1", "words=あ".encode()])
def test_bytes_that_are_no_utf8_are_refused(body: bytes) -> None:
    with pytest.raises(BadEncoding):
        parse_form(body)


def test_an_unknown_mood_is_no_mood() -> None:
    assert parse_written({"key": "k", "mood": "<script>"}).mood is None


def test_the_session_is_the_address() -> None:
    written = parse_written({"key": "k", "words": "a"})
    inbound = to_inbound(written, words="a", channel="webchat", token="t" * 32, locale="en")
    assert (inbound.address, inbound.event_id, inbound.locale) == ("t" * 32, "k", "en")


@given(st.text(max_size=200))
def test_a_cookie_is_a_token_or_nothing(cookie: str) -> None:
    token = read_token(cookie)
    assert token is None or (token == cookie and token.isascii() and " " not in token)


@given(st.text(max_size=20))
def test_numbers_and_locales_never_raise(text: str) -> None:
    assert 0 <= read_number(text) <= 999_999_999
    assert read_locale(text) in {None, "ja", "en"}
