"""The aiohttp application: mounts, headers, health, metrics, and plain error pages.

No stack trace and no header of a request ever leaves the house; what a person sees is one
sentence from the locale.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.core.model.errors import MadoakariError
from bot.core.ports.console import ChannelStatus
from bot.http.forms import MAX_BYTES
from bot.http.headers import add_security_headers
from triage.judge import READY

log = structlog.get_logger()

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
_PAGE = (
    '<!doctype html><html lang="{locale}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>{title}</title>'
    '<main><p>{sentence}</p><p><a href="{back}">{back_words}</a></p></main></html>'
)


@dataclass(slots=True)
class Health:
    """Whether the service may be sent people. ``check`` raises where the store is away.

    ``members`` of triage with their states: one that is not ready keeps nobody out.
    """

    check: Callable[[], Awaitable[object]]
    channels: Callable[[], Sequence[ChannelStatus]] = tuple
    members: Mapping[str, str] = field(default_factory=dict)
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class WebParts:
    """Everything that the application is made from."""

    routes: Iterable[web.AbstractRouteDef]
    health: Health
    say: Callable[..., str]
    title: str
    metrics_page: Callable[[], bytes]
    count_answer: Callable[[str, int], None]
    metrics_token: str | None = None
    locales: tuple[str, ...] = field(default=("ja", "en"))


def make_app(parts: WebParts) -> web.Application:
    """Build the application."""
    app = web.Application(
        middlewares=[_counting(parts), _refusing_when_stopping(parts), _plain_errors(parts)],
        client_max_size=MAX_BYTES,
        handler_args={"access_log": None, "max_line_size": 8190, "max_field_size": 8190},
    )
    app.on_response_prepare.append(add_security_headers)
    app.add_routes(list(parts.routes))
    app.add_routes(
        [
            web.get("/healthz", _alive),
            web.get("/readyz", _ready(parts.health)),
            web.get("/metrics", _metrics(parts)),
        ]
    )
    return app


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _ready(health: Health) -> Handler:
    async def ready(_: web.Request) -> web.Response:
        if health.stopping:
            return web.Response(status=503, text="stopping\n")
        try:
            await health.check()
        except Exception as error:  # an edge: whatever ails the store, the answer is 'not ready'
            log.error("not_ready", error=type(error).__name__)
            return web.Response(status=503, text="store away\n")
        channels = [f"{each.name} {each.health.condition}\n" for each in health.channels()]
        return web.Response(text="".join(["ready\n", *channels, *_triage(health.members)]))

    return ready


def _triage(members: Mapping[str, str]) -> Iterator[str]:
    if members:
        whole = all(state == READY for state in members.values())
        yield f"triage {READY if whole else 'degraded'}\n"
    for name, state in members.items():
        yield f"triage.{name} {state}\n"


def _metrics(parts: WebParts) -> Handler:
    async def metrics(request: web.Request) -> web.Response:
        if not _may_read_metrics(request, parts.metrics_token):
            raise web.HTTPNotFound
        return web.Response(body=parts.metrics_page(), content_type="text/plain", charset="utf-8")

    return metrics


def _may_read_metrics(request: web.Request, token: str | None) -> bool:
    """With a token: whoever shows it. Without: this machine, and not through a proxy."""
    if token is not None:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), token.encode())
    proxied = any(name in request.headers for name in _FORWARDED)
    return request.remote in _LOOPBACK and not proxied


def _counting(parts: WebParts) -> Middleware:
    @web.middleware
    async def counting(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        resource = request.match_info.route.resource
        parts.count_answer(resource.canonical if resource else "none", response.status)
        return response

    return counting


def _refusing_when_stopping(parts: WebParts) -> Middleware:
    @web.middleware
    async def refusing(request: web.Request, handler: Handler) -> web.StreamResponse:
        if parts.health.stopping and request.path not in {"/healthz", "/readyz"}:
            return _page(request, parts, 503, "error.restarting")
        return await handler(request)

    return refusing


def _plain_errors(parts: WebParts) -> Middleware:
    @web.middleware
    async def plain(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as answer:
            if answer.status < HTTPStatus.BAD_REQUEST:
                raise
            known = {
                404: "error.no_such_page",
                405: "error.no_such_page",
                413: "error.body_too_large",
            }
            return _page(request, parts, answer.status, known.get(answer.status, "error.bad_input"))
        except MadoakariError as error:
            return _page(request, parts, 400, error.text_key, **error.values)
        except (ConnectionError, web.GracefulExit):
            raise
        except Exception as error:  # an edge: a visitor never sees what went wrong inside
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            line = where.tb_lineno if where is not None else 0
            log.error("request_failed", error=type(error).__name__, line=line)
            return _page(request, parts, 500, "error.unexpected")

    return plain


def _page(
    request: web.Request, parts: WebParts, status: int, key: str, **values: int | str
) -> web.Response:
    locale = request.query.get("lang", parts.locales[0])
    locale = locale if locale in parts.locales else parts.locales[0]
    sentence = parts.say(key, locale, **values)
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response({"error": sentence}, status=status)
    back = "/console" if request.path.startswith("/console") else "/"
    text = _PAGE.format(
        locale=locale,
        title=escape(parts.title),
        sentence=escape(sentence),
        back=back,
        back_words=escape(parts.say("error.go_back", locale)),
    )
    return web.Response(status=status, text=text, content_type="text/html")
