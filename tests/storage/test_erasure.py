"""An erasure leaves nothing to read: in no column of no table, and not on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.core.model.commands import (
    CutLink,
    EraseRecord,
    Lean,
    ReplyToVisitor,
    SetPassphrase,
    TakeBack,
    TakeNext,
    WriteNote,
)
from bot.core.model.ids import PersonId, TalkId
from bot.core.model.messages import Inbound, Ticket
from bot.core.model.people import Role, SpeaksAs, Wish
from bot.core.model.sealed import Tag
from bot.storage.platform_tables import EVERYTHING
from tests.fakes.tools import MIDNIGHT
from tests.storage.conftest import HOUR, Database, House

SECRET = b"WORDS-THAT-MUST-GO"
VERIFIER = Tag(b"V" * 32)
LINK = Tag(b"L" * 32)
GIFTS = Inbound(
    channel="line",
    address="room",
    event_id="2",
    words=f"{SECRET.decode()} 4",
    ref="REF",
    ticket=Ticket("TOKEN-THAT-MUST-GO", MIDNIGHT + HOUR),
    read_mark="MARK-THAT-MUST-GO",
    picture="PICTURE-THAT-MUST-GO",
)


async def a_life(house: House) -> tuple[PersonId, TalkId]:
    """Words, an answer, a note, an address and a passphrase of one person."""
    receipt = await house.hear(f"active: {SECRET.decode()} 1", event="1", channel="line")
    akari = await house.hire("あかり", Role.COUNSELLOR)
    await house.bus.run(TakeNext(akari.staff_id))
    words = f"{SECRET.decode()} 2"
    await house.bus.run(ReplyToVisitor(akari.staff_id, receipt.talk_id, "k", words))
    await house.bus.run(WriteNote(akari.staff_id, receipt.talk_id, "n", f"{SECRET.decode()} 3"))
    await house.bus.run(SetPassphrase(receipt.person_id, VERIFIER))
    await house.bus.run(Lean(receipt.person_id, SpeaksAs.FAMILY, wish=Wish.SAME_AGE))
    await house.bus.run(CutLink(receipt.person_id, LINK, house.clock.now() + HOUR))
    await house.receive(GIFTS)
    return receipt.person_id, receipt.talk_id


async def everything(house: House) -> bytes:
    """Every column of every row."""
    async with house.engine.connect() as connection:
        tables = [
            (await connection.execute(table.select())).all() for table in EVERYTHING.sorted_tables
        ]
    return repr(tables).encode()


async def test_no_table_keeps_anything_of_an_erased_person(house: House) -> None:
    person_id, _ = await a_life(house)
    key, _ = await house.units.run(lambda unit: unit.people.key(person_id))
    person, _ = await house.units.run(lambda unit: unit.people.get(person_id))
    assert key is not None
    assert person is not None
    assert person.handle is not None
    address = house.vault.tag("address", "line\nroom")
    digests = [house.vault.tag("words", f"{SECRET.decode()} {number}") for number in (2, 3, 4)]
    gifts = [b"TOKEN-THAT-MUST-GO", b"MARK-THAT-MUST-GO", b"PICTURE-THAT-MUST-GO"]
    telling = [
        SECRET, VERIFIER, bytes(key), person.handle.encode(), address, *digests, b"self_harm",
        LINK, b"same_age", *gifts,
    ]  # fmt: skip
    before = await everything(house)
    assert all(repr(each)[2:-1].encode() in before or each in before for each in telling)
    await house.bus.run(EraseRecord(person_id))
    after = await everything(house)
    assert not [each for each in telling if repr(each)[2:-1].encode() in after or each in after]
    for action in (b"DELIVER", b"FETCH", b"RECEIPT"):
        assert action not in after  # nothing of theirs is still to be carried
    assert b"FAMILY" in after  # who wrote stays, for counts


async def test_other_people_keep_their_words(house: House) -> None:
    person_id, _ = await a_life(house)
    other = await house.hear("calm OTHER", event="9", at="elsewhere")
    await house.bus.run(EraseRecord(person_id))
    key, _ = await house.units.run(lambda unit: unit.people.key(other.person_id))
    message, _ = await house.units.run(lambda unit: unit.messages.get(other.message_id))
    assert key is not None
    assert message is not None
    assert message.sealed is not None
    assert b"calm OTHER" in message.sealed
    known, _ = await house.units.run(
        lambda unit: unit.people.at("webchat", house.vault.tag("address", "webchat\nelsewhere"))
    )
    assert known is not None


async def test_the_file_keeps_nothing_once_the_log_is_written_back(sqlite: Database) -> None:
    house = await sqlite.house()
    path = Path(str(make_url(sqlite.url).database))
    person_id, _ = await a_life(house)
    await _write_back(house)
    assert _holds(path)
    await house.bus.run(EraseRecord(person_id))
    await _write_back(house)
    assert not _holds(path)
    log = path.with_name(path.name + "-wal")
    assert not log.exists() or log.stat().st_size == 0


async def test_the_log_of_a_running_service_keeps_nothing_either(sqlite: Database) -> None:
    house = await sqlite.house()
    person_id, _ = await a_life(house)
    key, _ = await house.units.run(lambda unit: unit.people.key(person_id))
    assert key is not None
    assert bytes(key) in _on_disk(sqlite)
    await house.bus.run(EraseRecord(person_id))
    await house.units.run(lambda unit: unit.people.get(person_id))  # the next in line
    assert SECRET not in _on_disk(sqlite)
    assert bytes(key) not in _on_disk(sqlite)


async def test_the_log_keeps_no_words_that_were_taken_back(sqlite: Database) -> None:
    house = await sqlite.house()
    await house.receive(GIFTS)
    assert SECRET in _on_disk(sqlite)
    assert b"PICTURE-THAT-MUST-GO" in _on_disk(sqlite)
    await house.bus.run(TakeBack("line", "REF"))
    await house.units.run(lambda unit: unit.platforms.forget_stale(MIDNIGHT))  # the next in line
    assert SECRET not in _on_disk(sqlite)
    assert b"PICTURE-THAT-MUST-GO" not in _on_disk(sqlite)


async def test_a_reader_in_the_way_only_puts_it_off(sqlite: Database) -> None:
    house = await sqlite.house()
    person_id, _ = await a_life(house)
    async with house.engine.connect() as reader:
        await reader.execute(text("SELECT count(*) FROM messages"))
        await house.bus.run(EraseRecord(person_id))
        await house.units.run(lambda unit: unit.people.get(person_id))
        assert SECRET in _on_disk(sqlite)
    await house.units.run(lambda unit: unit.people.get(person_id))
    await house.units.run(lambda unit: unit.people.get(person_id))
    assert SECRET not in _on_disk(sqlite)


def _on_disk(database: Database) -> bytes:
    """The file and its write-ahead log."""
    path = Path(str(make_url(database.url).database))
    return path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()


def _holds(path: Path) -> bool:
    return SECRET in path.read_bytes()


async def _write_back(house: House) -> None:
    async with house.engine.connect() as connection:
        await connection.rollback()
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver is not None
        await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.postgres
async def test_postgres_keeps_no_row_that_a_query_could_find(postgres: Database) -> None:
    house = await postgres.house()
    person_id, talk_id = await a_life(house)
    await house.bus.run(EraseRecord(person_id))
    async with house.engine.connect() as connection:
        sealed = await connection.execute(
            text("SELECT count(sealed), count(*) FROM messages WHERE talk_id = :talk"),
            {"talk": talk_id},
        )
        assert sealed.one() == (0, 4)
