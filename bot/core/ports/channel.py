"""What a channel is, and what it is handed.

A channel translates and carries; it decides nothing and stores nothing. It is found by
scanning ``channels/*`` for ``SPEC``; no list is edited to add one (``channels/README.md``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Protocol, TypeVar

from bot.core.model.messages import Capabilities, Outbound
from bot.core.ports.door import Answer, Button, Door
from bot.core.ports.live import LiveFeed
from bot.core.ports.reads import RoomReads

__all__ = [
    "Answer",
    "Button",
    "Capabilities",
    "Channel",
    "ChannelSpec",
    "Chore",
    "Condition",
    "Door",
    "Fetches",
    "Finding",
    "FormKeys",
    "Handed",
    "Health",
    "Hotline",
    "MarksRead",
    "Meter",
    "Outcome",
    "Pass",
    "PictureAway",
    "Sent",
    "ShowsTyping",
    "own_settings",
]

OwnSettings = TypeVar("OwnSettings")


class Outcome(StrEnum):
    """What became of a sending; named by what to do next."""

    DELIVERED = "delivered"  # the platform or the page has it: nothing more to do
    IN_ROOM = "in_room"  # lies ready in the web room: the page will fetch it
    LATER = "later"  # a passing trouble: try again with the same key
    HELD = "held"  # the platform takes no more this month: staff are told, it waits
    GONE = "gone"  # blocked or left: stop, tell staff
    REJECTED = "rejected"  # will never work as it is: stop, tell staff


@dataclass(frozen=True, slots=True)
class Pass:
    """A platform's token for one free answer. ``begun``: an earlier try may have used it.

    A begun pass that the platform refuses before ``until`` was used by that try.
    """

    token: str
    until: datetime
    begun: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The answer of ``Channel.send``.

    ``free`` and ``paid`` are calls that the platform counted. ``pass_spent``: the pass was used,
    or is no good. ``wait_s``: seconds before the next try, where the platform named them.
    """

    outcome: Outcome
    free: int = 0
    paid: int = 0
    pass_spent: bool = False
    wait_s: float | None = None


class Condition(StrEnum):
    """How a channel is."""

    OK = "ok"
    STARTING = "starting"
    SLOWED = "slowed"  # the platform asks for patience
    TROUBLE = "trouble"  # it tries again by itself


@dataclass(frozen=True, slots=True)
class Meter:
    """What a platform lets through in a month, and how much of it is used."""

    limit: int | None  # None: no limit
    used: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel is, for ``/readyz``, metrics and the supervisor's screen.

    ``why`` is the last part of a text key, ``channel.why.<why>``; empty where all is well.
    """

    condition: Condition
    why: str = ""
    since: datetime | None = None
    meter: Meter | None = None


WELL: Final = Health(Condition.OK)


class Channel(Protocol):
    """A running channel."""

    name: str
    capabilities: Capabilities
    bell_only: bool  # room mode: no word of any talk goes out here (decision 4)

    async def send(
        self, address: str | None, outbound: Outbound, *, key: str, free: Pass | None = None
    ) -> Sent:
        """Carry ``outbound``. Called by the relay, outside any transaction, maybe repeatedly.

        ``key`` (26 characters, a ULID) is the same for every try of the same message, ``free``
        the same pass. ``address`` is None where the channel keeps none (web). Ends within 20 s.
        Raises nothing for what a platform may answer.
        """
        ...

    def health(self) -> Health:
        """How it is at this moment, from memory; asks nobody."""
        ...

    def routes(self) -> Sequence[Any]:
        """Route definitions for aiohttp of this channel; empty where it has none."""
        ...

    async def start(self) -> None:
        """Called once before the service accepts requests. Must not wait for a network.

        What it has to do by itself it runs by ``Handed.spawn``.
        """
        ...

    async def stop(self) -> None:
        """Called once at a graceful stop; ends streams within two seconds."""
        ...


class ShowsTyping(Protocol):
    """A channel with ``Capabilities.shows_typing``."""

    async def show_typing(self, address: str) -> None:
        """Show that somebody is writing. Best effort: raises nothing, within 5 s."""
        ...


class MarksRead(Protocol):
    """A channel with ``Capabilities.marks_read``."""

    async def mark_read(self, mark: str) -> None:
        """Set the platform's 'read' mark. Best effort: raises nothing, within 5 s."""
        ...


class PictureAway(Exception):
    """The platform cannot give the picture now; try again."""


class Fetches(Protocol):
    """A channel with ``Capabilities.fetches``."""

    async def fetch(self, picture: str, *, most: int) -> bytes | None:
        """The bytes behind ``Inbound.picture``, within 20 s; None where there are none.

        Reads at most ``most`` bytes; a larger one is None. Raises ``PictureAway`` for a passing
        trouble.
        """
        ...


@dataclass(frozen=True, slots=True)
class FormKeys:
    """How the web page's keys are made and checked (bound in wiring)."""

    issue: Callable[[datetime], str]
    genuine: Callable[[str, datetime], bool]
    room_token: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Hotline:
    """A line that may be named to people (``bot/safety/hotlines.json``)."""

    id: str
    name: str
    phone: str
    hours: str
    purpose: str
    charged: bool
    open_now: bool | None  # None where nobody can say for certain


def _nobody_spawns(work: Coroutine[Any, Any, None], name: str) -> None:
    work.close()
    raise RuntimeError(f"nobody runs {name} here")


@dataclass(frozen=True, slots=True)
class Handed:
    """Everything that a channel is made from."""

    door: Door
    rooms: RoomReads
    live: LiveFeed
    form_keys: FormKeys
    hotlines: Callable[[str, datetime], Sequence[Hotline]]  # locale, now
    settings: Any  # bot.settings.Settings; a channel reads only what all share
    fiction: bool = False  # a demo: every page says so
    own: Any = None  # the channel's own settings, made by ``ChannelSpec.settings``
    spawn: Callable[[Coroutine[Any, Any, None], str], object] = _nobody_spawns


def own_settings(handed: Handed, kind: type[OwnSettings]) -> OwnSettings:
    """The channel's own settings with their type. Raises ``TypeError`` for others."""
    if not isinstance(handed.own, kind):
        raise TypeError(f"these are no {kind.__name__}")
    return handed.own


@dataclass(frozen=True, slots=True)
class Finding:
    """What an operator should know: 'mend' must be mended, 'review' needs a human's eye first."""

    mark: Literal["ok", "note", "review", "mend"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that the operator may run: ``madoakari <channel> <name>``."""

    help: str
    run: Callable[[Any, Any], Awaitable[Sequence[Finding]]]  # own settings, Settings


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """How a channel introduces itself, as ``SPEC`` in its package.

    ``settings`` is a pydantic model (``bot.setting_kinds.OwnSettings``): its field ``token`` is
    read from ``MADOAKARI_<NAME>_TOKEN``. The package must be cheap to import: a network's SDK
    is imported by ``make`` and by chores, never before.

    Texts of the channel lie in its folder ``locale/{ja,en}.toml``; they begin with
    ``channel.<name>.``: ``label``, ``police_can`` and ``police_cannot`` (R-078) must be there.
    """

    name: str
    make: Callable[[Handed], Channel]
    configured: Callable[[Any], bool]  # own settings -> whether to start it
    settings: type[Any] | None = None
    examine: Callable[[Any, Any], Awaitable[Sequence[Finding]]] | None = None  # for the doctor
    chores: Mapping[str, Chore] = field(default_factory=dict)
