"""Staff passwords."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from bot.privacy.passwords import hash_password, needs_rehash, password_matches

STORED = hash_password("みかづきの夜 42")


def test_the_right_password_matches_and_no_other() -> None:
    assert password_matches(STORED, "みかづきの夜 42")
    assert not password_matches(STORED, "みかづきの夜 43")
    assert not password_matches(STORED, "")


def test_the_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    assert STORED.startswith("$argon2id$")
    assert hash_password("みかづきの夜 42") != STORED
    assert "みかづき" not in STORED


@pytest.mark.parametrize(
    "stored",
    ["", "x", "$argon2id$", "$2b$12$abc", "あ", STORED[:-10]],
    ids=["none", "x", "argon2", "bcrypt", "kana", "cut off"],
)
def test_a_damaged_hash_matches_nothing(stored: str) -> None:
    assert not password_matches(stored, "みかづきの夜 42")


def test_half_a_surrogate_pair_does_not_raise() -> None:
    assert not password_matches(STORED, "\ud800")


def test_a_hash_with_today_s_parameters_stays() -> None:
    assert not needs_rehash(STORED)


@pytest.mark.parametrize(
    "stored",
    [PasswordHasher(time_cost=1, memory_cost=1024).hash("x"), "x"],
    ids=["weak", "none"],
)
def test_an_older_hash_or_none_is_to_be_renewed(stored: str) -> None:
    assert needs_rehash(stored)
