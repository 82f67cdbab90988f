"""Labels of triage: nothing in them leads to anybody, before an erasure and after it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Date, SmallInteger, String, Text, select

from bot.core.model.commands import CorrectVerdict, EraseRecord, ResolveConcern
from bot.core.model.ids import StaffId, TalkId
from bot.core.model.people import Role, Viewer
from bot.core.model.safety import Resolution
from bot.storage import tables as t
from bot.storage.console_reads import ConsoleReadsSql
from tests.storage.conftest import House
from triage.verdict import Kind, Level

COLUMNS = {"id", "month", "machine", "corrected", "kinds", "members", "outcome"}
KINDS = frozenset({Kind.ABUSE, Kind.SUICIDE})


def test_the_table_has_no_place_for_an_identity_a_word_or_a_time() -> None:
    table = t.triage_labels
    assert {column.name for column in table.c} == COLUMNS
    assert not table.foreign_keys
    plain: dict[str, type[object]] = {
        "month": Date, "machine": SmallInteger, "corrected": SmallInteger, "kinds": Text,
        "members": String, "outcome": String,
    }  # fmt: skip
    for name, kind in plain.items():
        found = table.c[name].type
        assert isinstance(getattr(found, "impl_instance", found), kind)
    assert isinstance(table.c.id.type, BigInteger)  # counted: an id of ours tells a moment


async def test_a_correction_is_shown_and_leads_to_nobody(house: House) -> None:
    receipt = await house.hear("passive: WORDS", event="1")
    akari = await house.hire("あかり", Role.SUPERVISOR)
    command = CorrectVerdict(
        akari.staff_id, receipt.talk_id, receipt.message_id, Level.ACTIVE, KINDS
    )
    await house.bus.run(command)
    assert await _shown(house, akari, receipt.talk_id) == [(Level.ACTIVE, KINDS, True)]
    names = (receipt.talk_id, receipt.person_id, receipt.message_id, akari.staff_id, "WORDS")
    kept = await _kept(house)
    assert len(kept) == 1
    assert not any(name in kept[0] for name in names)
    assert "2026, 11, 1" in kept[0]
    await _erase(house, akari.staff_id, receipt.talk_id)
    assert await _kept(house) == kept
    message, _ = await house.units.run(lambda unit: unit.messages.get(receipt.message_id))
    assert message is not None
    assert not message.corrected


async def _shown(
    house: House, viewer: Viewer, talk_id: TalkId
) -> list[tuple[Level, frozenset[Kind], bool]]:
    reads = ConsoleReadsSql(house.engine, vault=house.vault, mask=lambda words: (words, False))
    lines = (await reads.talk(viewer, talk_id)).lines
    heard = [line for line in lines if line.text_key is None]
    return [(line.verdict.level, line.verdict.kinds, line.corrected) for line in heard]


async def _kept(house: House) -> list[str]:
    async with house.engine.connect() as connection:
        return [repr(row) for row in await connection.execute(select(t.triage_labels))]


async def _erase(house: House, staff_id: StaffId, talk_id: TalkId) -> None:
    concern, _ = await house.units.run(lambda unit: unit.concerns.open_of(talk_id))
    talk, _ = await house.units.run(lambda unit: unit.talks.get(talk_id))
    assert concern is not None
    assert talk is not None
    await house.bus.run(ResolveConcern(staff_id, concern.id, Resolution.TALKED))
    await house.bus.run(EraseRecord(talk.person_id))
