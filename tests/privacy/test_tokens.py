"""Tokens, identities and form keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.keyfile import Secrets
from bot.privacy.tokens import FormKeys, IdMaker, new_token

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEYS = FormKeys(Secrets.fresh())


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_identities_have_the_time_in_front() -> None:
    first = IdMaker(lambda: NOW).new()
    later = IdMaker(lambda: NOW + timedelta(milliseconds=1)).new()
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", first)
    assert first[:10] < later[:10]
    # The first ten characters are the milliseconds since 1970 in Crockford's base 32.
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = 0
    for sign in first[:10]:
        value = value * 32 + alphabet.index(sign)
    assert value == int(NOW.timestamp() * 1000)


def test_identities_rise_while_the_clock_stands_still() -> None:
    ids = IdMaker(lambda: NOW)
    made = [ids.new() for _ in range(2000)]
    assert made == sorted(set(made))


def test_identities_rise_when_the_clock_steps_back() -> None:
    times = iter([NOW, NOW - HOUR, NOW - HOUR, NOW + HOUR])
    ids = IdMaker(lambda: next(times))
    made = [ids.new() for _ in range(4)]
    assert made == sorted(set(made))


def test_a_neighbour_of_an_identity_cannot_be_guessed() -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    ids = IdMaker(lambda: NOW)
    made = [int("".join(f"{alphabet.index(s):05b}" for s in ids.new()), 2) for _ in range(200)]
    steps = [after - before for before, after in pairwise(made)]
    assert len(set(steps)) == len(steps)
    assert min(steps) > 2**40  # of 2**64: a smaller one comes once in 16 million draws


def test_a_form_key_is_ours_while_it_is_young() -> None:
    key = KEYS.issue(NOW)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", key)
    assert KEYS.check(key, NOW, max_age=HOUR)
    assert KEYS.check(key, NOW + HOUR, max_age=HOUR)
    assert not KEYS.check(key, NOW + HOUR + timedelta(seconds=1), max_age=HOUR)


def test_a_form_key_from_the_future_is_refused_beyond_a_minute() -> None:
    key = KEYS.issue(NOW)
    assert KEYS.check(key, NOW - timedelta(seconds=59), max_age=HOUR)
    assert not KEYS.check(key, NOW - timedelta(seconds=61), max_age=HOUR)


def test_any_changed_character_spoils_a_form_key() -> None:
    key = KEYS.issue(NOW)
    for place, sign in enumerate(key):
        other = key[:place] + ("A" if sign != "A" else "B") + key[place + 1 :]
        assert not KEYS.check(other, NOW, max_age=HOUR)


def test_a_form_key_of_another_installation_is_refused() -> None:
    assert not KEYS.check(FormKeys(Secrets.fresh()).issue(NOW), NOW, max_age=HOUR)


@pytest.mark.parametrize("key", ["", "A" * 64, "+" * 64, "あ" * 64, "\ud800" * 64, "A" * 100_000])
def test_a_forged_form_key_is_refused(key: str) -> None:
    assert not KEYS.check(key, NOW, max_age=HOUR)


@given(st.text(max_size=70), st.from_regex(r"[A-Za-z0-9_-]{64}", fullmatch=True))
def test_checking_never_raises(anything: str, shaped: str) -> None:
    assert not KEYS.check(anything, NOW, max_age=HOUR)
    assert not KEYS.check(shaped, NOW, max_age=HOUR)
    assert KEYS.room_token(anything)


def test_the_same_form_key_gives_the_same_room_and_no_other() -> None:
    one, other = KEYS.issue(NOW), KEYS.issue(NOW)
    assert KEYS.room_token(one) == KEYS.room_token(one)
    assert KEYS.room_token(one) != KEYS.room_token(other)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", KEYS.room_token(one))
    assert KEYS.room_token(one) != FormKeys(Secrets.fresh()).room_token(one)
