from __future__ import annotations

from tests.fakes.door import FakeHouse
from tests.webchat.visitor import Visitor


async def test_first_message_opens_a_room(visitor: Visitor, house: FakeHouse) -> None:
    page = await visitor.open()
    assert page.status == 200
    assert page.cookies == {}
    sent = await visitor.write("ねむれない", key=page.key)
    assert sent.status == 303
    assert sent.headers["Location"] == "/#end"
    room = await visitor.open()
    assert room.words == ["ねむれない"]
    assert house.only_room().seen_upto == 1
