"""The command that measures the rules on labelled files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from triage.evaluate import Judged, interval, main, score
from triage.verdict import Level


def _row(truth: int, said: int) -> Judged:
    return Judged("x", "", Level.from_label(truth), Level.from_label(said), 0.0)


def test_the_counts_are_those_of_the_threshold() -> None:
    rows = [_row(4, 4), _row(3, 2), _row(2, 0), _row(0, 0), _row(1, 3)]
    at_three = score(rows, Level.ACTIVE)
    assert (at_three.hits, at_three.misses, at_three.false_alarms, at_three.calm) == (1, 1, 1, 3)
    assert at_three.recall == pytest.approx(0.5)
    assert at_three.alert == pytest.approx(1.0)
    assert at_three.precision == pytest.approx(0.5)
    assert at_three.false_alarm_rate == pytest.approx(1 / 3)


def test_no_dangerous_row_gives_no_recall() -> None:
    assert str(score([_row(0, 0)], Level.ACTIVE).recall) == "nan"


def test_the_interval_is_wilsons() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
    assert interval(10, 10)[1] == pytest.approx(1.0)


def test_the_command_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "few.jsonl"
    rows = [("a", "死にたい", 3), ("b", "こんにちは", 0), ("c", "薬をたくさん飲みました", 4)]
    file.write_text(
        "\n".join(json.dumps({"id": i, "text": t, "level": n}) for i, t, n in rows), "utf-8"
    )
    assert main([str(file)]) == 0
    printed = capsys.readouterr().out
    assert "few.jsonl (3 rows)" in printed
    assert "recall 1.000" in printed
    assert "speed: p50" in printed


@pytest.mark.parametrize("line", ["{", '{"id": "a"}', '{"id": "a", "text": "x", "level": 7}', "3"])
def test_a_bad_line_is_named(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f"\n{line}\n", "utf-8")
    assert main([str(file)]) == 1
    assert "bad.jsonl:2" in capsys.readouterr().err
