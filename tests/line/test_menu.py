"""The menus under the chat: what LINE takes, what the house knows, what a passer-by sees."""

from __future__ import annotations

import pytest

from bot.core.ports.door import MENU
from bot.texts import LOCALES, Texts
from channels.line.richmenu import MENUS, OURS, RELAY, ROOM, WIDTH, Menu
from tests.fakes.line.contract import messaging
from tests.fakes.line.limits import breaches, units

TEXTS = Texts.load()
CASES = [(menu, locale) for menu in MENUS for locale in LOCALES]


@pytest.mark.parametrize(("menu", "locale"), CASES)
def test_line_takes_the_shape(menu: Menu, locale: str) -> None:
    made = menu.shape(TEXTS.say, locale)
    assert messaging().named("RichMenuRequest", made) == []
    assert breaches("createRichMenu", dict(made)) == []
    assert units(made["chatBarText"]) <= 14


@pytest.mark.parametrize("menu", MENUS)
def test_the_fields_cover_the_menu_and_never_each_other(menu: Menu) -> None:
    assert sum(field.width * field.height for field in menu.fields) == WIDTH * menu.height
    for number, one in enumerate(menu.fields):
        for other in menu.fields[number + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y


def test_every_choice_of_the_house_is_there_once_and_in_its_order() -> None:
    for menu, choices in ((RELAY, list(MENU)), (ROOM, ["room"])):
        areas = menu.shape(TEXTS.say, "ja")["areas"]
        assert [area["action"]["data"] for area in areas] == choices


@pytest.mark.parametrize(("menu", "locale"), CASES)
def test_a_tap_writes_nothing_into_the_chat(menu: Menu, locale: str) -> None:
    for area in menu.shape(TEXTS.say, locale)["areas"]:
        assert area["action"].keys() == {"type", "label", "data"}


def test_the_room_menu_tells_nobody_what_kind_of_place_this_is() -> None:
    made = ROOM.shape(TEXTS.say, "ja")
    assert made["chatBarText"] in {"メニュー", "ひらく"}
    assert [area["action"]["label"] for area in made["areas"]] == ["ひらく"]


def test_our_menus_are_known_by_the_beginning_of_their_names() -> None:
    names = {menu.name for menu in MENUS}
    assert len(names) == len(MENUS)
    assert all(name.startswith(OURS) for name in names)
