from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.safety.hotlines import Hotlines, HotlinesError
from tests.fakes.door import NIGHT

EVENING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)  # 17:00 in Japan


def test_emergency_numbers_come_first_then_what_answers_now() -> None:
    told = Hotlines.load().for_locale("ja", NIGHT)
    assert [line.id for line in told[:2]] == ["police", "ambulance"]
    order = [{True: 0, None: 1, False: 2}[line.open_now] for line in told]
    assert order == sorted(order)


def test_a_line_closes_and_opens_with_the_hour() -> None:
    lines = Hotlines.load()
    free_line = {at: _of(lines, "inochi_free", at) for at in (NIGHT, EVENING)}
    assert free_line == {NIGHT: False, EVENING: True}


def test_an_unknown_hour_is_never_told_as_open() -> None:
    lines = Hotlines.load()
    for hours in range(24):
        assert _of(lines, "kokoro", NIGHT + timedelta(hours=hours)) is None


def test_every_line_has_words_in_both_languages() -> None:
    lines = Hotlines.load()
    for locale in ("ja", "en"):
        for line in lines.for_locale(locale, NIGHT):
            assert line.name
            assert line.hours
            assert line.purpose


def test_a_line_without_reviewer_or_date_is_unreviewed(tmp_path: Path) -> None:
    row = _row() | {"reviewed_by": "somebody", "reviewed_on": "2026-11-01"}
    assert _load(tmp_path, [row]).unreviewed() == ()
    assert _load(tmp_path, [row | {"reviewed_on": ""}]).unreviewed() == ("a",)


def test_numbers_are_digits_alone() -> None:
    numbers = Hotlines.load().numbers
    assert {"110", "119"} <= numbers
    assert all(number.isdecimal() for number in numbers)


@pytest.mark.parametrize("change", [{"open_hours": "always"}, {"kinds": None}, {"name_en": None}])
def test_a_broken_line_stops_the_start(tmp_path: Path, change: dict[str, object]) -> None:
    row = {name: value for name, value in (_row() | change).items() if value is not None}
    with pytest.raises(HotlinesError):
        _load(tmp_path, [row])


def test_a_broken_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "lines.json").write_text("[")
    with pytest.raises(HotlinesError):
        Hotlines.load(tmp_path / "lines.json")


def _of(lines: Hotlines, name: str, at: datetime) -> bool | None:
    (line,) = (line for line in lines.for_locale("ja", at) if line.id == name)
    return line.open_now


def _row() -> dict[str, object]:
    words = {"name": "a", "hours": "b", "for": "c"}
    return {
        **words,
        **{f"{name}_en": text for name, text in words.items()},
        "id": "a",
        "phone": "1",
        "always_open": False,
        "open_hours": [{"days": ["mon"], "from": "00:00", "to": "24:00"}],
        "charged": False,
        "kinds": [],
        "reviewed_by": "",
        "reviewed_on": "",
    }


def _load(folder: Path, rows: list[dict[str, object]]) -> Hotlines:
    file = folder / "lines.json"
    file.write_text(json.dumps({"entries": rows}))
    return Hotlines.load(file)
