"""Words for people: what a key gives, what a value can do, which files are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.texts import Texts, TextsError

FILE = """
hello = "{name}さん、こんばんは"
[card]
reviewed_by = ""
reviewed_on = ""
title = "いま話せるところ"
[card.small]
note = "電話代はかかりません"
[alone]
reviewed_by = "A. B."
reviewed_on = "2026-11-25"
text = "ひとりで決めなくて大丈夫です"
"""


def make(folder: Path, text: str) -> Texts:
    (folder / "ja").mkdir(exist_ok=True)
    (folder / "ja/page.toml").write_text(text, encoding="utf-8")
    return Texts.load(folder)


def test_a_key_is_the_file_and_its_tables(tmp_path: Path) -> None:
    texts = make(tmp_path, FILE)
    assert texts.keys("ja") == {
        "page.hello",
        "page.card.title",
        "page.card.small.note",
        "page.alone",
    }
    assert texts.say("page.card.small.note", "ja") == "電話代はかかりません"
    assert texts.locales == ("ja", "en")


def test_a_value_is_only_ever_text(tmp_path: Path) -> None:
    texts = make(tmp_path, FILE)
    said = texts.say("page.hello", "ja", name="{name.__class__} {0}", spare=1)
    assert said == "{name.__class__} {0}さん、こんばんは"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    texts = make(tmp_path, FILE)
    for key, locale, named in [
        ("page.gone", "ja", "page.gone"),
        ("page.hello", "fr", "fr"),
        ("page.hello", "ja", "name"),
    ]:
        with pytest.raises(KeyError, match=named):
            texts.say(key, locale)
    with pytest.raises(KeyError, match="fr"):
        texts.keys("fr")


def test_wordings_without_a_reviewer_are_listed(tmp_path: Path) -> None:
    assert make(tmp_path, FILE).unreviewed("ja") == ("page.card.small.note", "page.card.title")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = ", "no TOML"),
        ("a = 1", "must be a text"),
        ("a = ' '", "is empty"),
        ("a = '{name.x}'", "brace"),
        ("a = '{0}'", "brace"),
        ("[a]\nreviewed_by = ''\ntext = 'x'", "both reviewed_by and reviewed_on"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(TextsError, match=why):
        make(tmp_path, text)
