"""The arithmetic of the measurements. Nothing here is timed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench.figures import (
    BEGIN,
    END,
    MarkersMissing,
    middle,
    percentile,
    put_between_markers,
    ratio,
    shown,
    spread,
    table,
)
from bench.load import next_pace
from bench.night import Stage, stride
from bench.shapes import MARK, Lane, mark, number_in, staff_answers, visitor_writes
from bench.wire import parse

FINE = {"p50": 1.0, "p95": 2.0, "p99": 249.0}
LATE = {"p50": 1.0, "p95": 2.0, "p99": 250.0}


def stage(acknowledged: dict[str, float], seen: dict[str, float], refused: int = 0) -> Stage:
    return Stage(
        pace=10.0,
        sent=100,
        refused=refused,
        acknowledged=acknowledged,
        to_staff_from_due=seen,
        to_staff_from_accepted=FINE,
        to_visitor_from_due=FINE,
        to_visitor_from_accepted=FINE,
        cpu_per_1000={"server": 1.0},
        generator_cores=0.1,
    )


def test_percentiles_are_values_that_were_measured() -> None:
    assert spread(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentile([7.0], 0.99) == 7.0
    assert math.isnan(percentile([], 0.5))


def test_one_message_in_fifty_that_never_came_spoils_the_p99() -> None:
    assert percentile([1.0] * 49 + [math.inf], 0.99) == math.inf


def test_the_middle_leaves_out_what_is_missing() -> None:
    assert middle([3.0, None, 1.0, math.nan, 2.0]) == 2.0
    assert middle([None, math.nan]) is None


def test_there_is_no_ratio_to_nothing() -> None:
    assert ratio(6.0, 3.0) == 2.0
    assert ratio(6.0, 0.0) is None
    assert ratio(None, 3.0) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (math.nan, "-"),
        (math.inf, "never"),
        (1234.4, "1,234"),
        (12.34, "12.3"),
        (1.234, "1.23"),
    ],
)
def test_numbers_are_shown_with_what_counts(value: float | None, text: str) -> None:
    assert shown(value) == text


def test_a_table_compares_with_its_first_column() -> None:
    lines = table([("pace", {"floor": 200.0, "ours": 50.0})], ["floor", "ours"]).splitlines()
    assert lines[0] == "| figure | floor | ours (x floor) |"
    assert lines[2] == "| pace | 200 | 50.0 (x 0.25) |"


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    put_between_markers(document, "new")
    assert document.read_text("utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text("nothing here", "utf-8")
    with pytest.raises(MarkersMissing):
        put_between_markers(document, "new")
    assert document.read_text("utf-8") == "nothing here"


def test_a_ramp_climbs_falls_and_ends_between() -> None:
    assert next_pace(100, 0, 2) == 200
    assert next_pace(0, 100, 2) == 50
    assert next_pace(100, 200, 2) == pytest.approx(141.4, abs=0.1)
    assert next_pace(141.4, 200, 2) is None


def test_a_pace_counts_only_where_it_was_held() -> None:
    assert stage(FINE, FINE).seen_in_time
    assert stage(FINE, LATE).acknowledged_in_time
    assert not stage(FINE, LATE).seen_in_time
    assert not stage(LATE, FINE).acknowledged_in_time
    assert not stage(FINE, FINE, refused=1).acknowledged_in_time


@pytest.mark.parametrize("count", [1, 2, 3, 8, 40, 60])
def test_a_stride_visits_everybody(count: int) -> None:
    assert {number * stride(count) % count for number in range(count)} == set(range(count))


def test_a_message_is_known_again_by_its_mark() -> None:
    found = MARK.search(f"x{mark(9_876_540)}y".encode())
    assert found is not None
    assert number_in(found) == 9_876_540


def test_requests_say_how_long_they_are() -> None:
    lane = Lane(talk="t1", visitor="s=a", staff="c=b", seal="d")
    for sent in (visitor_writes(lane, 7), staff_answers(lane, 7)):
        head, _, body = sent.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head


def test_an_answer_is_read_once_it_is_whole() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: s=abc; Path=/\r\n\r\nok"
    answer = parse(whole)
    assert parse(whole[:-1]) is None
    assert parse(whole[:20]) is None
    assert answer is not None
    assert (answer.status, answer.text, answer.cookie("s")) == (200, "ok", "abc")


def test_an_answer_without_a_body_is_whole_at_once() -> None:
    answer = parse(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert answer is not None
    assert answer.body == b""
