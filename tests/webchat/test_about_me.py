from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.model.ids import PersonId
from bot.core.model.messages import Inbound
from bot.core.model.people import AgeBand, Leanings, Pace, SpeaksAs, Wish
from channels.webchat.about_me import sayings
from channels.webchat.inbound import SAYINGS
from tests.fakes.door import PHRASE, TEXTS, FakeHouse
from tests.webchat.visitor import Page, Visitor

Visit = Callable[[], Awaitable[Visitor]]
LETTERS = Leanings(SpeaksAs.SELF, AgeBand.THIRTIES, Wish.PEER, Pace.LETTER)


@pytest.fixture
async def inside(visitor: Visitor) -> Visitor:
    """Somebody in a room of their own."""
    await visitor.write("a")
    return visitor


async def test_nothing_is_asked_and_nothing_is_chosen(inside: Visitor) -> None:
    page = await inside.open("/me")
    assert page.status == 200
    assert _chosen(page) == {"speaks_as": "", "age_band": "", "wish": "", "pace": "live"}
    assert "required" not in page.text
    assert TEXTS.say("visitor.me.forget", "ja") not in page.text
    assert 'href="/me"' in (await inside.open()).text


async def test_what_is_said_is_kept_as_the_form_stands(inside: Visitor, house: FakeHouse) -> None:
    sent = await _say(inside, speaks_as="self", age_band="thirties", wish="peer", pace="letter")
    assert (sent.status, sent.headers["Location"]) == (303, "/me?done=say")
    assert house.only_room().leanings == LETTERS
    page = await inside.open("/me?done=say")
    assert TEXTS.say("visitor.me.said", "ja") in page.text
    assert _chosen(page)["age_band"] == "thirties"
    await _say(inside, speaks_as="", age_band="thirties", wish="", pace="live")
    assert house.only_room().leanings == Leanings(age_band=AgeBand.THIRTIES)


async def test_all_of_it_can_be_unsaid(inside: Visitor, house: FakeHouse) -> None:
    house.only_room().leanings = LETTERS
    assert TEXTS.say("visitor.me.forget", "ja") in (await inside.open("/me")).text
    sent = await inside.post("/me", do="forget", speaks_as="self")
    assert sent.headers["Location"] == "/me?done=forget"
    assert house.only_room().leanings == Leanings()


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "say", "wish": "<script>"},
        {"do": "say", "age_band": "self"},
        {"do": "erase"},
        {"wish": "peer"},
        {},
    ],
)
async def test_what_no_form_of_ours_holds_changes_nothing(
    inside: Visitor, house: FakeHouse, fields: dict[str, str]
) -> None:
    house.only_room().leanings = LETTERS
    refused = await inside.send("/me", fields)
    assert (refused.status, refused.error) == (400, TEXTS.say("error.bad_input", "ja"))
    assert house.only_room().leanings == LETTERS


async def test_a_stranger_has_no_such_page(visitor: Visitor, house: FakeHouse) -> None:
    looked = await visitor.open("/me", follow=False)
    assert (looked.status, looked.headers["Location"]) == (303, "/")
    assert (await visitor.post("/me", do="say", wish="peer")).status == 401
    assert house.rooms == {}


async def test_another_site_says_nothing_here(inside: Visitor, house: FakeHouse) -> None:
    answer = await inside.client.post(
        "/me", data={"do": "say", "wish": "peer"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 400
    assert house.only_room().leanings == Leanings()


async def test_without_a_messenger_none_is_spoken_of(inside: Visitor, house: FakeHouse) -> None:
    await house.open_link(_link(house), "another browser", house.now_at + timedelta(days=1))
    assert TEXTS.say("visitor.me.messengers", "ja") not in (await inside.open("/me")).text


async def test_a_messenger_is_named_and_carries_a_bell_alone_or_the_talk(
    inside: Visitor, house: FakeHouse
) -> None:
    person_id = await _write_by_pigeon(inside, house)
    assert "<strong>でんしょばと</strong>" in (await inside.open("/me")).text
    for do, wanted, said, offered in (
        ("bell", True, "bell_on", "want_talk"),
        ("talk", False, "bell_off", "want_bell"),
    ):
        sent = await inside.post("/me", do=do)
        assert sent.headers["Location"] == f"/me?done={do}"
        assert (await house.about_me(person_id)).bell_only is wanted
        page = await inside.open(sent.headers["Location"])
        assert TEXTS.say(f"visitor.me.{said}", "ja") in page.text
        assert TEXTS.say(f"visitor.me.{offered}", "ja") in page.text


async def test_a_passphrase_joins_the_earlier_talk(visit: Visit, house: FakeHouse) -> None:
    earlier, later = await visit(), await visit()
    await earlier.write("むかしの言葉")
    await earlier.post("/passphrase")
    await later.write("いまの言葉")
    joined = await later.post("/me", do="join", phrase=PHRASE)
    assert (joined.status, joined.headers["Location"]) == (303, "/me?done=join")
    assert TEXTS.say("messenger.joining.joined", "ja") in (await later.open("/me?done=join")).text
    assert (await later.open()).words == ["むかしの言葉"]


async def test_the_passphrase_of_this_very_room_is_no_mistake(inside: Visitor) -> None:
    await inside.post("/passphrase")
    joined = await inside.post("/me", do="join", phrase=PHRASE)
    assert joined.headers["Location"] == "/me?done=join"
    assert (await inside.open()).words == ["a"]


async def test_a_wrong_passphrase_is_said_at_its_field(inside: Visitor) -> None:
    refused = await inside.post("/me", do="join", phrase="ちがう")
    assert refused.status == 403
    assert refused.error == TEXTS.say("error.unknown_passphrase", "ja")
    field = re.search(r'<input id="phrase"[^>]*>', refused.text)
    assert field is not None
    assert 'aria-invalid="true" aria-describedby="phrase-error"' in field[0]
    assert "ちがう" not in refused.text
    assert (await inside.open()).words == ["a"]


async def test_guessing_is_slowed_here_too(inside: Visitor) -> None:
    tries = [await inside.post("/me", do="join", phrase="a") for _ in range(7)]
    assert [page.status for page in tries] == [403] * 5 + [429] * 2
    assert tries[-1].error == TEXTS.say("error.slow_down", "ja")
    assert "Retry-After" in tries[-1].headers


async def test_the_page_speaks_the_chosen_language(inside: Visitor) -> None:
    page = await inside.open("/me?lang=en")
    assert "About me" in page.text
    sent = await inside.post("/me?lang=en", do="forget", lang="en")
    assert sent.headers["Location"] == "/me?lang=en&done=forget"


@pytest.mark.parametrize("done", ["", "everything", "<b>", "SAY"])
async def test_an_unknown_thing_done_is_not_said(inside: Visitor, done: str) -> None:
    page = await inside.open(f"/me?done={done}")
    assert (page.status, 'class="done"' in page.text) == (200, False)


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_every_choice_has_words(locale: str) -> None:
    shown = sayings(LETTERS, lambda key, **values: TEXTS.say(key, locale, **values))
    assert [saying.field for saying in shown] == list(SAYINGS)
    for saying in shown:
        assert all(choice.words for choice in saying.choices)
        assert sum(choice.chosen for choice in saying.choices) == 1


def _link(house: FakeHouse) -> str:
    house.links["link"] = house.only_room().person_id
    return "link"


async def _write_by_pigeon(visitor: Visitor, house: FakeHouse) -> PersonId:
    """Somebody writes by messenger, and opens the same room in this browser by a link."""
    by_pigeon = Inbound(channel="pigeon", address="window", event_id="1", words="くるっぽー")
    receipt = await house.accept(by_pigeon, expires_at=None)
    house.links["f" * 32] = receipt.person_id
    key = (await visitor.open(f"/k/{'f' * 32}")).key
    assert (await visitor.post(f"/k/{'f' * 32}", key=key)).status == 303
    return receipt.person_id


async def _say(visitor: Visitor, **fields: str) -> Page:
    return await visitor.send("/me", {"do": "say", "lang": "ja"} | fields)


def _chosen(page: Page) -> dict[str, str]:
    return dict(
        re.findall(r'<input type="radio" name="([^"]*)" value="([^"]*)" checked>', page.text)
    )
