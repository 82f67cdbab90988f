"""How channels are, in words for staff. No channel is known here by its name.

What a channel is called and what it can tell the police are texts of its own; a channel that
brings none is called by its name, and promises nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.model.mail import Sendings
from bot.core.model.meter import FULL_PERCENT, Filling, filling, forecast, percent_used
from bot.core.ports.channel import Condition, Meter
from bot.core.ports.console import ChannelStatus
from bot.core.ports.reads import Reach
from moderator_ui.call import Call

QUOTA: Final = "quota"
"""The reason of a channel whose platform takes no more this month (``channel.why.quota``)."""


@dataclass(frozen=True, slots=True)
class ReachWords:
    """Where an answer would go, as its writer must know before they write."""

    channel: str
    bell_only: bool
    left: bool
    cares: tuple[str, ...]
    police_can: str
    police_cannot: str


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A month's allowance: ``percent`` and ``limit`` are None where there is no limit."""

    used: int
    limit: int | None
    percent: int | None
    forecast: int
    filling: Filling

    @property
    def will_do(self) -> bool:
        """Whether the month ends within the allowance, if it goes on like this."""
        return self.limit is None or self.forecast <= self.limit


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel on the supervisors' page; ``status`` is None where it is switched off."""

    channel: str
    status: ChannelStatus | None
    sendings: Sendings | None
    meter: MeterRow | None
    why: str
    police_can: str
    police_cannot: str


def label(call: Call, name: str) -> str:
    """What a channel is called."""
    return _own_words(call, name, "label", name)


def reach_words(call: Call, reach: Reach) -> ReachWords:
    """Where an answer of the open talk would go, and what stands in its way."""
    status = _status(call, reach.channel)
    bell_only = reach.bell_only or (status is not None and status.bell_only)
    cares = () if reach.left else tuple(_cares(call, reach.channel, status, bell_only=bell_only))
    can, cannot = _police(call, reach.channel)
    return ReachWords(label(call, reach.channel), bell_only, reach.left, cares, can, cannot)


def troubles(call: Call) -> tuple[str, ...]:
    """One sentence for each channel that somebody should look after, and for each that is full."""
    return tuple(
        sentence for status in call.house.parts.channels() for sentence in _troubles(call, status)
    )


def channel_rows(call: Call, sendings: list[Sendings]) -> list[ChannelRow]:
    """Every running channel, and whatever else was sent by this month."""
    statuses = {status.name: status for status in call.house.parts.channels()}
    counted = {each.channel: each for each in sendings}
    return [
        _row(call, name, statuses.get(name), counted.get(name))
        for name in [*statuses, *sorted(counted.keys() - statuses.keys())]
    ]


def _row(
    call: Call, name: str, status: ChannelStatus | None, sendings: Sendings | None
) -> ChannelRow:
    meter = status.health.meter if status is not None else None
    row = _meter_row(call, meter) if meter is not None else None
    why = _why(call, status) if status is not None else ""
    return ChannelRow(label(call, name), status, sendings, row, why, *_police(call, name))


def _meter_row(call: Call, meter: Meter) -> MeterRow:
    return MeterRow(
        meter.used,
        meter.limit,
        percent_used(used=meter.used, limit=meter.limit),
        forecast(meter.used, call.now),
        filling(used=meter.used, limit=meter.limit),
    )


def _status(call: Call, name: str) -> ChannelStatus | None:
    return next((each for each in call.house.parts.channels() if each.name == name), None)


def _cares(
    call: Call, name: str, status: ChannelStatus | None, *, bell_only: bool
) -> Iterator[str]:
    channel = label(call, name)
    if status is None:
        yield call.say("console.reach_off", channel=channel)
        return
    how_full = _filling(status)
    if how_full is Filling.FULL:
        key = "console.reach_full_bell" if bell_only else "console.reach_full"
        yield call.say(key, channel=channel)
    elif how_full is Filling.NEAR:
        yield call.say("console.reach_near", channel=channel, percent=_percent(status))
    if status.health.why == QUOTA:
        return
    if status.health.condition is Condition.TROUBLE:
        yield call.say("console.reach_trouble", channel=channel)
    elif status.health.condition is Condition.SLOWED:
        yield call.say("console.reach_slowed", channel=channel)


def _troubles(call: Call, status: ChannelStatus) -> Iterator[str]:
    channel, how_full = label(call, status.name), _filling(status)
    if status.health.condition is Condition.TROUBLE and status.health.why != QUOTA:
        yield call.say("console.desk_trouble", channel=channel)
    if how_full is Filling.FULL:
        yield call.say("console.desk_full", channel=channel)
    elif how_full is Filling.NEAR:
        yield call.say("console.desk_near", channel=channel, percent=_percent(status))


def _filling(status: ChannelStatus) -> Filling:
    """The platform's own refusal counts for more than what the meter says."""
    if status.health.why == QUOTA:
        return Filling.FULL
    meter = status.health.meter
    return filling(used=meter.used, limit=meter.limit) if meter is not None else Filling.ROOM


def _percent(status: ChannelStatus) -> int:
    meter = status.health.meter
    percent = percent_used(used=meter.used, limit=meter.limit) if meter is not None else None
    return FULL_PERCENT if percent is None else percent


def _police(call: Call, name: str) -> tuple[str, str]:
    unsaid = call.say("console.police_unsaid")
    return (
        _own_words(call, name, "police_can", unsaid),
        _own_words(call, name, "police_cannot", unsaid),
    )


def _why(call: Call, status: ChannelStatus) -> str:
    return _own_words(call, "why", status.health.why, "") if status.health.why else ""


def _own_words(call: Call, name: str, word: str, otherwise: str) -> str:
    try:
        return call.say(f"channel.{name}.{word}")
    except KeyError:
        return otherwise
