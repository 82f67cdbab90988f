"""Units of work whose commits are shared.

One INSERT in a transaction of its own costs some forty times its share of a transaction of
fifty. So works that arrive while a commit is under way wait for it and go together into the
next one, each behind a savepoint of its own; a work that arrives alone starts at once. Callers
hear of success only after the common commit is on disk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.model.events import Event
from bot.core.ports.store import (
    Concerns,
    Mailroom,
    Messages,
    People,
    StaffRoom,
    Talks,
    UnitOfWork,
)
from bot.storage.mailboxes import MailroomSql
from bot.storage.people import PeopleSql
from bot.storage.staff_room import StaffRoomSql
from bot.storage.talks import ConcernsSql, MessagesSql, TalksSql

Result = TypeVar("Result")
Work = Callable[[UnitOfWork], Awaitable[Any]]

MOST_TOGETHER = 64
MOST_TRIES = 3  # a deadlock or a busy database is tried again so often


class StoreClosed(RuntimeError):
    """The service is stopping; nothing new is taken."""


class SqlUnit:
    """One unit of work over a connection. Implements ``UnitOfWork``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.people: People = PeopleSql(connection)
        self.talks: Talks = TalksSql(connection)
        self.messages: Messages = MessagesSql(connection)
        self.concerns: Concerns = ConcernsSql(connection)
        self.staff: StaffRoom = StaffRoomSql(connection)
        self.mail: Mailroom = MailroomSql(connection)
        self.events: list[Event] = []

    def publish(self, event: Event) -> None:
        """Note an event."""
        self.events.append(event)


class _Ticket:
    """A work, its caller's future, and what it has left so far."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.tries = 0
        self.left: tuple[Any, tuple[Event, ...]] | None = None
        self.future: asyncio.Future[tuple[Any, tuple[Event, ...]]] = (
            asyncio.get_running_loop().create_future()
        )

    def succeed(self) -> None:
        if not self.future.done() and self.left is not None:
            self.future.set_result(self.left)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class GroupedUnits:
    """Implements ``bot.core.ports.store.Units`` with one writer per process."""

    def __init__(self, engine: AsyncEngine, *, most_together: int = MOST_TOGETHER) -> None:
        self._engine = engine.execution_options(writer=True)
        self._most = most_together
        self._waiting: deque[_Ticket] = deque()
        self._writer: asyncio.Future[None] | None = None
        self._closed = False

    async def run(
        self, work: Callable[[UnitOfWork], Awaitable[Result]]
    ) -> tuple[Result, tuple[Event, ...]]:
        """Run ``work`` in a unit and return after the durable commit.

        A caller who is cancelled while waiting may find the work done or not; its idempotency
        key tells. Raises what ``work`` raises, and ``StoreClosed`` during a stop.
        """
        if self._closed:
            raise StoreClosed
        ticket = _Ticket(work)
        self._waiting.append(ticket)
        if self._writer is None or self._writer.done():
            # Part of a commit, not a background task: it ends when nobody waits any more.
            self._writer = asyncio.ensure_future(self._write())
        return await ticket.future

    async def close(self) -> None:
        """Take nothing new and finish what was taken."""
        self._closed = True
        if self._writer is not None:
            await self._writer

    async def _write(self) -> None:
        while self._waiting:
            size = min(len(self._waiting), self._most)
            group = [self._waiting.popleft() for _ in range(size)]
            group = [ticket for ticket in group if not ticket.future.cancelled()]
            try:
                await self._commit_together(group)
            except BaseException as error:
                for ticket in group:
                    ticket.fail(error)
                if not isinstance(error, Exception):
                    raise

    async def _commit_together(self, group: list[_Ticket]) -> None:
        async with self._engine.connect() as connection, connection.begin() as transaction:
            done = [ticket for ticket in group if await self._try(ticket, connection)]
            if done:
                await transaction.commit()
            else:
                await transaction.rollback()
        for ticket in done:
            ticket.succeed()

    async def _try(self, ticket: _Ticket, connection: AsyncConnection) -> bool:
        """Run one work behind a savepoint. A refusal undoes this work alone."""
        ticket.tries += 1
        unit = SqlUnit(connection)
        savepoint = await connection.begin_nested()
        try:
            result = await ticket.work(unit)
            await savepoint.commit()
        except DBAPIError as error:
            await savepoint.rollback()
            if ticket.tries >= MOST_TRIES:
                ticket.fail(error)
            else:
                self._waiting.append(ticket)
            return False
        except Exception as error:  # a refusal goes to its caller, whatever it is
            await savepoint.rollback()
            ticket.fail(error)
            return False
        ticket.left = (result, tuple(unit.events))
        return True
