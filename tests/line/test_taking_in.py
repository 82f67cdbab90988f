"""What people do on LINE, as the house and they themselves see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.core.model.cutting import units
from bot.settings import Settings
from channels.line.chores import set_up
from channels.line.richmenu import ROOM_NAME
from tests.fakes.door import PHRASE
from tests.fakes.line import webhook
from tests.line.conftest import MakeStage
from tests.line.stage import OTHER, USER, Stage, auto, own_settings, say, until

REFUSED: dict[str, Any] = {
    "image": webhook.image,
    "video": webhook.video,
    "audio": webhook.audio,
    "file": webhook.file,
    "location": webhook.location,
    "other": webhook.unknown_message,
}


def marked(key: str) -> str:
    """A text that says that a machine says it."""
    return f"{say('messenger.automatic')}\n{say(key)}"


def _text(words: str) -> Callable[..., webhook.Event]:
    return partial(webhook.text, words)


def _tap(choice: str) -> Callable[..., webhook.Event]:
    return partial(webhook.postback, choice)


async def test_words_are_stored_with_what_an_answer_needs(stage: Stage) -> None:
    await stage.tell(webhook.text("(moon)ねむれない🌙", fields={"emojis": [webhook.emoji(0, 6)]}))
    (inbound,) = stage.house.inbounds
    assert (inbound.channel, inbound.address, inbound.words) == ("line", USER, "(moon)ねむれない🌙")
    assert (inbound.ref, inbound.read_mark, inbound.picture) == ("400001", "read1", None)
    assert inbound.ticket is not None
    assert inbound.ticket.token == webhook.reply_token(1)
    assert 0 < (inbound.ticket.until - stage.house.now()).total_seconds() < 60
    assert stage.texts == []  # an answer is a human's, the receipt the relay's


async def test_stickers_become_words(stage: Stage) -> None:
    await stage.happen(webhook.sticker, keywords=["泣く", "つらい"])
    await stage.happen(webhook.sticker, keywords=["夜"], words="おやすみ")
    await stage.happen(webhook.sticker)
    assert stage.words == [
        say("channel.line.sticker", meaning="泣く、つらい"),
        say("channel.line.sticker", meaning="おやすみ、夜"),
        say("channel.line.sticker_alone"),
    ]


async def test_a_sticker_cannot_write_a_text_of_ours(stage: Stage) -> None:
    await stage.happen(webhook.sticker, keywords=["{meaning}", "{0.__class__}"])
    assert stage.words == [say("channel.line.sticker", meaning="{meaning}、{0.__class__}")]


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_taken_in_is_answered_kindly_once(stage: Stage, what: str) -> None:
    for again in (False, True):
        assert await stage.tell(REFUSED[what](again=again)) == 200
    assert stage.words == [say(f"channel.line.left.{what}")]
    assert stage.house.inbounds[0].picture is None
    assert stage.texts == [auto(say("channel.line.words_only"))]
    assert set(stage.asked) == {"/v2/bot/message/reply"}  # nothing was fetched, nobody looked up


async def test_pictures_where_the_operator_wants_them(make_stage: MakeStage) -> None:
    stage = await make_stage(pictures=True)
    await stage.happen(webhook.image)
    await stage.happen(webhook.video)
    assert stage.words == [say("channel.line.picture"), say("channel.line.left.video")]
    assert [inbound.picture for inbound in stage.house.inbounds] == ["400001", None]
    assert stage.texts == [auto(say("channel.line.words_and_pictures"))]


@pytest.mark.parametrize("words", ["\0", "\u200b \u3000", " \n "])
async def test_words_that_cannot_be_read_tell_that_somebody_came(stage: Stage, words: str) -> None:
    assert await stage.tell(webhook.text(words)) == 200
    assert len(stage.words) == 1


async def test_very_long_words_are_not_refused(stage: Stage) -> None:
    assert await stage.tell(webhook.text("長" * 5000)) == 200
    assert stage.words == ["長" * 5000]
    assert await stage.tell(webhook.text("深" * 12_000, number=2)) == 200
    assert stage.words[1:] == ["深" * 10_000]


async def test_unsent_words_go_whatever_comes_first(stage: Stage) -> None:
    await stage.tell(webhook.text("やっぱり", number=1))
    await stage.tell(webhook.unsend("400001", number=2))
    (line,) = stage.house.only_room().lines
    assert (line.words, line.taken_back) == (None, True)
    await stage.tell(webhook.unsend("400003", number=4))
    assert await stage.tell(webhook.text("あとから", number=3)) == 200
    assert stage.words == ["やっぱり"]


async def test_coming_going_and_coming_back(stage: Stage) -> None:
    await stage.happen(webhook.follow)
    assert stage.texts == [auto(say("messenger.hello"))]
    buttons = stage.line.received(USER)[-1]["quickReply"]["items"]
    assert [button["action"]["data"] for button in buttons] == ["notice", "menu"]
    await stage.happen(_text("こんばんは"))
    await stage.happen(webhook.unfollow)
    assert stage.house.departed == [("line", USER)]
    await stage.happen(webhook.follow, unblocked=True)
    assert stage.house.departed == []
    assert stage.texts[-1] == auto(say("messenger.back"))
    assert stage.words == ["こんばんは"]


@pytest.mark.parametrize("choice", ["menu", "pace", "pace:letter", "lines", "", "x" * 299, "\0"])
async def test_a_tap_is_answered_to_this_person_for_nothing(stage: Stage, choice: str) -> None:
    assert await stage.tell(webhook.postback(choice)) == 200
    if not choice:
        assert stage.texts == []  # LINE never sends such
        return
    assert stage.house.chosen == [("line", USER, choice)]
    assert stage.texts == [auto(f"answer to {choice}")]
    for item in stage.line.received(USER)[0]["quickReply"]["items"]:
        assert units(item["action"]["label"]) <= 20
    assert (stage.words, stage.line.used) == ([], 0)


async def test_typed_words_of_the_menu_are_taps(stage: Stage) -> None:
    await stage.happen(_text(say("messenger.menu.menu")))
    assert [choice for _, _, choice in stage.house.chosen] == ["menu"]
    assert (stage.words, len(stage.texts)) == ([], 1)


async def test_a_passphrase_joins_and_is_not_stored(stage: Stage) -> None:
    await stage.tell(webhook.text("こんばんは", number=1, user=OTHER))
    person = stage.house.only_room().person_id
    phrase = await stage.house.new_passphrase(person)
    await stage.tell(webhook.text(f" {phrase}\n", number=2))
    await stage.tell(webhook.text(f"{PHRASE}ちがう", number=3))
    assert stage.house.joined == [("line", USER, True), ("line", USER, False)]
    assert stage.words == ["こんばんは"]
    assert len(stage.texts) == 2


async def test_whoever_wants_notices_only_has_a_menu_that_says_nothing(stage: Stage) -> None:
    await set_up(own_settings(stage.line), Settings.load(env_file=None, environ={}))
    await stage.channel.start()
    await until(lambda: stage.channel.health().meter is not None)
    await stage.happen(_tap("bell:on"))
    (room,) = (n for n, menu in stage.line.menus.made.items() if menu["name"] == ROOM_NAME)
    assert stage.line.menus.linked == {USER: room}
    await stage.happen(webhook.audio)
    assert stage.texts[0] == say("messenger.bell.on")
    assert stage.texts[1].startswith(say("messenger.bell.words", link="https://room.example/"))
    await stage.happen(_tap("bell:off"))
    assert stage.line.menus.linked == {}


async def test_without_a_room_menu_the_wish_counts_all_the_same(stage: Stage) -> None:
    await stage.happen(_tap("bell:on"))
    assert stage.house.bell_only == {USER}
    assert stage.line.menus.linked == {}


@pytest.mark.parametrize("what", REFUSED)
async def test_in_room_mode_a_refusal_tells_nobody_what_this_is(
    make_stage: MakeStage, what: str
) -> None:
    stage = await make_stage(mode="room")
    assert stage.channel.bell_only
    await stage.happen(REFUSED[what])
    await stage.happen(webhook.follow)
    await stage.happen(_tap("menu"))
    link = "https://room.example/r/link-{}"
    bell = partial(say, "messenger.bell.words")
    assert stage.texts == [
        bell(link=link.format(1)),
        say("messenger.bell.hello"),
        bell(link=link.format(2)),
    ]
    for message in stage.line.received(USER):
        (button,) = message["quickReply"]["items"]
        assert button["action"]["data"] == "room"


@pytest.mark.parametrize("mode", ["relay", "room"])
@pytest.mark.parametrize("is_group", [True, False])
async def test_before_others_one_sentence_and_away(
    make_stage: MakeStage, mode: str, *, is_group: bool
) -> None:
    stage = await make_stage(mode=mode)
    group, place = (webhook.GROUP, webhook.GROUP) if is_group else (None, webhook.ROOM)
    room: dict[str, Any] = {} if is_group else {"room": webhook.ROOM}
    await stage.happen(partial(webhook.join, group=group, **room))
    assert stage.line.left == [place]
    assert stage.line.texts(place) == [
        say("channel.line.among" if mode == "relay" else "channel.line.among_room")
    ]
    for make in (_text("みんな見て"), webhook.image, _tap("menu"), webhook.sticker):
        await stage.happen(partial(make, group=group, **room))
    await stage.happen(partial(webhook.member_joined, group=group, **room))
    await stage.happen(partial(webhook.leave, group=group, **room))
    house = stage.house
    assert (stage.words, house.chosen, house.arrived, house.rooms) == ([], [], [], {})
    assert len(stage.line.texts(place)) == 1  # and nothing was asked of who is there
