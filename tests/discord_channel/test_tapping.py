"""Commands, buttons and forms, in direct messages and in servers."""

from __future__ import annotations

from typing import Any

from tests.discord_channel.stage import ANN, SERVER, say, staged, until
from tests.fakes.discord.interactions import Interaction
from tests.fakes.door import PHRASE

EPHEMERAL = 1 << 6
PURPOSE = ("相談", "話", "窓口", "悩", "ひきこもり", "支援", "返事", "talk", "consult")


async def shown(interaction: Interaction) -> dict[str, Any]:
    """What the person sees once it is there; it must be for them alone."""
    first = await interaction
    assert (first.type, first.data["flags"]) == (5, EPHEMERAL)
    return await interaction.edited()


def pressable(message: dict[str, Any]) -> list[str]:
    return [one["custom_id"] for row in message["components"] for one in row["components"]]


async def test_the_menu_is_for_that_person_alone_and_nothing_is_stored() -> None:
    async with staged() as stage:
        message = await shown(await stage.discord.slash(ANN, "メニュー", guild_id=SERVER))
        assert "answer to menu" in message["content"]
        assert say("channel.discord.careful") in message["content"]
        assert len(pressable(message)) == 9
        assert stage.house.inbounds == []
        assert stage.house.rooms == {}
        assert stage.discord.seen(ANN) == []


async def test_in_direct_messages_no_caution_is_needed() -> None:
    async with staged() as stage:
        message = await shown(await stage.discord.slash(ANN, "窓口"))
        assert message["content"] == "〔自動〕\nanswer to lines"
        assert stage.house.chosen == [("discord", str(ANN), "lines")]


async def test_beginning_in_a_server_goes_on_in_direct_messages() -> None:
    async with staged() as stage:
        message = await shown(await stage.discord.slash(ANN, "相談", guild_id=SERVER))
        assert say("channel.discord.opened") in message["content"]
        (greeting,) = stage.discord.texts(ANN)
        assert say("messenger.hello") in greeting
        assert stage.house.arrived == [("discord", str(ANN))]
        assert stage.house.rooms == {}


async def test_closed_direct_messages_have_a_way_out() -> None:
    async with staged(base_url="https://room.example") as stage:
        stage.discord.close_dms(ANN)
        message = await shown(await stage.discord.slash(ANN, "相談", guild_id=SERVER))
        assert "https://room.example" in message["content"]
        assert pressable(message) == ["m:room"]
        assert stage.house.departed == [("discord", str(ANN))]


async def test_a_button_for_everybody_stays_good() -> None:
    async with staged() as stage:
        posted = await stage.discord.slash(ANN, "ボタン設置", guild_id=SERVER)
        first = await posted
        assert first.type == 4
        assert not first.data["flags"] & EPHEMERAL
        (told,) = [call.body for call in stage.discord.calls if call.method == "PUT"]
        assert [one.get("default_member_permissions") for one in told] == [None, None, None, 32]
        assert pressable(first.data) == ["m:start"]


async def test_writing_in_a_server_is_led_to_direct_messages() -> None:
    async with staged() as stage:
        interaction = await stage.discord.slash(ANN, "メニュー", guild_id=SERVER)
        message = await shown(interaction)
        pressed = await shown(await stage.discord.press(ANN, "m:write", message["id"]))
        assert say("channel.discord.opened") in pressed["content"]


async def test_a_button_under_a_message_of_ours_opens_the_form() -> None:
    async with staged() as stage:
        person = stage.house._enter("discord", "page", "ja")
        phrase = await stage.house.new_passphrase(person.person_id)
        await stage.discord.write(ANN, "メニュー")
        await stage.discord.seeing(ANN, 1)
        stage.discord.seen(ANN)[0]["components"][0]["components"][0]["custom_id"] = "m:join"
        pressed = await stage.discord.press(ANN, "m:join")
        first = await pressed
        assert first.type == 9
        assert first.data["title"] == say("messenger.menu.join")
        sent = await stage.discord.submit(ANN, "m:join", {"typed": phrase})
        assert "〔自動〕" in (await shown(sent))["content"]
        assert stage.house.joined == [("discord", str(ANN), True)]
        assert PHRASE not in "".join(stage.stored)


async def test_a_store_that_is_away_is_said() -> None:
    async with staged() as stage:
        stage.house.broken = True
        message = await shown(await stage.discord.slash(ANN, "メニュー"))
        assert say("channel.discord.later") in message["content"]


async def test_an_unknown_button_shows_the_menu() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, "メニュー")
        await stage.discord.seeing(ANN, 1)
        stage.discord.seen(ANN)[0]["components"][0]["components"][0]["custom_id"] = "other"
        await shown(await stage.discord.press(ANN, "other"))
        await until(lambda: stage.house.chosen[-1] == ("discord", str(ANN), "other"))


async def test_in_room_mode_nothing_says_what_it_is_for() -> None:
    async with staged(mode="room") as stage:
        commands = stage.discord.memory.commands
        assert [one["name"] for one in commands] == ["ひらく", "ボタン設置"]
        message = await shown(await stage.discord.slash(ANN, "ひらく", guild_id=SERVER))
        posted = await (await stage.discord.slash(ANN, "ボタン設置", guild_id=SERVER))
        said = f"{commands}{message['content']}{message['components']}{posted.data}"
        assert [word for word in PURPOSE if word in said] == []
        assert pressable(message) == ["m:room"]
