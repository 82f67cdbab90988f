"""What the relay, the clock and the channels themselves ask for."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.commands.base import NOTHING_CARRIED, Carried, Command
from bot.core.model.ids import ErrandId, MessageId
from bot.core.model.messages import Delivery
from bot.core.model.sealed import Tag
from triage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class RecordVerdict(Command[None]):
    """The second speed of triage has looked at a message; its errand is settled with it."""

    errand_id: ErrandId
    message_id: MessageId
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RecordDelivery(Command[None]):
    """The relay learned how far an outgoing message came; its errand is settled with it."""

    errand_id: ErrandId
    message_id: MessageId
    delivery: Delivery
    carried: Carried = NOTHING_CARRIED


@dataclass(frozen=True, slots=True)
class RecordNotice(Command[None]):
    """A receipt or a bell went out, or could not; its errand is settled with it."""

    errand_id: ErrandId
    message_id: MessageId
    outcome: Delivery
    bell: bool
    carried: Carried = NOTHING_CARRIED


@dataclass(frozen=True, slots=True)
class UseTicket(Command[bool]):
    """An errand begins to use a platform's token; noted before it is used.

    Returns whether it may.
    """

    errand_id: ErrandId
    tag: Tag


@dataclass(frozen=True, slots=True)
class KeepPicture(Command[None]):
    """A picture was fetched and cleaned (``picture`` is base64), or could not be (None)."""

    errand_id: ErrandId
    message_id: MessageId
    picture: str | None


@dataclass(frozen=True, slots=True)
class NoteAlive(Command[None]):
    """A channel hears its platform at this moment: nothing from before is missing."""

    channel: str


@dataclass(frozen=True, slots=True)
class EraseDue(Command[int]):
    """Erase whoever asked and has waited, and whoever has been silent for the retention time.

    Returns a count.
    """


@dataclass(frozen=True, slots=True)
class ForgetStale(Command[int]):
    """Forget expired addresses, sessions and invitations. Returns a count."""
