"""Reading a form from outside: bounded, strictly UTF-8, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from bot.core.model.errors import BadEncoding, BadInput, BodyTooLarge

MAX_FIELDS = 40
MAX_BYTES = 64 * 1024  # a message of 2,000 characters is at most 24,000 bytes urlencoded
_FORM = "application/x-www-form-urlencoded"


async def read_form(request: web.Request, *, max_bytes: int = MAX_BYTES) -> Mapping[str, str]:
    """The fields of an urlencoded form; the last one of a name counts.

    Raises ``BodyTooLarge`` before more than ``max_bytes`` were read, ``BadEncoding`` for bytes
    that are not UTF-8 and ``BadInput`` for anything that is no form.
    """
    if request.content_type != _FORM:
        raise BadInput
    return parse_form(await read_body(request, max_bytes=max_bytes))


async def read_body(request: web.Request, *, max_bytes: int) -> bytes:
    """The raw body. Raises ``BodyTooLarge`` before more than ``max_bytes`` were kept."""
    if (request.content_length or 0) > max_bytes:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge
    return bytes(body)


def parse_form(body: bytes) -> Mapping[str, str]:
    """The fields in ``body``. Raises ``BadEncoding`` or ``BadInput``."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise BadEncoding from error
    except ValueError as error:
        raise BadInput from error
    return dict(pairs)
