"""Every rule holds in the house, passes its good sample and refuses its bad ones."""

from __future__ import annotations

import ast
from statistics import median

import pytest

from tests.house import rules
from tests.house.source import Rule, Source, ours

FUTURE = "from __future__ import annotations\n"
BROAD = "try:\n    f()\nexcept Exception:\n    {}\n"
LONG = "def f():\n" + "    x = 1\n" * 40
SAMPLES: list[tuple[Rule, str, str, bool]] = [
    (rules.short_functions, "bot/a.py", "def f():\n" + "    x = 1\n" * 39, True),
    (rules.short_functions, "bot/a.py", LONG, False),
    (rules.short_functions, "bot/a.py", "async " + LONG, False),
    (rules.short_files, "bot/a.py", "x = 1\n" * 300, True),
    (rules.short_files, "bot/a.py", "x = 1\n" * 301, False),
    (rules.short_files, "bot/migrations/versions/0001_a.py", "x = 1\n" * 301, True),
    (rules.future_annotations, "bot/a.py", '"""Doc."""\n', True),
    (rules.future_annotations, "bot/a.py", '"""Doc."""\n' + FUTURE + "import os\n", True),
    (rules.future_annotations, "bot/a.py", "import os\n", False),
    (rules.one_reader_of_the_environment, "bot/settings.py", "os.environ", True),
    (rules.one_reader_of_the_environment, "bot/web.py", "os.path.join(a)", True),
    (rules.one_reader_of_the_environment, "bot/web.py", "os.environ['A']", False),
    (rules.one_reader_of_the_environment, "bot/web.py", "os.getenv('A')", False),
    (rules.one_reader_of_the_environment, "bot/web.py", "from os import environ", False),
    (rules.time_and_chance_come_from_outside, "bot/runtime/clock.py", "datetime.now(UTC)", True),
    (rules.time_and_chance_come_from_outside, "bot/core/a.py", "tools.clock.now()", True),
    (rules.time_and_chance_come_from_outside, "bot/core/a.py", "datetime.now(UTC)", False),
    (rules.time_and_chance_come_from_outside, "bot/core/a.py", "dt.date.today()", False),
    (rules.time_and_chance_come_from_outside, "bot/core/a.py", "import secrets", False),
    (rules.time_and_chance_come_from_outside, "bot/core/a.py", "from uuid import uuid4", False),
    (rules.time_and_chance_come_from_outside, "bot/core/a.py", "asyncio.create_task(f())", False),
    (rules.commits_in_one_place, "bot/core/bus.py", "uow.commit()", True),
    (rules.commits_in_one_place, "bot/core/handlers/a.py", "uow.commit()", False),
    (rules.commits_in_one_place, "bot/core/handlers/a.py", "committed(uow)", True),
    (rules.broad_excepts_at_the_edges, "bot/web.py", BROAD.format("log.error('failed')"), True),
    (rules.broad_excepts_at_the_edges, "bot/web.py", BROAD.format("pass"), False),
    (rules.broad_excepts_at_the_edges, "bot/cli.py", BROAD.format("log.error('failed')"), False),
    (rules.broad_excepts_at_the_edges, "bot/cli.py", "try:\n    f()\nexcept:\n    pass", False),
    (rules.broad_excepts_at_the_edges, "bot/cli.py", BROAD.format("undo()\n    raise"), True),
    (rules.broad_excepts_at_the_edges, "bot/cli.py", BROAD.format("raise Other"), False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', errand=errand.id)", True),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', errand=errand.words)", False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', message_id=m.id, count=3)", True),
    (rules.quiet_logs, "bot/a.py", "self.logger.info(f'sent {x}')", False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent %s', words)", False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', words=m.words)", False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', remote=request.remote)", False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', **everything)", False),
    (rules.quiet_logs, "bot/a.py", "log.info('sent', person_id=f'{x} {words}')", False),
    (rules.reasoned_exceptions, "bot/a.py", "x = 1  # noqa: E501  # a long address", True),
    (rules.reasoned_exceptions, "bot/a.py", "x = 1  # noqa: E501 - a long address", True),
    (rules.reasoned_exceptions, "bot/a.py", "x = 1  # no" + "qa: E501", False),
    (rules.reasoned_exceptions, "bot/a.py", "x = 1  # no" + "qa", False),
    (rules.reasoned_exceptions, "bot/a.py", "x = 1  # type" + ": ignore[misc]", False),
    (rules.reasoned_exceptions, "bot/a.py", "x = 1  # type" + ": ignore[misc]  # no types", True),
    (rules.no_unfinished_work, "bot/a.py", "x = 1  # done", True),
    (rules.no_unfinished_work, "bot/a.py", "x = 1  # TO" + "DO later", False),
]
MEDIAN = 8
NINETY_PERCENT = 25


@pytest.mark.parametrize(("rule", "path", "text", "good"), SAMPLES)
def test_a_rule_tells_good_from_bad(rule: Rule, path: str, text: str, *, good: bool) -> None:
    assert (list(rule(Source(path, text))) == []) is good


def test_every_rule_has_a_good_and_a_bad_sample() -> None:
    for rule in rules.RULES:
        assert {good for r, _, _, good in SAMPLES if r is rule} == {True, False}, rule.__name__


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule) -> None:
    sources = ours()
    assert sources
    assert [complaint for source in sources for complaint in rule(source)] == []


def test_functions_are_short_on_the_whole() -> None:
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for source in ours()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert median(lengths) <= MEDIAN
    assert lengths[len(lengths) * 9 // 10] <= NINETY_PERCENT
