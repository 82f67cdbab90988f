"""How Discord reaches us: a connection that is held, and begun again whatever ends it.

An edge: whatever goes wrong with one event, one tap or one connection is logged by its class
and tried again; it stops nothing else.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.core.ports.channel import Handed
from channels.discord.catching_up import CatchUp, Look
from channels.discord.client import Line, Wire
from channels.discord.commands import choices, described
from channels.discord.inbound import Deleted, Heard, Reacted, Tapped, Wrote, number
from channels.discord.intake import Intake
from channels.discord.lanes import Lanes, Pauses
from channels.discord.mail import Mail
from channels.discord.settings import DiscordSettings
from channels.discord.state import State
from channels.discord.stored import NAME
from channels.discord.tapping import Tapping
from channels.discord.troubles import Away, BadSetup, BadToken, Closed, Refused, Trouble

log = structlog.get_logger()

_COMMANDS: Final = "/applications/{application_id}/commands"
_SYNC_S: Final = 10.0

Item = Wrote | Deleted | Reacted | Look


@dataclass
class Gateway:
    """Everything between the connection and the door. Implements ``client.Ear``."""

    handed: Handed
    own: DiscordSettings
    pauses: Pauses

    def __post_init__(self) -> None:
        door, settings = self.handed.door, self.handed.settings
        self.bell_only = self.own.mode == "room"
        self.state = State(door.now)
        self.mail = Mail(self.call, door.now)
        self._wire: Wire | None = None
        self._limit: asyncio.Timeout | None = None
        self._was_well = False  # in this connection
        self._stopped = asyncio.Event()
        self._looking = 0  # sessions whose people have still to be looked at
        self._lanes: Lanes[Item] = Lanes(self.handed.spawn, self._take_in, self.pauses)
        self._catch_up = CatchUp(self.mail)
        self._intake = Intake(
            door, self.mail, self._own_id, settings.locale, settings.pictures,
            self.pauses.sending_s,
        )  # fmt: skip
        self._tapping = Tapping(
            door, self.mail, self.call, self._application_id,
            choices(bell_only=self.bell_only), self.bell_only, settings.base_url,
        )  # fmt: skip

    # --- the connection -----------------------------------------------------------------

    async def live(self) -> None:
        """Hold a connection until ``stop``."""
        pause_s = self.pauses.first_s
        while not self._stopped.is_set():
            trouble = await self._connection()
            if self._stopped.is_set():
                return
            why = _why(trouble)
            self.state.lost(why)
            pause_s = self.pauses.first_s if self._was_well else pause_s
            await self._pause(pause_s if why == "network" else self.pauses.setup_s)
            pause_s = self.pauses.after(pause_s)

    async def stop(self) -> None:
        """End the connection."""
        self._stopped.set()
        if self._wire is not None:
            await self._wire.close()

    async def call(self, method: str, path: str, body: object = None, **more: Any) -> Any:  # noqa: ANN401  # JSON
        """One call to the API. Raises ``Trouble`` kinds."""
        if self._wire is None:
            raise Away
        try:
            answer = await self._wire.call(method, path, body, **more)
        except Trouble as trouble:
            self.state.noticed(trouble)
            raise
        self.state.worked()
        return answer

    async def _connection(self) -> BaseException | None:
        """One client's whole life; what ended it."""
        line = Line(self.own.api_host, self.own.gateway, self.pauses.identify_s)
        token = self.own.token.reveal() if self.own.token is not None else ""
        wire, self._was_well = Wire(self, line, self.handed.spawn), False
        self._wire = wire
        try:
            async with asyncio.timeout(self.pauses.patience_s) as self._limit:
                await wire.live(token)
        except Exception as error:  # an edge: a hostile frame must not end the channel
            log.warning("discord_lost", channel=NAME, error=type(error).__name__)
            return error
        finally:
            self._limit = None
            await wire.close()
        return None

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return

    # --- what the client tells ----------------------------------------------------------

    async def signed_in(self) -> None:
        """Tell Discord the commands; without them only the buttons are missing."""
        body = described(self.handed.door.say, bell_only=self.bell_only)
        try:
            async with asyncio.timeout(_SYNC_S):
                await self.call("PUT", _COMMANDS, body, application_id=self._application_id())
        except (Trouble, TimeoutError) as error:
            log.warning("discord_commands_failed", channel=NAME, error=type(error).__name__)

    def identified(self) -> None:
        """A new session."""
        self._heard_from()
        self._looking += 1
        self.handed.spawn(self._look(self._catch_up.begin()), "discord-catch-up")

    def resumed(self) -> None:
        """An old session goes on."""
        self._heard_from()

    def lost(self) -> None:
        """The library has a while to get the connection back."""
        self.state.lost("network")
        if self._limit is not None and self._limit.when() is None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self.pauses.patience_s)

    def hears(self, heard: Heard) -> None:
        """Something happened: into the lane of its channel, or answered at once."""
        if isinstance(heard, Tapped):
            self.handed.spawn(self._tapped(heard), "discord-tap")
        else:
            self._lanes.put(heard.channel_id, heard)

    def _heard_from(self) -> None:
        self.state.well()
        self._was_well = True
        if self._limit is not None:
            self._limit.reschedule(None)

    # --- what is done with it -----------------------------------------------------------

    async def _take_in(self, channel_id: int, item: Item) -> bool:
        session = self._catch_up.session
        before = item.message_id if isinstance(item, Wrote) else None
        try:
            for missed in await self._catch_up.missed(channel_id, before):
                await self._intake.write(missed.wrote, answered=missed.answered)
            self._catch_up.looked_at(channel_id, session)
            if not isinstance(item, Look):
                await self._intake.take(item)
        except Exception as error:  # an edge: it stays in its lane and is tried again
            log.warning("discord_waits", channel=NAME, error=type(error).__name__)
            return False
        return True

    async def _tapped(self, tapped: Tapped) -> None:
        try:
            await self._tapping.take(tapped)
        except Trouble as trouble:
            log.info("answer_lost", channel=NAME, error=type(trouble).__name__)
        except Exception as error:  # an edge: the store is away, and they are told
            log.warning("discord_tap_failed", channel=NAME, error=type(error).__name__)
            await self._apologise(tapped)

    async def _apologise(self, tapped: Tapped) -> None:
        try:
            await self._tapping.apologise(tapped)
        except Trouble as trouble:
            log.info("answer_lost", channel=NAME, error=type(trouble).__name__)

    async def _look(self, session: int) -> None:
        """Let everybody known be looked at, one after another."""
        pause_s, looked = self.pauses.first_s, set[str]()
        while not await self._looked(session, looked):
            await asyncio.sleep(pause_s)
            pause_s = self.pauses.after(pause_s)
        self._looking -= 1
        await self._note_alive()

    async def _looked(self, session: int, looked: set[str]) -> bool:
        try:
            since = await self.handed.door.alive_at(NAME)
            self._catch_up.know(session, since)
            if since is not None:
                await self._look_at_all(looked)
        except Exception as error:  # an edge: the store or Discord is away
            log.warning("discord_waits", channel=NAME, error=type(error).__name__)
            return False
        return True

    async def _look_at_all(self, looked: set[str]) -> None:
        async for address in self.handed.door.known_addresses(NAME):
            if address in looked or number(address) is None:
                continue
            try:
                self._lanes.put(await self.mail.channel_of(address), Look())
            except (Closed, Refused):
                log.info("discord_unreachable", channel=NAME)
            looked.add(address)
            await asyncio.sleep(self.pauses.between_s)

    async def stay_alive(self) -> None:
        """Note now and then that nothing from before is missing."""
        while True:
            await asyncio.sleep(self.pauses.alive_s)
            await self._note_alive()

    async def _note_alive(self) -> None:
        """Only where everything heard is stored: what is not is fetched again after a restart."""
        if not (self.state.listening and self._lanes.idle and not self._looking):
            return
        try:
            await self.handed.door.note_alive(NAME)
        except Exception as error:  # an edge: the store is away
            log.warning("discord_waits", channel=NAME, error=type(error).__name__)

    def _own_id(self) -> int:
        return self._wire.own_id if self._wire is not None else 0

    def _application_id(self) -> str:
        return str(self._wire.application_id or 0) if self._wire is not None else "0"


def _why(trouble: BaseException | None) -> str:
    """The end of the text key for what ended a connection."""
    if isinstance(trouble, BadToken):
        return "token"
    return "setup" if isinstance(trouble, BadSetup) else "network"
