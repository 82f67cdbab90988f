"""Discord, from the gateway's frames to the supporter's screen and back, in both modes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest

from tests.end.house import MakeHouse
from tests.end.messengers import (
    GRAVE,
    PURPOSE,
    OnDiscord,
    discord_settings,
    in_clear,
    link_in,
    open_house,
    shown,
    team,
    until,
)
from tests.end.people import Staff, Visitor
from tests.fakes.discord.platform import FakeDiscord

USER: Final = 712345678901234567


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        yield fake
        assert fake.violations == []


async def test_a_talk_by_discord(make_house: MakeHouse, discord: FakeDiscord) -> None:
    house = await open_house(make_house, **discord_settings(discord), LOG_LEVEL="debug")
    await discord.connected(1)
    staff, person = await team(house), OnDiscord(discord, USER)
    try:
        first = await person.write("ねむれない")
        receipt = await person.hears("届いています")
        assert "緊急の窓口ではありません" in receipt
        talk = await staff.take_next()
        assert "Discord" in (await staff.open(f"/talks/{talk}")).text
        assert (await staff.answer(talk, "読んでいます。ゆっくりで大丈夫です")).status == 200
        await person.hears("読んでいます。ゆっくりで大丈夫です")
        await discord.edit(first, "ねむれないし、しんどい")
        await shown(staff, talk, "ねむれないし、しんどい")
        await shown(staff, talk, "取り消")
        answer_id = discord.seen(USER)[-1]["id"]
        await discord.react(USER, answer_id, "👍")
        await shown(staff, talk, "👍")
        second = await person.write("これは消す")
        await shown(staff, talk, "これは消す")
        await discord.delete(second)
        await until_gone(staff, talk, "これは消す")
        await person.write(GRAVE)
        assert "自動" in await person.hears("110")
    finally:
        await staff.session.close()
    assert house.stop() == 0
    assert in_clear(house, str(USER), "ねむれない", "読んでいます", GRAVE) == []


async def until_gone(staff: Staff, talk: str, part: str) -> None:
    """The page of a talk no longer holds ``part``."""
    for _ in range(200):
        if part not in (await staff.open(f"/talks/{talk}")).text:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{part!r} still stands on the page")


async def test_what_was_written_while_the_house_was_down_is_fetched(
    make_house: MakeHouse, discord: FakeDiscord
) -> None:
    house = await open_house(make_house, **discord_settings(discord))
    await discord.connected(1)
    staff, person = await team(house), OnDiscord(discord, USER)
    try:
        await person.write("ひとつめ")
        talk = await staff.take_next()
        await shown(staff, talk, "ひとつめ")
        house.kill()
        await person.write("ふたつめ")
        await person.write("みっつめ")
        await asyncio.to_thread(house.start)
        await shown(staff, talk, "みっつめ")
        heard = [words for _, who, words in await staff.lines(talk) if who == "from-visitor"]
        assert heard == ["ひとつめ", "ふたつめ", "みっつめ"]
    finally:
        await staff.session.close()


async def test_in_a_server_nothing_is_seen_by_others_and_nothing_is_kept(
    make_house: MakeHouse, discord: FakeDiscord
) -> None:
    house = await open_house(make_house, **discord_settings(discord))
    await discord.connected(1)
    interaction = await discord.slash(USER, "相談", guild_id=99)
    answer = await interaction
    assert answer.data.get("flags", 0) & 64
    await until(lambda: discord.texts(USER) != [], "a greeting in the direct message")
    assert house.stop() == 0
    assert in_clear(house, str(USER)) == []


async def test_in_room_mode_no_word_goes_out(make_house: MakeHouse, discord: FakeDiscord) -> None:
    house = await open_house(make_house, **discord_settings(discord, mode="room"))
    await discord.connected(1)
    staff, person = await team(house), OnDiscord(discord, USER)
    browser = Visitor(house.url)
    try:
        await person.write("だれにも言えない")
        talk = await staff.take_next()
        link = link_in(await person.hears("/k/"))
        door = link.removeprefix(house.url)
        room = await browser.post(door, key=(await browser.open(door)).key, lang="ja")
        assert room.words_of("mine") == ["だれにも言えない"], room.text
        await staff.answer(talk, "読んでいます")
        await person.write(GRAVE)
        await until(lambda: len(person.texts) >= 3, "a bell for each")
        said = "\n".join(person.texts).replace(house.url, "")
        for word in (*PURPOSE, "だれにも言えない", "読んでいます", "すみれ"):
            assert word not in said, word
    finally:
        await browser.session.close()
        await staff.session.close()
