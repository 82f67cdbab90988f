"""What people are told, word for word. A wording that changes must be changed here too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.core.model.messages import Sender
from bot.core.ports.reads import DutyView, Line, Standing, StandingState
from bot.core.ports.telling import duty_words, moment
from channels.webchat.outbound import (
    card_view,
    dial,
    line_view,
    open_first,
    standing_view,
)
from tests.fakes.door import NIGHT, TEXTS


def _say_in(locale: str, key: str, **values: int | str) -> str:
    return TEXTS.say(key, locale, **values)


SAY = partial(_say_in, "ja")
NOBODY = DutyView(on_duty=0, wait_minutes=None, next_opening=None)
OFF_DUTY = (
    "いまは、だれも読んでいません。次に人が来る時間は、決まっていません。"
    "書いたものは届いて、なくならずに残ります。"
)
OFF_DUTY_UNTIL = (
    "いまは、だれも読んでいません。次に人が来るのは、20:00の予定です。"
    "書いたものは届いて、なくならずに残ります。"
)


def _standing(state: StandingState, erase_due_at: datetime | None) -> Standing:
    return Standing(state, NOBODY, has_passphrase=False, erase_due_at=erase_due_at)


def test_nobody_on_duty_is_said_exactly() -> None:
    assert duty_words(NOBODY, SAY, NIGHT) == OFF_DUTY
    opening = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    assert duty_words(replace(NOBODY, next_opening=opening), SAY, NIGHT) == OFF_DUTY_UNTIL


def test_nobody_on_duty_is_said_exactly_in_english() -> None:
    assert duty_words(NOBODY, partial(_say_in, "en"), NIGHT) == (
        "Nobody is reading right now. There is no set time when somebody comes next. "
        "What you write arrives and is kept."
    )


def test_somebody_on_duty_is_a_count_and_a_time() -> None:
    some = DutyView(on_duty=2, wait_minutes=15, next_opening=None)
    assert duty_words(some, SAY, NIGHT) == (
        "いま2人が受けています。返事まで、だいたい15分です。もっとかかることもあります。"
    )
    unknown = replace(some, wait_minutes=None)
    assert duty_words(unknown, SAY, NIGHT).startswith("いま2人が受けています。")


@pytest.mark.parametrize("state", list(StandingState))
def test_with_nobody_on_duty_no_state_sounds_like_somebody(state: StandingState) -> None:
    view = standing_view(_standing(state, NIGHT), SAY, NIGHT)
    assert view.duty == OFF_DUTY
    assert "決まりました" not in view.here
    assert "人" not in view.here


def test_a_waiting_erasure_names_its_latest_moment() -> None:
    due = NIGHT + timedelta(hours=72)
    view = standing_view(_standing(StandingState.LEAVING, due), SAY, NIGHT)
    assert view.here == (
        "記録を消す手続きをしています。おそくとも11月28日（土） 03:07までに消えます。"
    )
    assert not view.offer_passphrase


def test_a_passphrase_is_offered_until_there_is_one() -> None:
    waiting = _standing(StandingState.WAITING, None)
    assert standing_view(waiting, SAY, NIGHT).offer_passphrase
    assert not standing_view(replace(waiting, has_passphrase=True), SAY, NIGHT).offer_passphrase


def test_who_said_a_line() -> None:
    line = Line(1, Sender.VISITOR, None, "ねむれない", None, NIGHT)
    assert line_view(line, SAY, NIGHT).by == "あなた"
    answer = replace(line, sender=Sender.STAFF, by="みなと")
    assert line_view(answer, SAY, NIGHT).by == "みなと"
    template = replace(line, sender=Sender.SERVICE, words=None, text_key="safety.card")
    view = line_view(template, SAY, NIGHT)
    assert (view.by, view.who, view.card) == ("自動", "auto", True)


def test_words_that_cannot_be_opened_are_said_to_be_so() -> None:
    line = Line(1, Sender.VISITOR, None, None, None, NIGHT)
    assert line_view(line, SAY, NIGHT).words == "この言葉は、もう誰にも開けません。"


@pytest.mark.parametrize(
    ("locale", "words"),
    [("ja", "（書いた人が取り消しました）"), ("en", "(taken back by whoever wrote it)")],
)
def test_a_line_that_was_taken_back_is_calm_and_has_no_words(locale: str, words: str) -> None:
    line = Line(1, Sender.VISITOR, None, None, None, NIGHT, taken_back=True)
    view = line_view(line, partial(_say_in, locale), NIGHT)
    assert (view.words, view.gone, view.card) == (words, True, False)


def test_the_card_promises_nobody_who_is_not_there() -> None:
    assert card_view(NOBODY, [], SAY).follow.startswith("いまは、だれも読んでいません。")
    here = replace(NOBODY, on_duty=1)
    assert card_view(here, [], SAY).follow.startswith("この言葉は、人が読みます。")


def test_moments_are_in_japan_time() -> None:
    assert moment(NIGHT, SAY, NIGHT) == "03:07"
    assert moment(NIGHT + timedelta(days=1), SAY, NIGHT) == "あす 03:07"
    assert moment(NIGHT - timedelta(days=1), SAY, NIGHT) == "11月24日（火） 03:07"


def test_numbers_are_dialled_as_digits() -> None:
    assert dial("0120-0-12345") == "0120012345"
    assert dial("#1234") == "%231234"
    assert open_first([], 5) == []
