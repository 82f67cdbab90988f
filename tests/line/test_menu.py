"""The menus under the chat: what LINE takes, what the house knows, what a passer-by sees."""

from __future__ import annotations

import pytest

from bot.core.ports.door import MENU
from bot.texts import LOCALES, Texts
from channels.line.richmenu import MENUS, OURS, Mode, fields, shape
from tests.fakes.line.contract import messaging
from tests.fakes.line.limits import breaches, units

TEXTS = Texts.load()
MODES: tuple[Mode, ...] = ("relay", "room")
CASES = [(mode, locale) for mode in MODES for locale in LOCALES]


@pytest.mark.parametrize(("mode", "locale"), CASES)
def test_line_takes_the_shape(mode: Mode, locale: str) -> None:
    made = shape(mode, TEXTS.say, locale)
    assert messaging().named("RichMenuRequest", made) == []
    assert breaches("createRichMenu", made) == []
    assert units(made["chatBarText"]) <= 14


@pytest.mark.parametrize("mode", MODES)
def test_the_fields_cover_the_menu_and_never_each_other(mode: Mode) -> None:
    menu, found = MENUS[mode], fields(MENUS[mode])
    assert sum(field.width * field.height for field in found) == menu.width * menu.height
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y


def test_every_choice_of_the_house_is_there_once_and_in_its_order() -> None:
    areas = shape("relay", TEXTS.say)["areas"]
    assert [area["action"]["data"] for area in areas] == list(MENU)
    assert [area["action"]["data"] for area in shape("room", TEXTS.say)["areas"]] == ["room"]


@pytest.mark.parametrize(("mode", "locale"), CASES)
def test_a_tap_writes_nothing_into_the_chat(mode: Mode, locale: str) -> None:
    for area in shape(mode, TEXTS.say, locale)["areas"]:
        assert area["action"].keys() == {"type", "label", "data"}


def test_the_room_menu_tells_nobody_what_kind_of_place_this_is() -> None:
    made = shape("room", TEXTS.say)
    assert made["chatBarText"] == "ひらく"
    assert [area["action"]["label"] for area in made["areas"]] == ["ひらく"]


def test_our_menus_are_known_by_the_beginning_of_their_names() -> None:
    names = {menu.name for menu in MENUS.values()}
    assert len(names) == len(MENUS)
    assert all(name.startswith(OURS) for name in names)
