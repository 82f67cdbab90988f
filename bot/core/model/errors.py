"""Everything that the house may refuse, drawn as one tree.

    MadoakariError
    ├── BadInput             what was sent cannot be used; change it and send again
    │   ├── EmptyText
    │   ├── TextTooLong
    │   ├── BadEncoding
    │   ├── BodyTooLarge     more bytes than any message could have
    │   ├── KeyReused        the same idempotency key came with other words
    │   ├── PageTooOld       the page lay open too long; its form cannot open a new talk
    │   ├── UnknownPassphrase
    │   ├── WrongSignIn
    │   ├── WeakPassword
    │   ├── NoRole
    │   └── NameTaken
    ├── SlowDown             too many in too short a time; wait, then send again
    ├── NotAllowed           the role does not permit it
    ├── Refused              the thing is not in a state in which this can be done
    │   ├── NotAssigned
    │   ├── NothingWaiting
    │   ├── HandsFull
    │   ├── ConcernOpen
    │   ├── AlreadyAnswered
    │   ├── AlreadyCorrected
    │   ├── SessionExpired
    │   ├── RecordErased
    │   ├── TakenBack
    │   ├── LastAdmin
    │   ├── LinkSpent
    │   └── InvitationSpent
    ├── NotFound             no such thing, or not for you (both look the same)
    └── Sealed               words that can no longer be opened

An error that a person sees carries a text key (``bot/locale``), never a sentence, and the
values that the sentence needs; none of them is ever a person's words.
"""

from __future__ import annotations

from typing import ClassVar


class MadoakariError(Exception):
    """Base of every refusal; ``text_key`` names the sentence shown to a person."""

    text_key: ClassVar[str] = "error.unexpected"

    def __init__(self, **values: int | str) -> None:
        super().__init__(self.text_key)
        self.values = values


class BadInput(MadoakariError):
    """What was sent cannot be used."""

    text_key = "error.bad_input"


class EmptyText(BadInput):
    """Nothing was left to send after invisible characters were taken out."""

    text_key = "error.empty_text"


class TextTooLong(BadInput):
    """More characters than ``limit``."""

    text_key = "error.text_too_long"


class BadEncoding(BadInput):
    """The bytes were not valid UTF-8 text."""

    text_key = "error.bad_encoding"


class BodyTooLarge(BadInput):
    """A request body larger than anything that could be a message."""

    text_key = "error.body_too_large"


class PageTooOld(BadInput):
    """The form's key was not made here, or too long ago; load the page again."""

    text_key = "error.page_too_old"


class KeyReused(BadInput):
    """An idempotency key came a second time, with other words."""

    text_key = "error.key_reused"


class UnknownPassphrase(BadInput):
    """No talk opens with this passphrase."""

    text_key = "error.unknown_passphrase"


class WrongSignIn(BadInput):
    """Work name and password do not belong together; which one is wrong is not said."""

    text_key = "error.wrong_sign_in"


class NoRole(BadInput):
    """A member of staff without any role could do nothing."""

    text_key = "error.no_role"


class WeakPassword(BadInput):
    """A staff password shorter than ``minimum`` characters."""

    text_key = "error.weak_password"


class NameTaken(BadInput):
    """A work name that another member of staff already uses."""

    text_key = "error.name_taken"


class SlowDown(MadoakariError):
    """Too many attempts in too short a time."""

    text_key = "error.slow_down"


class NotAllowed(MadoakariError):
    """The role does not permit this act."""

    text_key = "error.not_allowed"


class Refused(MadoakariError):
    """The thing is not in a state in which this can be done."""

    text_key = "error.refused"


class NotAssigned(Refused):
    """The talk belongs to somebody else, or to nobody yet."""

    text_key = "error.not_assigned"


class NothingWaiting(Refused):
    """Nobody is waiting whom this member of staff could take."""

    text_key = "error.nothing_waiting"


class HandsFull(Refused):
    """The member of staff holds as many live talks as the role allows (R-050)."""

    text_key = "error.hands_full"


class ConcernOpen(Refused):
    """A flagged talk cannot be closed before somebody resolved the flag (R-079)."""

    text_key = "error.concern_open"


class AlreadyAnswered(Refused):
    """Somebody else was faster: the flag is already acknowledged or resolved."""

    text_key = "error.already_answered"


class AlreadyCorrected(Refused):
    """A human has corrected the verdict of this message; one correction is kept of each."""

    text_key = "error.already_corrected"


class SessionExpired(Refused):
    """The room's session is over; the passphrase opens the room again."""

    text_key = "error.session_expired"


class RecordErased(Refused):
    """The record was erased; nothing of it can be reached or added to."""

    text_key = "error.record_erased"


class TakenBack(Refused):
    """Its person took the message back; it is not taken in again."""

    text_key = "error.taken_back"


class LastAdmin(Refused):
    """The only administrator cannot be disabled."""

    text_key = "error.last_admin"


class InvitationSpent(Refused):
    """The one-time link was used before, or its time is over."""

    text_key = "error.invitation_spent"


class LinkSpent(Refused):
    """A link into the room was used before, or its time is over."""

    text_key = "error.link_spent"


class NotFound(MadoakariError):
    """No such thing, or not for this person; both look the same from outside."""

    text_key = "error.not_found"


class Sealed(MadoakariError):
    """Words whose key is gone or does not fit: they cannot be opened by anybody."""

    text_key = "error.sealed"
