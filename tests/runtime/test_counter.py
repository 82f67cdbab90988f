"""The counter: what a messenger's menu answers, and that room mode says nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model.commands import ReceiveMessage
from bot.core.model.messages import Inbound
from bot.core.model.people import AgeBand, Leanings, Pace, SpeaksAs, Wish
from bot.core.ports.door import MENU, Answer, Door
from bot.runtime.counter import LABELS
from bot.wiring import Parts
from bot.wiring.visitors import make_door, make_rooms
from tests.end.messengers import PURPOSE

WHO = "U1"
LINK = re.compile(r"http://127\.0\.0\.1:8080/k/([0-9a-f]{64})")


@dataclass
class Stand:
    """The door of a house whose only messenger is 'line', in relay or room mode."""

    parts: Parts
    door: Door

    @classmethod
    def of(cls, parts: Parts, *, room_mode: bool) -> Stand:
        rooms = make_rooms(parts.ground)
        return cls(parts, make_door(parts.ground, parts.bus, rooms, lambda _: room_mode))

    async def tap(self, choice: str, locale: str = "ja") -> Answer:
        return await self.door.choose("line", WHO, choice, locale)

    async def hear(self, words: str) -> None:
        await self.parts.bus.run(ReceiveMessage(Inbound("line", WHO, words, words)))

    async def leanings(self) -> Leanings:
        rooms = make_rooms(self.parts.ground)
        visit = await rooms.whose("line", WHO)
        assert visit is not None
        return (await rooms.about_me(visit.person_id)).leanings


@pytest.fixture
def stand(parts: Parts) -> Stand:
    return Stand.of(parts, room_mode=False)


@pytest.fixture
def quiet(parts: Parts) -> Stand:
    return Stand.of(parts, room_mode=True)


async def test_every_choice_of_the_menu_has_an_answer_in_both_languages(stand: Stand) -> None:
    for locale in ("ja", "en"):
        for choice in (*MENU, "menu", "notice", "age", "join", "room", "bell:off"):
            answer = await stand.tap(choice, locale)
            assert answer.words.strip()
            assert len(answer.buttons) <= 13
            assert all(0 < len(button.label) <= LABELS for button in answer.buttons)


async def test_whatever_a_button_offers_can_be_tapped(stand: Stand) -> None:
    open_, seen = ["menu"], set()
    while open_:
        choice = open_.pop()
        seen.add(choice)
        answer = await stand.tap(choice)
        open_ += [b.choice for b in answer.buttons if b.choice not in {*seen, *open_}]
        await stand.tap("bell:off")
    assert set(MENU) <= seen


async def test_looking_makes_nobody_and_choosing_does(stand: Stand) -> None:
    for choice in ("menu", "write", "kept", "lines", "notice", "erase", "wish", "about"):
        await stand.tap(choice)
    assert await make_rooms(stand.parts.ground).whose("line", WHO) is None
    await stand.tap("about:family")
    await stand.tap("age:forties")
    await stand.tap("wish:peer")
    await stand.tap("pace:letter")
    said = Leanings(SpeaksAs.FAMILY, AgeBand.FORTIES, Wish.PEER, Pace.LETTER)
    assert await stand.leanings() == said
    await stand.tap("about:forget")
    assert await stand.leanings() == Leanings()


async def test_a_link_opens_the_room_once(stand: Stand) -> None:
    await stand.hear("こんばんは")
    found = LINK.search((await stand.tap("phrase")).words)
    assert found is not None
    door = stand.door
    person_id = await door.open_link(found[1], "session", door.now().replace(year=2099))
    visit = await make_rooms(stand.parts.ground).whose("webchat", "session")
    assert visit is not None
    assert visit.person_id == person_id


async def test_erasing_asks_once_and_then_does_it(stand: Stand) -> None:
    await stand.hear("こんばんは")
    assert [b.choice for b in (await stand.tap("erase")).buttons] == ["erase:yes", "erase:no"]
    assert "消しました" in (await stand.tap("erase:yes")).words
    assert await make_rooms(stand.parts.ground).whose("line", WHO) is None
    assert "ありません" in (await stand.tap("erase:yes")).words


async def test_notices_only_is_as_silent_as_room_mode(stand: Stand) -> None:
    assert (await stand.tap("bell:on")).bell_only
    for choice in MENU:
        _is_silent(await stand.tap(choice))
    assert (await stand.tap("bell:off")).bell_only is False
    assert (await stand.tap("menu")).buttons[0].choice == "write"


async def test_in_room_mode_no_answer_says_what_this_is(quiet: Stand) -> None:
    _is_silent(await quiet.door.arrive("line", WHO, "ja"), link=False)
    for choice in (*MENU, "menu", "notice", "room", "about:self", "erase:yes", "?", "bell:off"):
        _is_silent(await quiet.tap(choice), link=choice != "bell:off")


def _is_silent(answer: Answer, *, link: bool = True) -> None:
    said = "".join((answer.words, *(button.label for button in answer.buttons)))
    assert (LINK.search(said) is not None) == link
    for word in PURPOSE:
        assert word not in said, word


async def test_a_stranger_is_told_what_to_know_and_a_friend_is_not(stand: Stand) -> None:
    assert "緊急の窓口ではありません" in (await stand.door.arrive("line", WHO, "ja")).words
    await stand.hear("こんばんは")
    await stand.door.depart("line", WHO)
    again = await stand.door.arrive("line", WHO, "ja")
    assert "おかえりなさい" in again.words
    assert "緊急" not in again.words


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("メニュー", "menu"),
        ("「記録を消す」", "erase"),
        (" 記録を消す。 ", "erase"),
        ("MENU", "menu"),
        ("書く", None),
        ("記録を消すのがこわい", None),
        ("", None),
        ("消えたい", None),
    ],
)
def test_only_exactly_what_a_button_says_is_a_choice(
    stand: Stand, words: str, choice: str | None
) -> None:
    assert stand.door.choice_in(words) == choice


async def test_a_passphrase_joins_both_rooms_by_the_persons_own_act(stand: Stand) -> None:
    web = await stand.parts.bus.run(
        ReceiveMessage(Inbound("webchat", "browser", "1", "まえの話"), stand.door.now())
    )
    phrase = await stand.door.new_passphrase(web.person_id)
    await stand.hear("こんばんは")
    assert stand.door.choice_in(phrase) == "join"
    assert stand.door.choice_in(f"合言葉：{phrase}") == "join"
    wrong = await stand.door.join("あさがお まどべ みずうみ", "line", WHO, "ja")
    assert "見つかりません" in wrong.words
    await stand.door.join(f"合言葉 {phrase}", "line", WHO, "ja")
    visit = await make_rooms(stand.parts.ground).whose("line", WHO)
    assert visit is not None
    assert visit.person_id == web.person_id


async def test_guessing_passphrases_is_slowed(stand: Stand) -> None:
    door = stand.door
    for _ in range(5):
        await door.join("あさがお", "line", WHO, "ja")
    assert "少し待って" in (await door.join("あさがお", "line", WHO, "ja")).words


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.text(max_size=80) | st.sampled_from(["wish:", ":", "about:erase", "erase:no"]))
async def test_any_choice_from_outside_gets_an_answer(stand: Stand, choice: str) -> None:
    assert (await stand.tap(choice)).words


@given(words=st.text(max_size=200))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ordinary_words_are_never_a_passphrase(stand: Stand, words: str) -> None:
    assert stand.door.choice_in(words) is None or len(words) < 40
