"""The REST side's front: reads a request, holds it against the contract, finds who answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.memory import Refused
from tests.fakes.openapi import NOTHING, Contract

PREFIX: Final = "/api/v10"
SEND: Final = ("POST", "/channels/{channel_id}/messages")
LONGEST: Final = 2000  # characters of one message, whatever the contract says
_CONTRACT: Final = Path(__file__).parent / "contract" / "openapi.json"
# discord.py sends these; the service takes them, though its description (a preview) is silent.
_ALSO_TAKEN: Final = re.compile(r"body\[\d+\]\.nsfw: is not known|body\.tts: is not known")
_SPELLINGS: Final = {"1": "true", "True": "true", "0": "false", "False": "false"}
_SWITCHES: Final = {"with_response", "with_components", "with_localizations", "wait"}
_WITHOUT_TOKEN: Final = ("/interactions/", "/webhooks/")
_PROFILE: Final = re.compile(r"/users/(?!@me)|/users/@me/guilds|/guilds/\d+/members")


@dataclass(frozen=True)
class Call:
    """One request as it came in; ``body`` is NOTHING where there was none."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    filled: Mapping[str, str] = field(default_factory=dict)
    template: str = ""


Answerer = Callable[[Call], Awaitable[Any]]


class Front:
    """Hands requests to those who answer them, and keeps book of all that is wrong."""

    def __init__(self, token: str, violations: list[str], faults: Faults) -> None:
        self.contract = Contract.read(_CONTRACT)
        self.token: str | None = token
        self.violations = violations
        self.faults = faults
        self.retry_after = 0.05  # seconds, as a 429 says
        self.calls: list[Call] = []
        self._answerers: dict[tuple[str, str], Answerer] = {}

    def answer(self, method: str, template: str, answerer: Answerer) -> None:
        """Let ``answerer`` answer a path of the contract; it returns JSON, or None for 204."""
        self._answerers[method, template] = answerer

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one request, in the words and headers that the real service would choose."""
        try:
            call = await self._read(request)
            self._admit(request, call)
            answerer = self._find(call)
            fault = self.faults.next() if (call.method, call.template) == SEND else None
            if fault not in {None, "lost"}:
                return self._fail(fault)
            answer = await answerer(call)
        except Refused as no:
            return _json(no.status, no.body)
        if fault == "lost" and request.transport is not None:
            request.transport.abort()
        self._check_answer(call, answer)
        return web.Response(status=204) if answer is None else _json(200, answer)

    async def _read(self, request: web.Request) -> Call:
        path = request.path.removeprefix(PREFIX)
        raw = await request.read()
        kind = request.content_type
        body: Any = NOTHING
        if raw and kind != "application/json":
            self.violations.append(f"{request.method} {path}: sends {kind}")
            raise Refused(415, 50035, "Invalid Form Body")
        if raw:
            try:
                body = _ids_as_text(json.loads(raw))
            except ValueError:
                self.violations.append(f"{request.method} {path}: sends no JSON")
                raise Refused(400, 50109, "The request body contains invalid JSON.") from None
        found = self.contract.operation(request.method, path)
        filled, template = (found.filled, found.template) if found else ({}, "")
        query = {
            name: _SPELLINGS.get(value, value) if name in _SWITCHES else value
            for name, value in request.query.items()
        }
        call = Call(request.method, path, query, body, filled, template)
        self.calls.append(call)
        return call

    def _admit(self, request: web.Request, call: Call) -> None:
        needs_token = not call.path.startswith(_WITHOUT_TOKEN)
        if needs_token and (
            self.token is None or request.headers.get("Authorization") != f"Bot {self.token}"
        ):
            raise Refused(401, 0, "401: Unauthorized")
        content = call.body.get("content") if isinstance(call.body, dict) else None
        if isinstance(content, str) and len(content) > LONGEST:
            self.violations.append(f"{call.method} {call.template}: {len(content)} characters")
            raise Refused(400, 50035, "Invalid Form Body")

    def _find(self, call: Call) -> Answerer:
        if _PROFILE.match(call.path):
            self.violations.append(f"{call.method} {call.path}: a profile")
            raise Refused(404, 0, "404: Not Found")
        answerer = self._answerers.get((call.method, call.template))
        if answerer is None:
            self.violations.append(f"{call.method} {call.path}: unknown")
            raise Refused(404, 0, "404: Not Found")
        found = self.contract.request(
            call.method, call.path, query=list(call.query.items()), body=call.body
        )
        wrong = [what for what in found if not _ALSO_TAKEN.fullmatch(what)]
        if wrong:
            self.violations += [f"{call.method} {call.template}: {what}" for what in wrong]
            raise Refused(400, 50035, "Invalid Form Body")
        return answerer

    def _check_answer(self, call: Call, answer: Any) -> None:
        """Hold the fake itself against the contract too."""
        status, body = (204, NOTHING) if answer is None else (200, answer)
        wrong = self.contract.response(call.method, call.path, status, body)
        self.violations += [f"the fake, {call.method} {call.template}: {what}" for what in wrong]

    def _fail(self, fault: Fault | None) -> web.Response:
        if fault in {"500", "502"}:
            return _json(int(fault), {"message": f"{fault}: Server Error", "code": 0})
        everywhere = fault == "429 global"
        body = {
            "message": "You are being rate limited.",
            "retry_after": self.retry_after,
            "global": everywhere,
            "code": 0,
        }
        headers = {
            # Without Via a client takes it for a ban by the network in between and gives up.
            "Via": "1.1 google",
            "Retry-After": "1",
            "X-RateLimit-Scope": "global" if everywhere else "user",
        }
        return _json(429, body, headers)


def _ids_as_text(value: Any, name: str = "") -> Any:
    """``value`` with ids as text: the real service takes them as numbers too, and so does this."""
    if isinstance(value, dict):
        return {key: _ids_as_text(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_ids_as_text(inner, name) for inner in value]
    if type(value) is int and name.endswith(("_id", "_ids")):
        return str(value)
    return value


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    # The type is exact: with a charset behind it, discord.py takes the body for plain text.
    all_headers = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=all_headers)
