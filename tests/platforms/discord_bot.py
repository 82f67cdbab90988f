"""A small bot on the real discord.py, which the tests of the fake let talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
from discord import app_commands

from tests.fakes.discord.aim import aimed
from tests.fakes.discord.platform import TOKEN, FakeDiscord
from tests.fakes.discord.waiting import News


class Form(discord.ui.Modal, title="おはなし"):
    """One field of words."""

    words: discord.ui.TextInput[Form] = discord.ui.TextInput(
        label="ことば", custom_id="words", max_length=100
    )

    def __init__(self) -> None:
        super().__init__(custom_id="form", timeout=None)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"{self.words.value} を受けとりました", ephemeral=True)
        await interaction.edit_original_response(content="とどきました")


class Door(discord.ui.View):
    """One button that stays good after a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="話す", custom_id="talk")
    async def talk(self, interaction: discord.Interaction, _: discord.ui.Button[Door]) -> None:
        await interaction.response.send_modal(Form())


class Bot(discord.Client):
    """Notes what it is told, answers messages with an echo and ``/sos`` with a button."""

    def __init__(self, intents: discord.Intents, *, speaks: bool = True) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0)
        self.speaks = speaks
        self.heard: list[tuple[str, str]] = []
        self.news = News()
        self.life: asyncio.Task[None] | None = None  # ``start``, while it runs
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(name="sos", description="Talk with somebody")
        async def sos(interaction: discord.Interaction, name: str = "") -> None:
            await interaction.response.send_message(
                f"ここにいます{name}", view=Door(), ephemeral=True
            )

    async def setup_hook(self) -> None:
        self.add_view(Door())
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """The library waits five seconds here before it identifies anew; a test does not."""

    def note(self, kind: str, what: str) -> None:
        self.heard.append((kind, what))
        self.news.tell()

    async def hears(self, count: int) -> list[tuple[str, str]]:
        """Everything heard, once there is so much of it."""
        await self.news.until(lambda: len(self.heard) >= count)
        return self.heard

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.note("message", message.content)
        if self.speaks:
            await message.channel.send(f"きこえました: {message.content}", nonce=f"o{message.id}")

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self.note("edit", event.message.content)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.note("delete", str(event.message_id))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.note("react", str(event.emoji))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        self.note("unreact", str(event.emoji))

    async def on_resumed(self) -> None:
        self.note("resumed", "")


def quiet_intents() -> discord.Intents:
    """Direct messages and reactions to them, nothing else."""
    intents = discord.Intents.none()
    intents.dm_messages = intents.dm_reactions = True
    return intents


@asynccontextmanager
async def running(
    fake: FakeDiscord, bot: Bot | None = None, *, speaks: bool = True
) -> AsyncIterator[Bot]:
    """A bot, ``bot`` if given, that is logged in at ``fake``."""
    with aimed(fake):
        bot = bot or Bot(quiet_intents(), speaks=speaks)
        task = bot.life = asyncio.create_task(bot.start(TOKEN))
        ready = asyncio.create_task(bot.wait_until_ready())
        try:
            done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task in done:
                await task
            yield bot
        finally:
            await bot.close()
            ready.cancel()
            await task
