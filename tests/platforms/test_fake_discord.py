"""The real client library takes the fake for Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import discord
import pytest

from tests.fakes.discord.aim import aimed
from tests.fakes.discord.faults import Fault
from tests.fakes.discord.interactions import Answer
from tests.fakes.discord.platform import TOKEN, FakeDiscord
from tests.fakes.discord.shapes import DM_CHANNEL, EPHEMERAL
from tests.platforms.discord_bot import Bot, quiet_intents, running

PERSON = 900_001
OTHER = 900_002
GUILD = 700_001


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as one:
        yield one
        assert one.violations == []


async def dm(bot: Bot, fake: FakeDiscord, person: int = PERSON) -> discord.DMChannel:
    fake.memory.person(person)
    return await bot.create_dm(discord.Object(person))


async def test_a_bot_logs_in_hears_and_answers(fake: FakeDiscord) -> None:
    async with running(fake) as bot:
        assert bot.user is not None
        assert bot.user.name == "madoakari"
        await fake.write(PERSON, "こんばんは")
        await fake.write(OTHER, "だれか")
        assert await fake.seeing(PERSON, 1) == ["きこえました: こんばんは"]
        assert await fake.seeing(OTHER, 1) == ["きこえました: だれか"]
    assert fake.gateway.intents == 1 << 12 | 1 << 13
    assert fake.gateway.presence is None


async def test_the_same_nonce_twice_is_one_message(fake: FakeDiscord) -> None:
    async with running(fake) as bot:
        channel = await dm(bot, fake)
        first = await channel.send("一度だけ", nonce="o1")
        again = await channel.send("一度だけ", nonce="o1")
        elsewhere = await (await dm(bot, fake, OTHER)).send("一度だけ", nonce="o1")
        fake.pass_by(299)
        assert (await channel.send("一度だけ", nonce="o1")).id == first.id
        fake.pass_by(2)
        later = await channel.send("一度だけ", nonce="o1")
    assert first.id == again.id
    assert len({first.id, elsewhere.id, later.id}) == 3
    assert fake.texts(PERSON) == ["一度だけ", "一度だけ"]


async def test_a_command_a_button_and_a_form(fake: FakeDiscord) -> None:
    async with running(fake):
        asked = await fake.slash(PERSON, "sos", options={"name": "よ"})
        answer = await asked
        assert (answer.type, answer.data["content"]) == (4, "ここにいますよ")
        assert answer.data["flags"] == EPHEMERAL
        opened = await fake.press(PERSON, "talk")
        assert (await opened).type == 9
        sent = await fake.submit(PERSON, "form", {"words": "ねむれない"})
        assert await sent == Answer(5, {"flags": EPHEMERAL})
        assert (await sent.followup())["content"] == "ねむれない を受けとりました"
        assert (await sent.edited())["content"] == "とどきました"
    whispers = [message["content"] for message in fake.whispers(PERSON)]
    assert whispers == ["ここにいますよ", "とどきました"]
    assert fake.texts(PERSON) == []


async def test_a_command_in_a_server(fake: FakeDiscord) -> None:
    async with running(fake):
        assert (await (await fake.slash(PERSON, "sos", guild_id=GUILD))).type == 4
        assert (await (await fake.press(PERSON, "talk"))).type == 9
        sent = await fake.submit(PERSON, "form", {"words": "ここで"})
        assert sent.payload["guild_id"] == str(GUILD)
        await sent.edited()


async def test_people_cannot_use_what_is_not_there(fake: FakeDiscord) -> None:
    async with running(fake):
        for act in (
            fake.slash(PERSON, "nothing"),
            fake.press(PERSON, "talk"),
            fake.submit(PERSON, "form", {"words": "a"}),
        ):
            with pytest.raises(LookupError):
                await act


async def test_edits_deletions_and_reactions(fake: FakeDiscord) -> None:
    async with running(fake, speaks=False) as bot:
        message_id = await fake.write(PERSON, "まえ")
        await bot.hears(1)  # the library shows a later handler the words as they are by then
        await fake.edit(message_id, "あと")
        await fake.react(PERSON, message_id, "👍")
        await fake.unreact(PERSON, message_id, "👍")
        await fake.delete(message_id)
        assert await bot.hears(5) == [
            ("message", "まえ"),
            ("edit", "あと"),
            ("react", "👍"),
            ("unreact", "👍"),
            ("delete", message_id),
        ]


async def test_a_message_carries_files_stickers_and_replies(fake: FakeDiscord) -> None:
    async with running(fake, speaks=False) as bot:
        first = await fake.write(PERSON, "これ")
        picture = fake.attach("neko.png", b"\x89PNG", "image/png")
        answer = await fake.write(
            PERSON, "", attachments=[picture], stickers=["ねこ"], reply_to=first
        )
        await bot.hears(2)
        channel = bot.get_partial_messageable(int(fake.memory.people[str(PERSON)].channel_id))
        message = await channel.fetch_message(int(answer))
        assert await message.attachments[0].read() == b"\x89PNG"
        assert message.stickers[0].name == "ねこ"
        assert message.reference is not None
        assert message.reference.message_id == int(first)
    assert fake.fetched == [picture["url"].removeprefix(fake.origin).partition("?")[0]]


async def test_the_bot_edits_and_deletes_its_own(fake: FakeDiscord) -> None:
    async with running(fake) as bot:
        channel = await dm(bot, fake)
        message = await channel.send("まちがい")
        await message.edit(content="なおした")
        assert fake.texts(PERSON) == ["なおした"]
        await message.delete()
        assert fake.texts(PERSON) == []
        theirs = await fake.write(PERSON, "わたしの")
        with pytest.raises(discord.Forbidden):
            await channel.get_partial_message(int(theirs)).edit(content="かえる")
        await channel.typing()
    assert fake.desk.typed == [str(channel.id)]
    assert channel.type.value == DM_CHANNEL


async def test_a_resume_brings_what_was_missed(fake: FakeDiscord) -> None:
    async with running(fake, speaks=False) as bot:
        await fake.write(PERSON, "一")
        await bot.hears(1)
        fake.hold()
        await fake.disconnect(4000)
        await fake.write(PERSON, "二")
        fake.release()
        assert await bot.hears(3) == [("message", "一"), ("message", "二"), ("resumed", "")]
    assert fake.gateway.happened["identified"] == 1
    assert fake.gateway.happened["resumed"] == 1


async def test_a_lost_session_leaves_the_history(fake: FakeDiscord) -> None:
    async with running(fake, speaks=False) as bot:
        before = await fake.write(PERSON, "一")
        await bot.hears(1)
        fake.hold()
        await fake.invalidate()
        await fake.disconnect(4000)
        await fake.write(PERSON, "二")
        await fake.write(PERSON, "三")
        fake.release()
        await fake.connected(2)
        await fake.write(PERSON, "四")
        assert await bot.hears(2) == [("message", "一"), ("message", "四")]
        channel = await dm(bot, fake)
        after = discord.Object(int(before))
        missed = [m.content async for m in channel.history(after=after, oldest_first=True)]
        assert missed == ["二", "三", "四"]
        newest = [m.content async for m in channel.history(limit=2)]
        assert newest == ["四", "三"]
    assert fake.gateway.happened["identified"] == 2


@pytest.mark.parametrize("findable", [True, False])
async def test_closed_direct_messages(fake: FakeDiscord, *, findable: bool) -> None:
    async with running(fake) as bot:
        fake.close_dms(PERSON, findable=findable)
        with pytest.raises(discord.Forbidden) as refused:
            await (await dm(bot, fake)).send("とどかない")
        assert refused.value.code == 50007
        fake.open_dms(PERSON)
        await (await dm(bot, fake)).send("とどく")
    assert fake.texts(PERSON) == ["とどく"]


@pytest.mark.parametrize("fault", ["429", "429 global", "502"])
async def test_a_refused_message_is_sent_again_by_the_library(
    fake: FakeDiscord, fault: Fault
) -> None:
    async with running(fake) as bot:
        channel = await dm(bot, fake)
        fake.faults.plan(fault)
        await channel.send("とどく", nonce="o1")
    assert fake.texts(PERSON) == ["とどく"]
    assert fake.faults.happened == {fault: 1}


async def test_a_lost_answer_does_not_double(fake: FakeDiscord) -> None:
    async with running(fake) as bot:
        channel = await dm(bot, fake)
        fake.faults.plan("lost")
        # The library repeats what was refused, but not what broke off: that is for its caller.
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await channel.send("一度だけ", nonce="o1")
        assert fake.texts(PERSON) == ["一度だけ"]
        await channel.send("一度だけ", nonce="o1")
    assert fake.texts(PERSON) == ["一度だけ"]


async def test_a_bad_day_loses_and_doubles_nothing(fake: FakeDiscord) -> None:
    fake.faults.rate, fake.faults.kinds = 0.3, ("429", "429 global", "lost")
    fake.front.retry_after = 0.001
    words = [f"{number}" for number in range(100)]
    async with running(fake) as bot:
        channel = await dm(bot, fake)
        for word in words:
            sent = None
            while sent is None:
                with suppress(aiohttp.ServerDisconnectedError):
                    sent = await channel.send(word, nonce=f"o{word}")
    assert fake.texts(PERSON) == words
    assert set(fake.faults.happened) == set(fake.faults.kinds)


async def test_chance_is_seeded() -> None:
    def fates(seed: int) -> list[Fault | None]:
        one = FakeDiscord(seed=seed)
        one.faults.rate = 0.1
        return [one.faults.next() for _ in range(1000)]

    assert fates(1) == fates(1) != fates(2)
    assert 60 < sum(fate is not None for fate in fates(1)) < 140


async def lose_the_token(fake: FakeDiscord) -> None:
    async with running(fake) as bot:
        channel = await dm(bot, fake)
        await fake.revoke()
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("もう", nonce="o1")
        assert refused.value.status == 401


async def test_a_revoked_token(fake: FakeDiscord) -> None:
    with pytest.raises(discord.ConnectionClosed) as closed:
        await lose_the_token(fake)
    assert closed.value.code == 4004
    with pytest.raises(discord.LoginFailure):
        await start(fake, quiet_intents())


async def start(fake: FakeDiscord, intents: discord.Intents) -> None:
    """Start a bot that will not get far."""
    with aimed(fake):
        async with Bot(intents) as bot:
            await bot.start(TOKEN)


@pytest.mark.parametrize("privilege", ["members", "presences", "message_content"])
async def test_a_privileged_intent_is_refused(privilege: str) -> None:
    intents = quiet_intents()
    setattr(intents, privilege, True)
    async with FakeDiscord() as fake:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await start(fake, intents)
        assert len(fake.violations) == 1


async def test_a_gateway_that_is_down_at_the_start_ends_the_client(fake: FakeDiscord) -> None:
    fake.gateway.refusals = 1
    # The library trips over itself instead of trying again; a bot needs somebody who does.
    with pytest.raises(AttributeError):
        await start(fake, quiet_intents())
    async with running(fake):
        await fake.connected()


async def test_presence_is_noted(fake: FakeDiscord) -> None:
    async with running(fake) as bot:
        await bot.change_presence(status=discord.Status.idle)
        await fake.gateway.news.until(lambda: fake.gateway.presence is not None)
    assert fake.gateway.presence is not None
    assert fake.gateway.presence["status"] == "idle"
    assert fake.gateway.presence["activities"] == []
