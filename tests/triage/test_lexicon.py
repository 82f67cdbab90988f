"""The lexicon tests itself with its own lines, and names what is wrong with a broken file."""

from __future__ import annotations

import pytest

from triage.lexicon import GUARDS_FILE, Guard, LexiconError, Rule, load, packaged
from triage.rules import Rules
from triage.verdict import Kind, Level

_RULES, _GUARDS = load()
_GOOD = [(rule, line) for rule in _RULES for line in rule.good]
_BAD = [(rule, line) for rule in _RULES for line in rule.bad]
_HARMLESS = [(guard, line) for guard in _GUARDS for line in guard.good]
_STILL = [(guard, line) for guard in _GUARDS for line in guard.bad]
_GUARD_TEXT = '[[guard]]\nid = "g"\nto = 0\nafter = ["x"]\ngood = ["a"]\nbad = ["b"]\n'
_RULE_TEXT = (
    '[[rule]]\nid = "r"\nkind = "suicide"\nlevel = 3\nguards = ["g"]\npatterns = ["死"]\n'
    'good = ["a"]\nbad = ["b"]\nsource = "s"\nreviewer = ""\n'
)


def _fires(rule: Rule, line: str) -> bool:
    reasons = Rules.load().screen(line).reasons
    return any(reason.rule == rule.id and reason.level is rule.level for reason in reasons)


@pytest.mark.parametrize(("rule", "line"), _GOOD, ids=lambda value: getattr(value, "id", None))
def test_a_good_line_fires_its_rule(rule: Rule, line: str) -> None:
    assert _fires(rule, line)


@pytest.mark.parametrize(("rule", "line"), _BAD, ids=lambda value: getattr(value, "id", None))
def test_a_bad_line_does_not(rule: Rule, line: str) -> None:
    assert not _fires(rule, line)


@pytest.mark.parametrize(("guard", "line"), _HARMLESS, ids=lambda v: getattr(v, "id", None))
def test_a_guard_lets_its_harmless_line_pass(guard: Guard, line: str) -> None:
    assert Rules.load().screen(line).level <= max(guard.to, Level.DISTRESS)


@pytest.mark.parametrize(("guard", "line"), _STILL, ids=lambda value: getattr(value, "id", None))
def test_a_guard_never_silences_what_stands_beside_it(guard: Guard, line: str) -> None:
    assert Rules.load().screen(line).level >= Level.PASSIVE


def test_every_guard_is_used_and_every_kind_is_covered() -> None:
    used = {guard.id for rule in _RULES for guard in rule.guards}
    assert used == {guard.id for guard in _GUARDS}
    assert {rule.kind for rule in _RULES} == {*Kind, None}


def test_every_rule_says_where_it_comes_from() -> None:
    assert all(rule.source for rule in _RULES)


def test_a_sound_pair_of_files_loads() -> None:
    rules, guards = load({GUARDS_FILE: _GUARD_TEXT, "r.toml": _RULE_TEXT})
    assert [rule.id for rule in rules] == ["r"]
    assert [guard.id for guard in guards] == ["g"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("level = 3", "level = 9", ("r", "level")),
        ("level = 3", 'level = "3"', ("r", "level")),
        ("level = 3\n", "", ("r", "level")),
        ('kind = "suicide"', 'kind = "sadness"', ("r", "kind")),
        ('patterns = ["死"]', 'patterns = ["死("]', ("r", "patterns")),
        ('patterns = ["死"]', 'patterns = ["死.*"]', ("r", "patterns")),
        ('patterns = ["死"]', 'patterns = ["死+"]', ("r", "patterns")),
        ('patterns = ["死"]', 'patterns = ["死{2,}"]', ("r", "patterns")),
        ('patterns = ["死"]', 'patterns = ["(?:死{0,9}){0,9}"]', ("r", "patterns")),
        ('patterns = ["死"]', 'patterns = ["%unknown%"]', ("r", "patterns")),
        ('patterns = ["死"]', "patterns = [3]", ("r", "patterns")),
        ('guards = ["g"]', 'guards = ["h"]', ("r", "guards")),
        ('good = ["a"]', "good = []", ("r", "good")),
        ('source = "s"', 'source = ""', ("r", "source")),
        ('reviewer = ""', 'revewer = ""', ("r", "revewer")),
        ("[[rule]]", "[[rule]", ("file",)),
        (_RULE_TEXT, _RULE_TEXT * 2, ("r", "id", "twice")),
    ],
)
def test_a_broken_rule_is_named_with_file_and_field(
    old: str, new: str, named: tuple[str, ...]
) -> None:
    with pytest.raises(LexiconError) as caught:
        load({GUARDS_FILE: _GUARD_TEXT, "r.toml": _RULE_TEXT.replace(old, new)})
    assert all(word in str(caught.value) for word in ("r.toml", *named))


def test_a_missing_guards_file_is_named() -> None:
    with pytest.raises(LexiconError, match=r"guards\.toml"):
        load({"r.toml": _RULE_TEXT})


def test_a_broken_guard_is_named() -> None:
    broken = _GUARD_TEXT.replace("to = 0", "to = 7")
    with pytest.raises(LexiconError, match=r"guards\.toml: g: to"):
        load({GUARDS_FILE: broken, "r.toml": _RULE_TEXT})


def test_the_package_carries_one_file_per_subject() -> None:
    assert {
        "suicide.toml",
        "imminent.toml",
        "self_harm.toml",
        "abuse.toml",
        "violence.toml",
        "medical.toml",
        "distress.toml",
        "family.toml",
        "general.toml",
        GUARDS_FILE,
    } == set(packaged())
