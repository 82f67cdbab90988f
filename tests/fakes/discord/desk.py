"""Who answers the calls about the bot itself, its channels and its messages."""

from __future__ import annotations

from typing import Any, Final

from tests.fakes.discord import shapes
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.memory import Memory, Person, Refused, change, fill
from tests.fakes.discord.rest import SEND, Call, Front
from tests.fakes.discord.shapes import Json

_MESSAGES: Final = "/channels/{channel_id}/messages"
_MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
_COMMANDS: Final = "/applications/{application_id}/commands"


class Desk:
    """Answers over what the fake remembers, and tells the gateway what came of it."""

    def __init__(self, memory: Memory, gateway: Gateway, front: Front) -> None:
        self._memory = memory
        self._gateway = gateway
        self.typed: list[str] = []  # channels that saw the bot typing
        front.answer("GET", "/users/@me", self._me)
        front.answer("GET", "/applications/@me", self._application)
        front.answer("GET", "/oauth2/applications/@me", self._application)
        front.answer("GET", "/gateway", self._where)
        front.answer("GET", "/gateway/bot", self._where)
        front.answer("GET", _COMMANDS, self._commands)
        front.answer("PUT", _COMMANDS, self._set_commands)
        front.answer("POST", "/users/@me/channels", self._open)
        front.answer("POST", "/channels/{channel_id}/typing", self._type)
        front.answer("GET", _MESSAGES, self._history)
        front.answer(*SEND, self._send)
        front.answer("GET", _MESSAGE, self._read)
        front.answer("PATCH", _MESSAGE, self._edit)
        front.answer("DELETE", _MESSAGE, self._delete)

    async def _me(self, call: Call) -> Json:
        return shapes.me()

    async def _application(self, call: Call) -> Json:
        return shapes.application()

    async def _where(self, call: Call) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        more = {"shards": 1, "session_start_limit": limit} if call.path.endswith("bot") else {}
        return {"url": self._gateway.url, **more}

    async def _commands(self, call: Call) -> list[Json]:
        _own(call)
        return self._memory.commands

    async def _set_commands(self, call: Call) -> list[Json]:
        _own(call)
        self._memory.commands = [
            shapes.command(self._memory.new_id(), asked) for asked in call.body or []
        ]
        return self._memory.commands

    async def _open(self, call: Call) -> Json:
        person = self._memory.people.get(str(call.body.get("recipient_id")))
        if person is None:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        if not person.findable:
            raise Refused(403, 50007, "Cannot send messages to this user")
        return self._memory.channel(person)

    async def _type(self, call: Call) -> None:
        self._reader(call)
        self.typed.append(call.filled["channel_id"])

    async def _history(self, call: Call) -> list[Json]:
        self._reader(call)
        wanted = self._memory.history(call.filled["channel_id"])
        limit = int(call.query.get("limit", "50"))
        if "before" in call.query:
            wanted = [m for m in wanted if int(m["id"]) < int(call.query["before"])]
        if "after" in call.query:
            wanted = [m for m in wanted if int(m["id"]) > int(call.query["after"])]
            # After a message come those right behind it; even they are listed newest first.
            return wanted[:limit][::-1]
        return wanted[-limit:][::-1]

    async def _send(self, call: Call) -> Json:
        person, asked = self._reader(call), call.body
        if not person.open:
            raise Refused(403, 50007, "Cannot send messages to this user")
        nonce = asked.get("nonce")
        if nonce is not None and asked.get("enforce_nonce"):
            before = self._memory.sent_with(person.channel_id, nonce)
            if before is not None:
                return before
        message = fill(self._memory.blank(person.channel_id, shapes.bot(), ""), asked)
        if nonce is not None:
            message["nonce"] = nonce
            self._memory.note_nonce(message)
        if asked.get("message_reference"):
            self._answer_to(message, asked["message_reference"])
        self._memory.keep(message)
        await self._gateway.dispatch("MESSAGE_CREATE", message | {"channel_type": 1})
        return message

    def _answer_to(self, message: Json, reference: Json) -> None:
        replied = self._memory.messages.get(str(reference.get("message_id")))
        if replied is None and reference.get("fail_if_not_exists") is not False:
            raise Refused(400, 50035, "Invalid Form Body")
        if replied is not None:
            message.update(reply_to(replied))

    async def _read(self, call: Call) -> Json:
        return self._found(call)

    async def _edit(self, call: Call) -> Json:
        message = self._own_message(call, 50005, "Cannot edit a message authored by another user")
        change(message, call.body, self._memory.now())
        await self._gateway.dispatch("MESSAGE_UPDATE", message | {"channel_type": 1})
        return message

    async def _delete(self, call: Call) -> None:
        message = self._own_message(call, 50003, "Cannot execute action on a DM channel")
        del self._memory.messages[message["id"]]
        where = {"id": message["id"], "channel_id": message["channel_id"]}
        await self._gateway.dispatch("MESSAGE_DELETE", where)

    def _reader(self, call: Call) -> Person:
        return self._memory.reader(call.filled["channel_id"])

    def _found(self, call: Call) -> Json:
        self._reader(call)
        return self._memory.message(call.filled["channel_id"], call.filled["message_id"])

    def _own_message(self, call: Call, code: int, message: str) -> Json:
        found = self._found(call)
        if found["author"]["id"] != shapes.BOT_ID:
            raise Refused(403, code, message)
        return found


def reply_to(replied: Json) -> Json:
    """What makes a message an answer to another one."""
    inner: dict[str, Any] = {k: v for k, v in replied.items() if k != "referenced_message"}
    return {
        "type": 19,
        "message_reference": {
            "type": 0,
            "channel_id": replied["channel_id"],
            "message_id": replied["id"],
        },
        "referenced_message": inner,
    }


def _own(call: Call) -> None:
    if call.filled["application_id"] != shapes.APPLICATION_ID:
        raise Refused(
            403, 20012, "You are not authorized to perform this action on this application"
        )
