"""The statements that run all day use an index, however long the house has been open.

The very statements are explained, not copies of them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import ClauseElement, Executable
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler

from bot import migrations
from bot.storage import (
    concerns,
    console_queries,
    duty_view,
    mailboxes,
    messages,
    people,
    platforms,
    reach,
    relay_queries,
    room_reads,
    talks,
)
from bot.storage.engine import make_engine

STATEMENTS: dict[str, tuple[Executable, str]] = {
    "next": (talks._NEXT, "ix_talks_queue"),
    "held by": (talks._HELD_BY, "ix_talks_holder"),
    "talk of a person": (talks._OF_PERSON, "talks_"),
    "open concern": (concerns._OPEN_OF, "uq_concerns_open"),
    "message": (messages._GET, "messages_"),
    "seen": (messages._SEEN, "messages_"),
    "recall": (mailboxes._RECALL, "seen_events_"),
    "forget words": (mailboxes._FORGET_WORDS, "ix_seen_events_row_id"),
    "claim by a carrier": (mailboxes._HEADS, "ix_errands_carrier_due_at"),
    "claim, head of the lane": (mailboxes._HEADS, "ix_errands_lane_turn"),
    "cancel": (mailboxes._CANCEL, "ix_errands_talk_id_carrier"),
    "undelivered by that": (mailboxes._UNDELIVERED, "ix_errands_talk_id_carrier"),
    "move events": (mailboxes._MOVE, "ix_seen_events_person_id"),
    "move errands": (mailboxes._MOVE_ERRANDS, "ix_errands_talk_id_carrier"),
    "all messages": (messages._ALL, "messages_"),
    "notes": (talks._NOTES, "ix_notes_talk_id"),
    "hasten": (mailboxes._HASTEN, "ix_errands_talk_id_carrier"),
    "latest heard": (messages._HEARD, "messages_"),
    "address": (people._AT, "addresses_"),
    "all addresses": (people._ALL_OF, "ix_addresses_person_id"),
    "reach": (reach._ADDRESSES, "ix_addresses_person_id"),
    "messengers": (room_reads._MESSENGERS, "ix_addresses_person_id"),
    "stale tickets": (platforms._FORGET_TICKETS, "ix_tickets_expires_at"),
    "stale links": (platforms._FORGET_LINKS, "ix_room_links_expires_at"),
    "old pictures": (platforms._FORGET_PICTURES, "ix_pictures_at"),
    "free pass": (relay_queries.FREE, "ix_tickets_person_id"),
    "read mark": (relay_queries.READ_MARK, "ix_tickets_message_id"),
    "to carry": (relay_queries.MESSAGE, "ix_seen_events_row_id"),
    "known addresses": (relay_queries.KNOWN, "addresses_"),
    "picture for staff": (console_queries.PICTURE, "pictures_"),
    "passphrase": (people._BY_PASSPHRASE, "passphrases_"),
    "first lines": (room_reads.FIRST_LINES, "messages_"),
    "last lines": (room_reads.LAST_LINES, "messages_"),
    "whose": (room_reads._WHOSE, "addresses_"),
    "waits": (duty_view._WAITS, "ix_talks_first_answered_at"),
    "before": (relay_queries.EARLIER, "messages_"),
    "console lines": (console_queries.LAST_LINES, "messages_"),
    "mine": (console_queries.MINE, "ix_talks_holder"),
    "live": (console_queries.LIVE, "ix_talks_holder"),
    "queue": (console_queries.QUEUE, "ix_talks_queue"),
    "flagged": (console_queries.FLAGGED, "uq_concerns_open"),
    "alarms": (console_queries.ALARMS, "uq_concerns_open"),
}
SORTED_BY_HAND = {
    *("held by", "mine", "live", "flagged", "alarms"),
    *("notes", "undelivered by that", "all addresses", "reach", "messengers", "free pass"),
}
"""Short lists: what somebody holds, open flags, and what one person has of anything."""


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    url = f"sqlite+aiosqlite:///{tmp_path}/plans.sqlite3"
    await migrations.upgrade(url)
    engine = make_engine(url)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_daily_statement_uses_an_index(engine: AsyncEngine, name: str) -> None:
    statement, index = STATEMENTS[name]
    assert isinstance(statement, ClauseElement)
    compiled = statement.compile(dialect=engine.dialect)
    assert isinstance(compiled, SQLCompiler)
    sql = re.sub(r"__\[POSTCOMPILE_\w+\]", "?", str(compiled))  # a list of one
    values = tuple(1 for _ in compiled.positiontup or ())
    async with engine.connect() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        steps = [str(list(row)[3]) for row in plan]
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and "INDEX" not in step], steps
    if name not in SORTED_BY_HAND:
        assert not [step for step in steps if "TEMP B-TREE" in step], steps
