"""Which pages listen, so that a stop ends them all and one room cannot hold too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

MOST_PER_ROOM: Final = 5


@dataclass(slots=True, eq=False)
class Seat:
    """One open stream. ``displaced`` where a newer page of the same room took its place."""

    scope: asyncio.Timeout
    displaced: bool = False

    def end(self) -> None:
        """Wake whoever sits here, now, wherever they wait."""
        if not self.scope.expired():
            self.scope.reschedule(0)


class Streams:
    """The open streams of all rooms."""

    def __init__(self) -> None:
        self._rooms: dict[str, list[Seat]] = {}
        self._stopped = False

    def __len__(self) -> int:
        return sum(len(seats) for seats in self._rooms.values())

    @asynccontextmanager
    async def sit(self, room: str) -> AsyncIterator[Seat]:
        """A seat for as long as the block runs; it ends quietly where the seat was ended."""
        scope = asyncio.timeout(0 if self._stopped else None)
        seat = Seat(scope)
        seats = self._rooms.setdefault(room, [])
        seats.append(seat)
        if len(seats) > MOST_PER_ROOM:
            seats[0].displaced = True
            seats[0].end()
        try:
            async with scope:
                yield seat
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._leave(room, seat)

    def stop(self) -> None:
        """End every stream, and every one that comes later."""
        self._stopped = True
        for seats in list(self._rooms.values()):
            for seat in list(seats):
                seat.end()

    def _leave(self, room: str, seat: Seat) -> None:
        seats = self._rooms.get(room, [])
        if seat in seats:
            seats.remove(seat)
        if not seats:
            self._rooms.pop(room, None)
