"""The labelled corpus: well formed, split by author, and never on two sides at once."""

from __future__ import annotations

from functools import cache

import pytest

from triage.training import data

SPLITS = ("train", "dev", "test")
_LEAST_ROWS = 12_000


@cache
def _rows(split: str) -> list[data.Row]:
    return data.rows(split)


def test_it_is_the_corpus_that_the_sums_name() -> None:
    data.check_sums()


def test_there_are_enough_rows_with_ids_of_their_own() -> None:
    everything = [row for split in SPLITS for row in _rows(split)]
    assert len(everything) >= _LEAST_ROWS
    assert len({(row.batch, row.id) for row in everything}) == len(everything)


@pytest.mark.parametrize("split", SPLITS)
def test_every_level_stands_in_every_split(split: str) -> None:
    assert {row.level for row in _rows(split)} == set(range(5))


def test_no_batch_and_no_twins_stand_on_two_sides() -> None:
    batches = [{row.batch for row in _rows(split)} for split in SPLITS]
    pairs = [{row.pair for row in _rows(split) if row.pair} for split in SPLITS]
    for sides in (batches, pairs):
        assert not sides[0] & sides[1]
        assert not sides[0] & sides[2]
        assert not sides[1] & sides[2]


def test_no_row_of_another_split_is_nearly_the_same() -> None:
    train, dev, test = map(_rows, SPLITS)
    assert data.leaks(train, [*dev, *test]) == []
    assert data.leaks(dev, test) == []


def test_near_duplicates_are_found() -> None:
    row = _rows("dev")[0]
    assert data.leaks([row], [row]) == [(row.id, row.id)]
