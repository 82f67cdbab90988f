"""Who answers the calls about interactions: the first answer, follow-ups and edits."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from tests.fakes.discord import shapes
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import (
    ANSWER_SECONDS,
    COMMAND,
    MODAL,
    TOKEN_SECONDS,
    Answer,
    Interaction,
)
from tests.fakes.discord.memory import Memory, Refused, change, fill
from tests.fakes.discord.rest import Call, Front
from tests.fakes.discord.shapes import Json

MESSAGE, LATER, LATER_UPDATE, UPDATE, FORM = 4, 5, 6, 7, 9
_HOOK: Final = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL: Final = f"{_HOOK}/messages/@original"
_FOLLOWUP: Final = f"{_HOOK}/messages/{{message_id}}"


class Hooks:
    """Keeps every interaction, and the forms that are open on people's screens."""

    def __init__(self, memory: Memory, gateway: Gateway, front: Front) -> None:
        self._memory = memory
        self._gateway = gateway
        self._violations = front.violations
        self.interactions: dict[str, Interaction] = {}
        self.forms: dict[tuple[str, str], tuple[Json, Interaction]] = {}
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        front.answer("POST", callback, self._callback)
        front.answer("POST", _HOOK, self._follow)
        for path in (_ORIGINAL, _FOLLOWUP):
            front.answer("GET", path, self._read)
            front.answer("PATCH", path, self._edit)
            front.answer("DELETE", path, self._delete)

    async def _callback(self, call: Call) -> Json | None:
        interaction = self._asked(call)
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind in {LATER_UPDATE, UPDATE} and interaction.source is None:
            self._refuse(f"callback {kind} without a message to update")
        if kind == FORM and interaction.kind == MODAL:
            self._refuse("a form in answer to a form")
        if kind == MESSAGE:
            interaction.message = fill(self._blank(interaction), data)
            await self._show(interaction, interaction.message)
        elif kind == LATER:
            interaction.message = self._blank(interaction)
            flags = (data.get("flags") or 0) & shapes.EPHEMERAL
            interaction.message["flags"] = shapes.LOADING | flags
            await self._show(interaction, interaction.message)
        elif kind in {LATER_UPDATE, UPDATE} and interaction.source is not None:
            interaction.message = self._memory.messages[interaction.source["id"]]
            if kind == UPDATE:
                change(interaction.message, data, self._memory.now())
        elif kind == FORM:
            form = data | {"components": shapes.components(data["components"])}
            self.forms[interaction.person.shape["id"], data["custom_id"]] = (form, interaction)
        interaction.answers.append(Answer(kind, deepcopy(data)))
        interaction.news.tell()
        return _resource(interaction, kind) if call.query.get("with_response") == "true" else None

    def _asked(self, call: Call) -> Interaction:
        """The interaction that may be answered now."""
        interaction = self.interactions.get(call.filled["interaction_id"])
        if interaction is None or interaction.token != call.filled["interaction_token"]:
            raise Refused(404, 10062, "Unknown interaction")
        if interaction.answers:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if self._memory.now() - interaction.at > ANSWER_SECONDS:
            interaction.late = True
            raise Refused(404, 10062, "Unknown interaction")
        return interaction

    async def _follow(self, call: Call) -> Json | None:
        interaction = self._answered(call)
        if interaction.message is not None and interaction.loading():
            # The first words after "thinking" take its place, and are as private as it was.
            message = interaction.message
            private = message["flags"] & shapes.EPHEMERAL
            fill(message, call.body)["flags"] = private
        else:
            message = fill(self._blank(interaction), call.body)
            await self._show(interaction, message)
        interaction.followups.append(deepcopy(message))
        interaction.news.tell()
        return message if call.query.get("wait") == "true" else None

    async def _read(self, call: Call) -> Json:
        return self._found(call)

    async def _edit(self, call: Call) -> Json:
        interaction, message = self._answered(call), self._found(call)
        change(message, call.body, self._memory.now())
        message["flags"] &= ~shapes.LOADING
        interaction.edits.append(deepcopy(message))
        interaction.news.tell()
        return message

    async def _delete(self, call: Call) -> None:
        interaction, message = self._answered(call), self._found(call)
        self._memory.messages.pop(message["id"])
        if interaction.message is message:
            interaction.message = None
        interaction.news.tell()

    def _answered(self, call: Call) -> Interaction:
        """The interaction that may be followed up now."""
        for interaction in self.interactions.values():
            fits = interaction.token == call.filled["webhook_token"]
            if fits and call.filled["webhook_id"] == shapes.APPLICATION_ID:
                break
        else:
            raise Refused(401, 50027, "Invalid Webhook Token")
        if self._memory.now() - interaction.at > TOKEN_SECONDS:
            raise Refused(401, 50027, "Invalid Webhook Token")
        if not interaction.answers:
            raise Refused(404, 10015, "Unknown Webhook")
        return interaction

    def _found(self, call: Call) -> Json:
        interaction = self._answered(call)
        wanted = call.filled.get("message_id")
        found = self._memory.messages.get(wanted) if wanted else interaction.message
        if found is None or found["channel_id"] != interaction.channel_id:
            raise Refused(404, 10008, "Unknown Message")
        return found

    def _blank(self, interaction: Interaction) -> Json:
        message = self._memory.blank(interaction.channel_id, shapes.bot(), "")
        return message | {
            "type": 20 if interaction.kind == COMMAND else 0,
            "application_id": shapes.APPLICATION_ID,
            "webhook_id": shapes.APPLICATION_ID,
            "interaction_metadata": interaction.metadata(),
        }

    async def _show(self, interaction: Interaction, message: Json) -> None:
        """Put a message where its reader sees it; one for them alone passes no gateway."""
        self._memory.keep(message)
        if message["flags"] & shapes.EPHEMERAL:
            self._memory.whispered_to[message["id"]] = interaction.person.shape["id"]
        elif interaction.channel_id == interaction.person.channel_id:
            await self._gateway.dispatch("MESSAGE_CREATE", message | {"channel_type": 1})

    def _refuse(self, what: str) -> None:
        self._violations.append(f"interaction: {what}")
        raise Refused(400, 50035, "Invalid Form Body")


def _resource(interaction: Interaction, kind: int) -> Json:
    """What a callback answers to a bot that wants to know what came of it."""
    shape: Json = {"id": interaction.id, "type": interaction.kind}
    if interaction.message is None:
        return {"interaction": shape}
    shape |= {
        "channel_id": interaction.channel_id,
        "response_message_id": interaction.message["id"],
        "response_message_loading": interaction.loading(),
        "response_message_ephemeral": bool(interaction.message["flags"] & shapes.EPHEMERAL),
    }
    if kind not in {MESSAGE, UPDATE}:
        return {"interaction": shape}
    return {"interaction": shape, "resource": {"type": kind, "message": interaction.message}}
