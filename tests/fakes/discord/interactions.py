"""What a person does with the bot's own controls: a command, a button, a form."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.discord import shapes
from tests.fakes.discord.memory import Memory, Person
from tests.fakes.discord.shapes import Json
from tests.fakes.discord.waiting import News

COMMAND, COMPONENT, MODAL = 2, 3, 5
ANSWER_SECONDS: Final = 3.0
TOKEN_SECONDS: Final = 15 * 60.0
_OPTION_TYPES: Final[Mapping[type, int]] = {str: 3, int: 4, bool: 5, float: 10}


@dataclass(frozen=True)
class Answer:
    """The bot's first answer: Discord's callback type (4 message, 5 later, 9 form) and its data."""

    type: int
    data: Json


class Interaction:
    """One use of a control. ``await`` it for the bot's first answer.

    ``followups`` and ``edits`` hold messages as they were at that moment; ``message`` is what the
    first answer shows now, and ``late`` says that the answer took more than three seconds.
    """

    def __init__(self, payload: Json, person: Person, at: float) -> None:
        self.id: str = payload["id"]
        self.token: str = payload["token"]
        self.kind: int = payload["type"]
        self.channel_id: str = payload["channel"]["id"]
        self.payload = payload
        self.person = person
        self.at = at
        self.answers: list[Answer] = []
        self.followups: list[Json] = []
        self.edits: list[Json] = []
        self.late = False
        self.message: Json | None = None
        self.source: Json | None = payload.get("message")
        self.caused_by: Interaction | None = None
        self.news = News()

    def __await__(self) -> Generator[Any, None, Answer]:
        return self._answered().__await__()

    async def _answered(self) -> Answer:
        await self.news.until(lambda: bool(self.answers))
        return self.answers[0]

    async def followup(self, number: int = 1) -> Json:
        """The bot's follow-up of this number, once it is there."""
        await self.news.until(lambda: len(self.followups) >= number)
        return self.followups[number - 1]

    async def edited(self, number: int = 1) -> Json:
        """The answer after its edit of this number, once it is there."""
        await self.news.until(lambda: len(self.edits) >= number)
        return self.edits[number - 1]

    def loading(self) -> bool:
        """Whether the person sees that the bot is thinking."""
        return self.message is not None and bool(self.message["flags"] & shapes.LOADING)

    def owners(self) -> Json:
        """Who let the bot in: a server, or nobody in particular in direct messages."""
        return {"0": self.payload.get("guild_id", "0")}

    def metadata(self) -> Json:
        """What a message says about the interaction that it answers."""
        shape: Json = {
            "id": self.id,
            "type": self.kind,
            "user": self.person.shape,
            "authorizing_integration_owners": self.owners(),
        }
        if self.kind == COMPONENT and self.source is not None:
            shape["interacted_message_id"] = self.source["id"]
        if self.kind == MODAL and self.caused_by is not None:
            shape["triggering_interaction_metadata"] = self.caused_by.metadata()
        return shape


def payload(
    memory: Memory,
    person: Person,
    kind: int,
    data: Json,
    *,
    guild_id: str | None = None,
    message: Json | None = None,
) -> Json:
    """What INTERACTION_CREATE carries, from a direct message or from a channel of a server."""
    interaction_id = memory.new_id()
    shape: Json = {
        "id": interaction_id,
        "application_id": shapes.APPLICATION_ID,
        "type": kind,
        "token": f"interaction-{interaction_id}",
        "version": 1,
        "data": data,
        "locale": "ja",
        "app_permissions": "0",
        "entitlements": [],
        "authorizing_integration_owners": {"0": guild_id or "0"},
        "attachment_size_limit": 10_485_760,
    }
    if message is not None:
        shape["message"] = message
    here = (
        _in_direct_messages(memory.channel(person), person)
        if guild_id is None
        else _in_a_server(guild_id, person)
    )
    return shape | here


def _in_direct_messages(channel: Json, person: Person) -> Json:
    return {
        "context": 1,
        "channel": channel,
        "channel_id": channel["id"],
        "user": person.shape,
    }


def _in_a_server(guild_id: str, person: Person) -> Json:
    channel_id = str(int(guild_id) + 1)
    member: Json = {
        "user": person.shape,
        "nick": None,
        "avatar": None,
        "roles": [],
        "joined_at": shapes.moment(shapes.DISCORD_EPOCH + 86_400),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "permissions": "0",
        "communication_disabled_until": None,
    }
    return {
        "context": 0,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "ja", "features": []},
        "guild_locale": "ja",
        "channel": {
            "id": channel_id,
            "type": shapes.GUILD_CHANNEL,
            "guild_id": guild_id,
            "name": "general",
            "position": 0,
            "permissions": "0",
            "parent_id": None,
            "flags": 0,
        },
        "channel_id": channel_id,
        "member": member,
    }


def command_data(command: Json, options: Mapping[str, str | bool | float]) -> Json:
    """The data of a slash command with these options."""
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = [
            {"type": _OPTION_TYPES[type(value)], "name": name, "value": value}
            for name, value in options.items()
        ]
    return data


def pressed_data(component: Json, values: Sequence[str]) -> Json:
    """The data of a pressed button, or of a menu with ``values`` chosen.

    Raises LookupError where the app of a person would not let them.
    """
    if component.get("disabled"):
        raise LookupError("it is greyed out")
    data: Json = {
        "id": component["id"],
        "custom_id": component["custom_id"],
        "component_type": component["type"],
    }
    if component["type"] in shapes.SELECTS:
        offered = {option["value"] for option in component.get("options", [])}
        if not set(values) <= offered:
            raise LookupError("it is not on the menu")
        data["values"] = list(values)
    return data


def submitted_data(modal: Json, values: Mapping[str, str]) -> Json:
    """The data of a sent form, in the layout that the form had.

    Raises LookupError where the app of a person would not let them send it.
    """
    fields = {field["custom_id"]: field for field in shapes.parts(modal) if "custom_id" in field}
    for name in values.keys() - fields.keys():
        raise LookupError(f"the form has no field {name}")
    for name, field in fields.items():
        shortest = field.get("min_length") or int(field.get("required") is not False)
        longest = field.get("max_length") or 4000
        length = len(values.get(name, ""))
        if length > longest or (length < shortest and (length or field.get("required"))):
            raise LookupError(f"field {name} does not take {length} characters")
    return {
        "custom_id": modal["custom_id"],
        "components": [
            _submitted(c, values) for c in modal["components"] if c["type"] != shapes.TEXT_DISPLAY
        ],
    }


def _submitted(component: Json, values: Mapping[str, str]) -> Json:
    shape: Json = {"type": component["type"], "id": component["id"]}
    if "components" in component:
        shape["components"] = [_submitted(inner, values) for inner in component["components"]]
    elif "component" in component:
        shape["component"] = _submitted(component["component"], values)
    else:
        name = component["custom_id"]
        shape["custom_id"] = name
        value = values.get(name, "")
        if component["type"] == shapes.TEXT_INPUT:
            shape["value"] = value
        else:
            shape["values"] = [value] if value else []
    return shape
