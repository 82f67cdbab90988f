"""What people write, change, take back and put under messages."""

from __future__ import annotations

import asyncio

from tests.discord_channel.stage import ANN, BEN, out, say, staged, until
from tests.fakes.door import PHRASE


async def test_a_message_comes_in_and_an_answer_goes_out() -> None:
    async with staged() as stage:
        message_id = await stage.discord.write(ANN, "ねむれない")
        assert await stage.storing(1) == ["ねむれない"]
        inbound = stage.house.inbounds[0]
        assert (inbound.address, inbound.event_id, inbound.ref) == (
            str(ANN),
            message_id,
            message_id,
        )
        assert inbound.locale == "ja"
        await stage.channel.send(str(ANN), out("読んでいます"), key="k1")
        assert stage.discord.texts(ANN) == ["読んでいます"]


async def test_only_what_is_needed_is_asked_for_and_shown() -> None:
    async with staged() as stage:
        assert stage.discord.gateway.intents == (1 << 12) | (1 << 13)
        presence = stage.discord.gateway.presence
        assert not (presence or {}).get("activities")


async def test_messages_of_one_person_keep_their_order() -> None:
    async with staged() as stage:
        for number in range(20):
            await stage.discord.write(ANN, f"あ{number}")
            await stage.discord.write(BEN, f"い{number}")
        words = await stage.storing(40)
        assert [one for one in words if one[0] == "あ"] == [f"あ{n}" for n in range(20)]
        assert [one for one in words if one[0] == "い"] == [f"い{n}" for n in range(20)]


async def test_an_edit_and_a_deletion() -> None:
    async with staged() as stage:
        message_id = await stage.discord.write(ANN, "まえ")
        await stage.storing(1)
        await stage.discord.edit(message_id, "あと")
        assert await stage.storing(2) == ["まえ", "あと"]
        lines = stage.house.only_room().lines
        assert [line.words for line in lines] == [None, "あと"]
        await stage.discord.delete(message_id)
        await until(lambda: ("discord", message_id) in stage.house.gone)
        await until(lambda: all(line.words is None for line in stage.house.only_room().lines))


async def test_an_unfurled_link_is_no_edit() -> None:
    async with staged() as stage:
        message_id = await stage.discord.write(ANN, "これ https://example.org")
        await stage.storing(1)
        message = stage.discord.memory.messages[message_id]
        await stage.discord.dispatch("MESSAGE_UPDATE", message | {"embeds": [], "channel_type": 1})
        await stage.discord.write(ANN, "つぎ")
        assert await stage.storing(2) == ["これ https://example.org", "つぎ"]


async def test_a_reaction_comes_and_goes() -> None:
    async with staged() as stage:
        await stage.channel.send(str(ANN), out("おはよう"), key="k1")
        answer = stage.discord.seen(ANN)[0]["id"]
        await stage.discord.react(ANN, answer, "👍")
        assert await stage.storing(1) == ["［リアクション 👍］"]
        await stage.discord.unreact(ANN, answer, "👍")
        await until(lambda: ("discord", f"reaction:{answer}:👍") in stage.house.gone)


async def test_stickers_emoji_and_names_become_words() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, "", stickers=["なみだ"])
        await stage.discord.write(ANN, f"<:tears:123456789012345678> と <@{BEN}>")
        words = await stage.storing(2)
        assert words == ["［スタンプ：なみだ］", ":tears: と （だれか）"]
        await until(lambda: stage.discord.texts(ANN) == [])


async def test_what_cannot_be_received_is_noted_and_kindly_refused() -> None:
    async with staged() as stage:
        attach = stage.discord.attach
        for name, kind in (("a.png", "image/png"), ("b.ogg", "audio/ogg"), ("c.mp4", "video/mp4")):
            await stage.discord.write(ANN, "", attachments=[attach(name, b"1", kind)])
        await stage.discord.write(ANN, "みて", attachments=[attach("d.pdf", b"1", "a/b")])
        await stage.storing(4)
        left = [say(f"channel.discord.{kind}_left") for kind in ("picture", "voice", "video")]
        assert stage.stored == [*left, f"みて\n{say('channel.discord.file_left')}"]
        texts = await stage.discord.seeing(ANN, 4)
        assert all(say("channel.discord.words_only") in text for text in texts)
        assert stage.discord.fetched == []


async def test_pictures_where_they_are_wanted() -> None:
    async with staged(pictures=True) as stage:
        files = [stage.discord.attach(f"{n}.png", b"picture", "image/png") for n in range(2)]
        message_id = await stage.discord.write(ANN, "ここです", attachments=files)
        await stage.storing(2)
        assert stage.stored == ["ここです\n［写真］", "［写真］"]
        first, second = stage.house.inbounds
        assert (first.picture, second.ref) == (files[0]["url"], f"{message_id}:1")
        assert await stage.channel.fetch(files[0]["url"], most=100) == b"picture"
        assert await stage.channel.fetch(files[0]["url"], most=3) is None
        assert await stage.channel.fetch("https://example.org/a.png", most=100) is None
        await stage.discord.delete(message_id)
        await until(lambda: ("discord", f"{message_id}:1") in stage.house.gone)


async def test_a_quoted_message_is_not_theirs() -> None:
    async with staged() as stage:
        await stage.channel.send(str(ANN), out("まえの返事"), key="k1")
        quoted = stage.discord.seen(ANN)[0]["id"]
        await stage.discord.write(ANN, "はい", reply_to=quoted)
        assert await stage.storing(1) == ["はい"]


async def test_a_typed_choice_is_answered_and_not_stored() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, "メニュー")
        assert await stage.discord.seeing(ANN, 1) == ["〔自動〕\nanswer to menu"]
        assert stage.house.inbounds == []
        rows = stage.discord.seen(ANN)[0]["components"]
        assert [len(row["components"]) for row in rows] == [5, 4]


async def test_a_typed_passphrase_is_not_stored() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, PHRASE)
        await stage.discord.seeing(ANN, 1)
        assert stage.house.joined == [("discord", str(ANN), False)]
        assert stage.house.inbounds == []


async def test_the_store_goes_away_and_comes_back() -> None:
    async with staged() as stage:
        stage.house.broken = True
        for number in range(3):
            await stage.discord.write(ANN, f"{number}")
        await asyncio.sleep(0.05)
        before = stage.house.alive["discord"]
        stage.house.broken = False
        assert await stage.storing(3) == ["0", "1", "2"]
        assert before <= stage.house.alive["discord"]


async def test_what_the_house_refuses_holds_up_nothing() -> None:
    async with staged() as stage:
        await stage.discord.write(ANN, "\u200b")
        await stage.discord.write(ANN, "ことば")
        assert await stage.storing(1) == ["ことば"]
