"""Refusals on the way out: which status, and the two that only a console has."""

from __future__ import annotations

from typing import Final

from bot.core.model.errors import (
    BadInput,
    MadoakariError,
    NotAllowed,
    NotFound,
    Refused,
    Sealed,
    SlowDown,
)


class SignedOut(MadoakariError):
    """Nobody is signed in with this cookie: it ended, or the account was disabled."""

    text_key = "error.session_expired"


class ForgedForm(NotAllowed):
    """The form does not carry this session's seal: it was not made by a page of ours."""

    text_key = "console.form_not_ours"


class PasswordsDiffer(BadInput):
    """The password and its repetition are not the same."""

    text_key = "console.passwords_differ"


class ChooseOne(BadInput):
    """A choice was asked for and none was made."""

    text_key = "console.choose_one"


STATUS: Final[tuple[tuple[type[MadoakariError], int], ...]] = (
    (SignedOut, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Refused, 409),
    (BadInput, 400),
    (SlowDown, 429),
    (Sealed, 410),
)


def status_of(error: MadoakariError) -> int:
    """The HTTP status that says what ``error`` says; 500 for one that nobody thought of."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)
