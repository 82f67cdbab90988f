"""The shapes of what goes out."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ports.door import Button
from channels.discord.outbound import LONGEST, nonce, pieces, rows

FAMILY = "👨‍👩‍👧‍👦"


@given(st.text(max_size=300), st.integers(20, 60))
def test_pieces_hold_everything_and_fit(words: str, most: int) -> None:
    found = pieces(words, most)
    assert "".join("".join(found).split()) == "".join(words.split())
    assert all(len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= most for piece in found)
    assert all(piece.strip() == piece and piece for piece in found)


@given(st.lists(st.sampled_from([FAMILY, "🇯🇵", "👍🏽", "が", "あ"]), min_size=1, max_size=90))
def test_no_sign_is_torn(signs: list[str]) -> None:
    found = pieces("".join(signs), 40)
    for piece in found:
        assert unicodedata.category(piece[0]) not in {"Mn", "Me"}
        assert "\u200d" not in {piece[0], piece[-1]}
        assert piece[0] != "🏽"
        assert sum(char in "🇯🇵" for char in piece) % 2 == 0


def test_a_cut_stands_behind_a_sentence() -> None:
    words = "あ" * 1500 + "。" + "い" * 1000
    assert [len(piece) for piece in pieces(words)] == [1501, 1000]
    assert pieces("") == []
    assert [len(piece) for piece in pieces("あ" * (LONGEST + 1))] == [LONGEST, 1]


def test_a_nonce_is_the_same_for_every_try_and_fits() -> None:
    key = "01J0000000000000000000000Z"
    assert nonce(key, 0) == nonce(key, 0) != nonce(key, 1)
    assert len(nonce(key, 0)) == 25


def test_buttons_stand_in_rows_of_five() -> None:
    made = rows([Button(str(n), str(n)) for n in range(20)])
    assert [len(row["components"]) for row in made] == [5, 5, 3]
    assert rows([]) == []
