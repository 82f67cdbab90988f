"""Units of work that share one durable commit.

Works wait in a line. The first to come opens the line: one transaction, each work in a
savepoint of its own, one commit, and only then is anybody told. Whoever comes meanwhile is in
the next transaction, so that nobody waits for company and a rush costs few commits.

All works of a process run one after the other. Other processes run beside it; what they
collide with, the database refuses, and then each work of the group is tried again alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model.events import Event
from bot.core.ports.store import (
    Concerns,
    Labels,
    Mailroom,
    Messages,
    People,
    Platforms,
    StaffRoom,
    Talks,
    UnitOfWork,
    Units,
)
from bot.storage.concerns import SqlConcerns
from bot.storage.engine import write_back, writing
from bot.storage.labels import SqlLabels
from bot.storage.mailboxes import SqlMailroom
from bot.storage.messages import SqlMessages
from bot.storage.people import SqlPeople
from bot.storage.platforms import SqlPlatforms
from bot.storage.staff import SqlStaffRoom
from bot.storage.statements import Overtaken
from bot.storage.talks import SqlTalks

Result = TypeVar("Result")
Work = Callable[[UnitOfWork], Awaitable[Any]]

TRIES: Final = 5
"""How often one work is begun when other processes get in its way."""

_COLLISIONS: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class StoreClosed(RuntimeError):
    """A work came after ``close``."""


class SqlUnit:
    """Implements ``bot.core.ports.store.UnitOfWork`` over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._people = SqlPeople(connection)
        self._messages = SqlMessages(connection)
        self._platforms = SqlPlatforms(connection)
        self.people: People = self._people
        self.talks: Talks = SqlTalks(connection)
        self.messages: Messages = self._messages
        self.concerns: Concerns = SqlConcerns(connection)
        self.labels: Labels = SqlLabels(connection)
        self.staff: StaffRoom = SqlStaffRoom(connection)
        self.mail: Mailroom = SqlMailroom(connection)
        self.platforms: Platforms = self._platforms
        self.events: list[Event] = []

    @property
    def shredded(self) -> bool:
        """Whether somebody's record, a message's words or a picture went in this unit."""
        return self._people.shredded or self._messages.emptied or self._platforms.emptied

    def publish(self, event: Event) -> None:
        """Note an event."""
        self.events.append(event)


class _Place:
    """A work in the line, and what came of it so far."""

    __slots__ = ("error", "events", "future", "result", "shredded", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.future: asyncio.Future[tuple[Any, tuple[Event, ...]]] = (
            asyncio.get_running_loop().create_future()
        )
        self.result: Any = None
        self.events: tuple[Event, ...] = ()
        self.error: BaseException | None = None
        self.shredded = False

    async def attempt(self, connection: AsyncConnection) -> None:
        """Do the work once; nothing is told to anybody."""
        unit = SqlUnit(connection)
        self.result, self.events, self.error = None, (), None
        self.result = await self.work(unit)
        self.events, self.shredded = tuple(unit.events), unit.shredded

    def tell(self) -> None:
        """Tell the caller, unless they have gone."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result((self.result, self.events))
        elif isinstance(self.error, Exception):
            self.future.set_exception(self.error)
        else:  # the whole process is ending
            self.future.cancel()


class _Caught:
    """Keeps whatever a work raises for its own caller, so that the others can go on.

    A collision is nobody's answer: it goes through, and the group is begun again.
    """

    def __init__(self, place: _Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Exception) or _collided(error):
            return False
        self._place.error = error
        return True


class _Told:
    """Tells everybody in a transaction how it ended; nobody waits for ever.

    Only a collision is kept back, in ``collided``, while there are tries left.
    """

    def __init__(self, group: list[_Place], *, tries_left: int) -> None:
        self._group = group
        self._tries_left = tries_left
        self.collided = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if self._tries_left and _collided(error):
            self.collided = True
            return True
        for place in self._group:
            place.error = error or place.error
            place.tell()
        return isinstance(error, Exception)


class GroupedUnits:
    """Implements ``bot.core.ports.store.Units`` with group commit."""

    def __init__(self, engine: AsyncEngine, *, max_group: int = 64) -> None:
        self._engine = writing(engine)
        self._max_group = max_group
        self._line: deque[_Place] = deque()
        self._serving: asyncio.Future[None] | None = None
        self._closed = False
        # What was destroyed may still lie in the log; also from before a crash.
        self._to_write_back = True

    async def run(
        self, work: Callable[[UnitOfWork], Awaitable[Result]]
    ) -> tuple[Result, tuple[Event, ...]]:
        """Run ``work`` and return, after the durable commit, its result and events.

        Raises whatever ``work`` raised, the database's error where the commit failed, and
        ``StoreClosed``. A caller that is cancelled may still have its work committed.
        """
        if self._closed:
            raise StoreClosed("the store is closed")
        place = _Place(work)
        self._line.append(place)
        if self._serving is None or self._serving.done():
            # Not this caller's own coroutine: it may be cancelled, the line may not.
            self._serving = asyncio.ensure_future(self._serve())
        return await place.future

    async def close(self) -> None:
        """Finish everything that was taken in, refuse what comes from now on."""
        self._closed = True
        if self._serving is not None:
            await self._serving

    async def _serve(self) -> None:
        try:
            while self._line:
                await self._serve_group(self._next_group())
                await self._forget()
        finally:
            for place in self._line:  # none, unless the whole process is ending
                place.future.cancel()
            self._line.clear()

    async def _forget(self) -> None:
        """Let the log forget too; where a reader is in the way, after the next group."""
        if self._to_write_back:
            self._to_write_back = not await write_back(self._engine)

    def _next_group(self) -> list[_Place]:
        size = min(len(self._line), self._max_group)
        group = [self._line.popleft() for _ in range(size)]
        return [place for place in group if not place.future.done()]

    async def _serve_group(self, group: list[_Place]) -> None:
        if not group:
            return
        with _Told(group, tries_left=TRIES) as told:
            await self._transact(group)
        if told.collided:
            for place in group:
                await self._serve_alone(place)

    async def _serve_alone(self, place: _Place) -> None:
        for tries_left in reversed(range(TRIES)):
            with _Told([place], tries_left=tries_left) as told:
                await self._transact([place])
            if not told.collided:
                return

    async def _transact(self, group: list[_Place]) -> None:
        async with self._engine.begin() as connection:
            await self._attempt_all(group, connection)
        self._to_write_back = self._to_write_back or any(place.shredded for place in group)

    async def _attempt_all(self, group: list[_Place], connection: AsyncConnection) -> None:
        if len(group) == 1:
            await group[0].attempt(connection)
            return
        for place in group:
            with _Caught(place):
                async with connection.begin_nested():
                    await place.attempt(connection)


def _collided(error: BaseException | None) -> bool:
    if isinstance(error, Overtaken):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in _COLLISIONS


_: type[Units] = GroupedUnits
