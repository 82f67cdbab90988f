"""A LINE that stands on loopback, and the real SDK talks to it.

Every request is held against LINE's own description and the limits of its manual; a test asserts
``line.violations == []`` at its end. What LINE has and no bot of this house may ask for (who
somebody is, who else is there) is a violation too, and so is what this fake does not play.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Self

import aiohttp
from aiohttp import web

from tests.fakes.line import webhook
from tests.fakes.line.contract import messaging
from tests.fakes.line.endpoint import Endpoint
from tests.fakes.line.faults import Faults
from tests.fakes.line.limits import breaches
from tests.fakes.line.menus import Menus
from tests.fakes.line.messages import REPLY_SECONDS, Messages
from tests.fakes.line.wire import UNAUTHORISED, Answer, Request, error
from tests.fakes.openapi import NOTHING

Handler = Callable[[Request], Answer | Awaitable[Answer]]

TOKEN: Final = "fictional-token"
SECRET: Final = "fictional-secret"
_PRYING: Final = re.compile(r"/profile\b|/members?\b|/followers\b|/summary\b")


class FakeLine(Messages):
    """One LINE Official Account and the platform around it, on a free port of 127.0.0.1."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        secret: str = SECRET,
        now: Callable[[], float] = time.time,
        reply_seconds: float = REPLY_SECONDS,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(now, reply_seconds)
        self.url = ""
        self.token = token
        self.secret = secret
        self.bot_id = webhook.BOT
        self.faults = faults or self.faults
        self.requests: list[Request] = []
        self.menus = Menus()
        self.menus.violations = self.violations
        self.endpoint = Endpoint(self.bot_id, secret, now)
        self.loading: list[str] = []
        """For whom the bot showed that it is writing, in order."""
        self.read: list[str] = []
        """Tokens, or ids of people, whose messages the bot marked as read."""
        self.left: list[str] = []
        """Groups and rooms that the bot left."""
        self._files: dict[str, tuple[bytes, str]] = {}
        self._revoked = False
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._handlers = self._table()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Listen; ``url`` is good afterwards."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of whoever hangs, and close."""
        self._over.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def revoke(self) -> None:
        """Refuse the token from now on, with 401."""
        self._revoked = True

    def grant(self) -> None:
        """Take the token again."""
        self._revoked = False

    def keep_file(self, message_id: str, content: bytes, content_type: str = "image/jpeg") -> None:
        """Let a message have bytes that the bot can fetch."""
        self._files[message_id] = (content, content_type)

    def note(self, event: webhook.Event) -> None:
        """Make the reply token of an event good, as LINE does when it sends it."""
        source = event.get("source", {})
        to = source.get("groupId") or source.get("roomId") or source.get("userId")
        if to and "replyToken" in event:
            self.expect_reply(event["replyToken"], to)

    async def tell(self, url: str, *events: webhook.Event, secret: str | None = None) -> int:
        """Send events to a webhook, signed; gives the status.

        Raises TimeoutError after LINE's two seconds, and aiohttp.ClientError.
        """
        for event in events:
            self.note(event)
        raw = webhook.body(self.bot_id, [*events])
        async with aiohttp.ClientSession() as session:
            return await webhook.deliver(session, url, secret or self.secret, raw)

    def _table(self) -> Mapping[str, Handler]:
        return {
            "replyMessage": self.reply,
            "pushMessage": self.push,
            "getMessageQuota": self.allowance,
            "getMessageQuotaConsumption": self.consumption,
            "showLoadingAnimation": self._show_loading,
            "markMessagesAsRead": self._mark_read,
            "markMessagesAsReadByToken": self._mark_read,
            "getBotInfo": self._bot_info,
            "getMessageContent": self._content,
            "leaveGroup": self._leave,
            "leaveRoom": self._leave,
            "getWebhookEndpoint": self.endpoint.get,
            "setWebhookEndpoint": self.endpoint.set,
            "testWebhookEndpoint": self.endpoint.test,
            "createRichMenu": self.menus.create,
            "getRichMenuList": self.menus.all,
            "getRichMenu": self.menus.one,
            "deleteRichMenu": self.menus.delete,
            "setRichMenuImage": self.menus.upload,
            "setDefaultRichMenu": self.menus.set_default,
            "cancelDefaultRichMenu": self.menus.cancel_default,
            "getDefaultRichMenuId": self.menus.get_default,
            "linkRichMenuIdToUser": self.menus.link,
            "unlinkRichMenuIdFromUser": self.menus.unlink,
            "getRichMenuIdOfUser": self.menus.of_user,
        }

    async def _serve(self, incoming: web.Request) -> web.StreamResponse:
        request = await _read(incoming)
        self.requests.append(request)
        answer = await self._answer(request, [*incoming.query.items()])
        if answer.hang:
            await self._over.wait()
        if (answer.cut or answer.hang) and incoming.transport is not None:
            incoming.transport.abort()
        raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        headers = {"X-Line-Request-Id": self.number(), **answer.headers}
        return web.Response(
            status=answer.status, body=raw, headers=headers, content_type=answer.content_type
        )

    async def _answer(self, request: Request, query: list[tuple[str, str]]) -> Answer:
        if self._revoked or request.headers.get("Authorization") != f"Bearer {self.token}":
            return error(401, UNAUTHORISED)
        if _PRYING.search(request.path):
            return self._violated(403, request, ["asks who somebody is or who is there"])
        operation = messaging().operation(request.method, request.path)
        if operation is None:
            return self._violated(404, request, ["LINE has no such operation"])
        problems = messaging().request(
            request.method,
            request.path,
            query=query,
            headers=request.headers,
            body=NOTHING if request.body is None else request.body,
            content_type=request.headers.get("Content-Type", "application/json"),
        ) or breaches(operation.name, request.body)
        if problems:
            return self._violated(400, request, problems)
        handler = self._handlers.get(operation.name)
        if handler is None:
            return self._violated(404, request, ["is not played by this fake"])
        answer = handler(_filled(request, operation.filled))
        answer = await answer if inspect.isawaitable(answer) else answer
        self._hold_to_contract(request, answer)
        return answer

    def _hold_to_contract(self, request: Request, answer: Answer) -> None:
        """See that the fake itself says what LINE would say."""
        if answer.status < 300 and not isinstance(answer.body, bytes) and not answer.cut:
            found = messaging().response(request.method, request.path, answer.status, answer.body)
            self.violations += [f"the fake: {request.path}: {problem}" for problem in found]

    def _violated(self, status: int, request: Request, problems: list[str]) -> Answer:
        what = f"{request.method} {request.path}"
        self.violations += [f"{what}: {problem}" for problem in problems]
        return error(status, f"The request body has {len(problems)} error(s)", *problems)

    def _show_loading(self, request: Request) -> Answer:
        chat = request.body["chatId"]
        if not chat.startswith("U"):
            return self._violated(400, request, ["only one person can be shown a loading sign"])
        self.loading.append(chat)
        return Answer(202)

    def _mark_read(self, request: Request) -> Answer:
        body = request.body
        self.read.append(body.get("markAsReadToken") or body["chat"]["userId"])
        return Answer()

    def _bot_info(self, request: Request) -> Answer:
        return Answer(
            body={
                "userId": self.bot_id,
                "basicId": "@000aaaaa",
                "displayName": "窓あかり (fictional)",
                "chatMode": "bot",
                "markAsReadMode": "auto",
            }
        )

    def _content(self, request: Request) -> Answer:
        kept = self._files.get(request.filled["messageId"])
        if kept is None:
            return error(404, "Not found")
        return Answer(body=kept[0], content_type=kept[1])

    def _leave(self, request: Request) -> Answer:
        self.left += request.filled.values()
        return Answer()


async def _read(incoming: web.Request) -> Request:
    raw = await incoming.read()
    body: Any = raw or None
    if raw and incoming.content_type == "application/json":
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw
    return Request(incoming.method, incoming.path, body, incoming.headers)


def _filled(request: Request, filled: Mapping[str, str]) -> Request:
    return Request(request.method, request.path, request.body, request.headers, filled)
