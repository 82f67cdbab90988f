"""What people do in their own apps; each act reaches the bot as the real service would tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.fakes.discord import desk, shapes
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.hooks import Hooks
from tests.fakes.discord.interactions import (
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    command_data,
    payload,
    pressed_data,
    submitted_data,
)
from tests.fakes.discord.memory import Memory, Person, change
from tests.fakes.discord.rest import Front
from tests.fakes.discord.shapes import Json

Id = int | str


class People:
    """Acts by user id; whoever is not known yet is met by their first act."""

    def __init__(self, memory: Memory, gateway: Gateway, front: Front, hooks: Hooks) -> None:
        self._memory = memory
        self._gateway = gateway
        self._front = front
        self._hooks = hooks

    async def write(
        self,
        user_id: Id,
        text: str,
        *,
        stickers: Sequence[str] = (),
        attachments: Sequence[Json] = (),
        embeds: Sequence[Json] = (),
        reply_to: Id | None = None,
    ) -> str:
        """Send the bot a direct message; returns its id. Stickers are names."""
        person = self._memory.person(user_id)
        message = self._memory.blank(person.channel_id, person.shape, text)
        message["attachments"] = list(attachments)
        message["embeds"] = shapes.embeds(embeds)
        if stickers:
            new = self._memory.new_id
            message["sticker_items"] = [shapes.sticker(new(), name) for name in stickers]
        if reply_to is not None:
            replied = self._memory.message(person.channel_id, str(reply_to))
            message.update(desk.reply_to(replied))
        self._memory.keep(message)
        await self._tell("MESSAGE_CREATE", message)
        return str(message["id"])

    async def edit(self, message_id: Id, text: str) -> None:
        """Change the words of a message that a person sent."""
        message = self._memory.messages[str(message_id)]
        await self._tell("MESSAGE_UPDATE", change(message, {"content": text}, self._memory.now()))

    async def delete(self, message_id: Id) -> None:
        """Take back a message that a person sent."""
        message = self._memory.messages.pop(str(message_id))
        where = {"id": message["id"], "channel_id": message["channel_id"]}
        await self._gateway.dispatch("MESSAGE_DELETE", where)

    async def react(self, user_id: Id, message_id: Id, emoji: str) -> None:
        """Put an emoji under a message."""
        message = self._memory.messages[str(message_id)]
        reaction = {
            "emoji": shapes.emoji(emoji),
            "count": 1,
            "count_details": {"burst": 0, "normal": 1},
            "burst_colors": [],
            "me_burst": False,
            "me": False,
        }
        message.setdefault("reactions", []).append(reaction)
        event = self._reaction(user_id, message, emoji)
        event["message_author_id"] = message["author"]["id"]
        await self._gateway.dispatch("MESSAGE_REACTION_ADD", event)

    async def unreact(self, user_id: Id, message_id: Id, emoji: str) -> None:
        """Take an emoji away again."""
        message = self._memory.messages[str(message_id)]
        left = [one for one in message["reactions"] if one["emoji"]["name"] != emoji]
        message["reactions"] = left
        event = self._reaction(user_id, message, emoji)
        await self._gateway.dispatch("MESSAGE_REACTION_REMOVE", event)

    async def slash(
        self,
        user_id: Id,
        name: str,
        *,
        options: Mapping[str, str | bool | float] | None = None,
        guild_id: Id | None = None,
    ) -> Interaction:
        """Use a slash command, in direct messages or in a channel of a server.

        Raises LookupError where the person's app does not offer it there.
        """
        place = 1 if guild_id is None else 0
        for command in self._memory.commands:
            contexts = command.get("contexts")
            if command["name"] == name and (contexts is None or place in contexts):
                data = command_data(command, options or {})
                where = None if guild_id is None else str(guild_id)
                return await self._interact(user_id, COMMAND, data, guild_id=where)
        raise LookupError(f"no command {name} is offered here")

    async def press(
        self,
        user_id: Id,
        custom_id: str,
        message_id: Id | None = None,
        *,
        values: Sequence[str] = (),
    ) -> Interaction:
        """Press a button, or choose ``values`` from a menu, under a message the person can see.

        Without ``message_id`` it is the newest message that has one. Raises LookupError where
        there is none.
        """
        person = self._memory.person(user_id)
        for message in reversed(self._visible(person)):
            if message_id is not None and message["id"] != str(message_id):
                continue
            for component in shapes.parts(message):
                if component.get("custom_id") == custom_id:
                    data = pressed_data(component, values)
                    return await self._interact(user_id, COMPONENT, data, message=message)
        raise LookupError(f"nobody can press {custom_id}")

    async def submit(self, user_id: Id, custom_id: str, values: Mapping[str, str]) -> Interaction:
        """Send a form that the bot opened. Raises LookupError where it is not open."""
        form, opener = self._hooks.forms.pop((str(user_id), custom_id))
        data = submitted_data(form, values)
        source, where = opener.source, opener.payload.get("guild_id")
        return await self._interact(
            user_id, MODAL, data, message=source, guild_id=where, caused_by=opener
        )

    def seen(self, user_id: Id) -> list[Json]:
        """The bot's messages in the person's direct messages, oldest first, each once."""
        channel = self._memory.person(user_id).channel_id
        return [m for m in self._memory.history(channel) if m["author"]["id"] == shapes.BOT_ID]

    def whispers(self, user_id: Id) -> list[Json]:
        """The bot's messages that this person alone can see, wherever they were."""
        return [
            self._memory.messages[message_id]
            for message_id, reader in self._memory.whispered_to.items()
            if reader == str(user_id) and message_id in self._memory.messages
        ]

    def _visible(self, person: Person) -> list[Json]:
        mine = [*self.seen(person.shape["id"]), *self.whispers(person.shape["id"])]
        return sorted(mine, key=lambda message: int(message["id"]))

    async def _interact(
        self,
        user_id: Id,
        kind: int,
        data: Json,
        *,
        guild_id: str | None = None,
        message: Json | None = None,
        caused_by: Interaction | None = None,
    ) -> Interaction:
        person = self._memory.person(user_id)
        if message is not None and guild_id is None and message["channel_id"] != person.channel_id:
            guild_id = str(int(message["channel_id"]) - 1)
        shape = payload(self._memory, person, kind, data, guild_id=guild_id, message=message)
        interaction = Interaction(shape, person, self._memory.now())
        interaction.caused_by = caused_by
        self._hooks.interactions[interaction.id] = interaction
        if message is not None:
            self._check(message)
        await self._gateway.dispatch("INTERACTION_CREATE", shape)
        return interaction

    async def _tell(self, event: str, message: Json) -> None:
        self._check(message)
        await self._gateway.dispatch(event, message | {"channel_type": shapes.DM_CHANNEL})

    def _check(self, message: Json) -> None:
        """Hold what people send against the contract too: the fake must not make up fields."""
        wrong = self._front.contract.named("MessageResponse", message)
        self._front.violations += [f"the fake: {what}" for what in wrong]

    def _reaction(self, user_id: Id, message: Json, emoji: str) -> Json:
        return {
            "user_id": str(user_id),
            "channel_id": message["channel_id"],
            "message_id": message["id"],
            "emoji": shapes.emoji(emoji),
            "burst": False,
            "type": 0,
        }
