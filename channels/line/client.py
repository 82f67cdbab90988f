"""The one file that knows LINE's SDK. Every answer of LINE's becomes a ``Did``."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    MarkMessagesAsReadByTokenRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
    SetWebhookEndpointRequest,
    ShowLoadingAnimationRequest,
)
from linebot.v3.messaging import TestWebhookEndpointRequest as CheckWebhookEndpointRequest
from linebot.v3.messaging.exceptions import ApiException

from channels.line.calls import Did, Status
from channels.line.outbound import Json
from channels.line.settings import LineSettings

PATIENCE: Final = aiohttp.ClientTimeout(total=8.0, sock_connect=3.0)
BRIEF: Final = aiohttp.ClientTimeout(total=4.0, sock_connect=2.0)
"""For what nobody needs when it comes late."""
LONGEST_WAIT_S: Final = 3600.0
LOADING_S: Final = 20
_MONTHLY: Final = "monthly limit"
_NOBODY: Final = "failed to send"
_BY_STATUS: Final = {
    400: Status.REFUSED,
    401: Status.TOKEN,
    403: Status.TOKEN,
    404: Status.MISSING,
    409: Status.ALREADY,
    413: Status.REFUSED,
    415: Status.REFUSED,
    429: Status.RATE,
}
_STRANGE: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the SDK raises where an answer is no JSON, or not the JSON that it knows."""

logging.getLogger("linebot").setLevel(logging.WARNING)  # at DEBUG it writes what people sent


class LineClient:
    """Calls LINE. Connects within a running loop at the first call; ``close`` ends it for good."""

    def __init__(self, own: LineSettings) -> None:
        self._own, self._closed = own, False
        self._open: list[AsyncApiClient] = []
        self._api: AsyncMessagingApi | None = None
        self._blob: AsyncMessagingApiBlob | None = None

    async def close(self) -> None:
        """Let go of the connections. Safe to repeat; calls after it are answered with AWAY."""
        self._closed = True
        while self._open:
            await self._open.pop().close()
        self._api = self._blob = None

    async def reply(self, token: str, messages: Sequence[Json]) -> Did:
        """Answer an event, for nothing. A token works once."""
        request = {"replyToken": token, "messages": list(messages)}
        return await self._do(
            lambda api: api.reply_message(ReplyMessageRequest.from_dict(request), **_within())
        )

    async def push(self, user: str, messages: Sequence[Json], *, retry_key: str) -> Did:
        """Send; with the same key LINE shows it once."""
        request = PushMessageRequest.from_dict({"to": user, "messages": list(messages)})
        return await self._do(
            lambda api: api.push_message(request, x_line_retry_key=retry_key, **_within())
        )

    async def show_loading(self, user: str) -> Did:
        """Show that somebody is writing, for 20 seconds or until a message comes."""
        request = ShowLoadingAnimationRequest(chatId=user, loadingSeconds=LOADING_S)
        return await self._do(lambda api: api.show_loading_animation(request, **_within(BRIEF)))

    async def mark_read(self, mark: str) -> Did:
        """Let LINE show 'read' beside everything up to a message."""
        request = MarkMessagesAsReadByTokenRequest(markAsReadToken=mark)
        return await self._do(
            lambda api: api.mark_messages_as_read_by_token(request, **_within(BRIEF))
        )

    async def content(self, message_id: str, *, most: int) -> Did:
        """The bytes of a picture; REFUSED where there are more than ``most``.

        AWAY also while LINE still prepares them (202).
        """
        if self._closed:
            return Did(Status.AWAY)
        connected = self._blob_api().api_client
        return await _did(self._read(connected, message_id, most), bytes)

    async def _read(self, connected: AsyncApiClient, message_id: str, most: int) -> bytes:
        """The SDK's own call takes in a picture of any size; only its connection is used."""
        place = f"{self._own.blob_host}/v2/bot/message/{quote(message_id, safe='')}/content"
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await connected.rest_client.get_request(
            place, headers, _preload_content=False, **_within()
        )
        async with answer:
            if answer.status == 202:  # noqa: PLR2004  # not ready yet
                raise TimeoutError
            if answer.status != 200:  # noqa: PLR2004  # HTTP's own number
                raise ApiException(status=answer.status)
            data = bytearray()
            async for chunk in answer.content.iter_any():
                data += chunk
                if len(data) > most:
                    raise ApiException(status=413)
            return bytes(data)

    async def leave(self, place: str, *, is_group: bool) -> Did:
        """Leave a group or a room."""
        if is_group:
            return await self._do(lambda api: api.leave_group(place, **_within()))
        return await self._do(lambda api: api.leave_room(place, **_within()))

    async def bot_info(self) -> Did:
        """The account's own id."""
        return await self._do(lambda api: api.get_bot_info(**_within()), lambda b: b.user_id)

    async def quota(self) -> Did:
        """How many messages a month has; None where there is no limit."""
        return await self._do(lambda api: api.get_message_quota(**_within()), lambda b: b.value)

    async def consumption(self) -> Did:
        """How many of them are used."""
        return await self._do(
            lambda api: api.get_message_quota_consumption(**_within()), lambda b: b.total_usage
        )

    async def webhook(self) -> Did:
        """The webhook's address, and whether LINE uses it."""
        return await self._do(
            lambda api: api.get_webhook_endpoint(**_within()), lambda b: (b.endpoint, b.active)
        )

    async def set_webhook(self, url: str) -> Did:
        """Tell LINE where to send events."""
        request = SetWebhookEndpointRequest(endpoint=url)
        return await self._do(lambda api: api.set_webhook_endpoint(request, **_within()))

    async def test_webhook(self) -> Did:
        """Let LINE call the webhook; whether that went well, and its reason."""
        request = CheckWebhookEndpointRequest()
        return await self._do(
            lambda api: api.test_webhook_endpoint(request, **_within()),
            lambda b: (bool(b.success), str(b.reason)),
        )

    async def menus(self) -> Did:
        """Every menu as (id, name)."""
        return await self._do(
            lambda api: api.get_rich_menu_list(**_within()),
            lambda b: [(menu.rich_menu_id, menu.name) for menu in b.richmenus],
        )

    async def make_menu(self, shape: Json) -> Did:
        """Make a menu; its id. It has no picture yet."""
        request = RichMenuRequest.from_dict(shape)
        return await self._do(
            lambda api: api.create_rich_menu(request, **_within()), lambda b: b.rich_menu_id
        )

    async def paint_menu(self, menu: str, image: bytes, content_type: str) -> Did:
        """Give a menu its picture."""
        headers = {"Content-Type": content_type}
        if self._closed:
            return Did(Status.AWAY)
        blob = self._blob_api()
        return await _did(
            blob.set_rich_menu_image(menu, body=image, _headers=headers, **_within()), None
        )

    async def drop_menu(self, menu: str) -> Did:
        """Take a menu away."""
        return await self._do(lambda api: api.delete_rich_menu(menu, **_within()))

    async def show_menu_to_all(self, menu: str) -> Did:
        """Let everybody have a menu who has none of their own."""
        return await self._do(lambda api: api.set_default_rich_menu(menu, **_within()))

    async def default_menu(self) -> Did:
        """The menu of everybody who has none of their own; MISSING where there is none."""
        return await self._do(
            lambda api: api.get_default_rich_menu_id(**_within()), lambda b: b.rich_menu_id
        )

    async def show_menu_to(self, user: str, menu: str) -> Did:
        """Let one person have a menu of their own."""
        return await self._do(lambda api: api.link_rich_menu_id_to_user(user, menu, **_within()))

    async def hide_menu_from(self, user: str) -> Did:
        """Let one person have the menu of everybody again."""
        return await self._do(lambda api: api.unlink_rich_menu_id_from_user(user, **_within()))

    async def _do(
        self,
        call: Callable[[AsyncMessagingApi], Awaitable[Any]],
        read: Callable[[Any], Any] | None = None,
    ) -> Did:
        if self._closed:
            return Did(Status.AWAY)
        if self._api is None:
            self._api = AsyncMessagingApi(self._connect(self._own.api_host))
        return await _did(call(self._api), read)

    def _blob_api(self) -> AsyncMessagingApiBlob:
        if self._blob is None:
            self._blob = AsyncMessagingApiBlob(self._connect(self._own.blob_host))
        return self._blob

    def _connect(self, host: str) -> AsyncApiClient:
        configuration = Configuration(host=host, access_token=self._token)
        made = AsyncApiClient(configuration)
        self._open.append(made)
        return made

    @property
    def _token(self) -> str:
        token = self._own.channel_token
        return token.reveal().strip() if token is not None else ""


def _within(patience: aiohttp.ClientTimeout = PATIENCE) -> dict[str, Any]:
    return {"_request_timeout": patience}


async def _did(call: Awaitable[Any], read: Callable[[Any], Any] | None) -> Did:
    try:
        body = await call
        return Did(Status.OK, read(body) if read is not None else None)
    except ApiException as error:
        return _refused(error)
    except (aiohttp.ClientError, TimeoutError, OSError, *_STRANGE):
        return Did(Status.AWAY)


def _refused(error: ApiException) -> Did:
    status = int(error.status or 0)
    said = _message(error.body)
    if status == 429 and _MONTHLY in said:  # noqa: PLR2004  # too many requests, or none left
        return Did(Status.QUOTA)
    if status == 400 and _NOBODY in said:  # noqa: PLR2004  # LINE knows nobody there
        return Did(Status.UNREACHABLE)
    known = _BY_STATUS.get(status, Status.AWAY)
    return Did(known, said, _wait(error) if known is Status.RATE else None)


def _message(body: object) -> str:
    """LINE's own sentence about a refusal, in small letters; it names nobody."""
    try:
        read = json.loads(body) if isinstance(body, str | bytes | bytearray) else body
    except (ValueError, RecursionError):
        return ""
    said = read.get("message") if isinstance(read, dict) else ""
    return str(said).lower()


def _wait(error: ApiException) -> float | None:
    named = (error.headers or {}).get("Retry-After", "")
    told = named.isascii() and named.isdigit()  # other scripts' digits are no number to Python
    return min(float(named), LONGEST_WAIT_S) if told else None
