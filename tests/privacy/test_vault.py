"""The vault: what goes in comes out for its own row and key, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.errors import BadEncoding, Sealed
from bot.core.model.sealed import SealedWords, WrappedKey
from bot.privacy.keyfile import Secrets
from bot.privacy.vault import STEP, SealedVault

SECRETS = Secrets.fresh()
VAULT = SealedVault(SECRETS)
KEY = VAULT.new_key()
OVERHEAD = 1 + 12 + 16
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@given(texts, texts)
def test_what_was_sealed_opens_again(words: str, row: str) -> None:
    assert VAULT.open(KEY, VAULT.seal(KEY, words, bound_to=row), bound_to=row) == words


@pytest.mark.parametrize(
    "words", ["", "\x00", "\x80", "あ\x00\x00", "à" * 128, "x" * 255, "x" * 256]
)
def test_padding_gives_back_every_ending(words: str) -> None:
    assert VAULT.open(KEY, VAULT.seal(KEY, words, bound_to="m"), bound_to="m") == words


@given(st.text(min_size=1, max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_words_of_another_row_do_not_open(words: str, row: str, other: str) -> None:
    if row == other or any("\ud800" <= sign <= "\udfff" for sign in words + row + other):
        return
    with pytest.raises(Sealed):
        VAULT.open(KEY, VAULT.seal(KEY, words, bound_to=row), bound_to=other)


def test_any_changed_byte_of_the_words_keeps_them_shut() -> None:
    sealed = VAULT.seal(KEY, "今夜は静かです", bound_to="message:1")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Sealed):
            VAULT.open(KEY, SealedWords(bytes(changed)), bound_to="message:1")


def test_any_changed_byte_of_the_key_keeps_the_words_shut() -> None:
    sealed = VAULT.seal(KEY, "今夜は静かです", bound_to="message:1")
    for place in range(len(KEY)):
        changed = bytearray(KEY)
        changed[place] ^= 1
        with pytest.raises(Sealed):
            VAULT.open(WrappedKey(bytes(changed)), sealed, bound_to="message:1")


def test_cut_or_lengthened_bytes_keep_the_words_shut() -> None:
    sealed = VAULT.seal(KEY, "今夜は静かです", bound_to="m")
    for length in range(len(sealed)):
        with pytest.raises(Sealed):
            VAULT.open(KEY, SealedWords(sealed[:length]), bound_to="m")
    with pytest.raises(Sealed):
        VAULT.open(KEY, SealedWords(sealed + b"\x00"), bound_to="m")
    for length in range(len(KEY)):
        with pytest.raises(Sealed):
            VAULT.open(WrappedKey(KEY[:length]), sealed, bound_to="m")
        with pytest.raises(Sealed):
            VAULT.seal(WrappedKey(KEY[:length]), "x", bound_to="m")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_sealed_and_never_anything_worse(key: bytes, words: bytes) -> None:
    with pytest.raises(Sealed):
        VAULT.open(WrappedKey(key), SealedWords(words), bound_to="m")


def test_the_key_of_another_person_does_not_open() -> None:
    sealed = VAULT.seal(KEY, "x", bound_to="m")
    with pytest.raises(Sealed):
        VAULT.open(VAULT.new_key(), sealed, bound_to="m")


def test_a_vault_with_other_secrets_does_not_open() -> None:
    sealed = VAULT.seal(KEY, "x", bound_to="m")
    with pytest.raises(Sealed):
        SealedVault(Secrets.fresh()).open(KEY, sealed, bound_to="m")


def test_an_older_key_still_opens_and_the_first_one_wraps() -> None:
    sealed = VAULT.seal(KEY, "前の鍵のことば", bound_to="m")
    newer = Secrets(Secrets.fresh().keys + SECRETS.keys, SECRETS.pepper)
    rotated = SealedVault(newer)
    assert rotated.open(KEY, sealed, bound_to="m") == "前の鍵のことば"
    assert rotated.tag("line", "U1") == VAULT.tag("line", "U1")
    with pytest.raises(Sealed):
        VAULT.seal(rotated.new_key(), "x", bound_to="m")


def test_the_same_words_never_look_the_same() -> None:
    assert len({VAULT.seal(KEY, "同じ", bound_to="m") for _ in range(100)}) == 100
    assert len({VAULT.new_key() for _ in range(100)}) == 100


@given(st.text("あい x\n", max_size=300))
def test_sizes_tell_lengths_only_in_steps(words: str) -> None:
    size = len(VAULT.seal(KEY, words, bound_to="m")) - OVERHEAD
    assert size % STEP == 0
    assert size == (len(words.encode()) // STEP + 1) * STEP


def test_sealed_words_hold_nothing_readable() -> None:
    sealed = VAULT.seal(KEY, "まどあかり" * 20, bound_to="message:42")
    assert bytes(sealed).find("まど".encode()) == -1
    assert bytes(sealed).find(b"message") == -1


def test_half_a_surrogate_pair_is_refused_and_not_shown() -> None:
    with pytest.raises(BadEncoding) as caught:
        VAULT.seal(KEY, "ひみつ\ud800", bound_to="m")
    assert caught.value.__suppress_context__
    assert "ひみつ" not in str(caught.value)


@given(st.text(max_size=40), st.text(max_size=40))
def test_tags_are_equal_for_equal_values_only(one: str, other: str) -> None:
    assert (VAULT.tag("line", one) == VAULT.tag("line", other)) == (one == other)
    assert len(VAULT.tag("line", one)) == 32


def test_purpose_and_value_cannot_run_together() -> None:
    pairs = [("line", "U1"), ("lineU", "1"), ("discord", "U1"), ("", "lineU1"), ("lineU1", "")]
    assert len({VAULT.tag(purpose, value) for purpose, value in pairs}) == len(pairs)


def test_another_pepper_gives_unrelated_tags() -> None:
    assert SealedVault(Secrets.fresh()).tag("line", "U1") != VAULT.tag("line", "U1")
