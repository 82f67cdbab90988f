"""A whole conversation at the lowest log level: no person, no word, no token is written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import pytest
from structlog.testing import capture_logs

from bot.core.model.people import PersonState
from tests.fakes.door import GRAVE, PHRASE
from tests.fakes.line import webhook
from tests.fakes.line.faults import Script
from tests.line.conftest import MakeStage
from tests.line.stage import OTHER, USER, Stage, until

TOLD = ("こんばんは", GRAVE, "しょんぼり", "駅", "memo.txt", "みんな見て", "います", PHRASE)
IDS = (USER, OTHER, webhook.GROUP, webhook.BOT, "400001", "01FAKE", "read1")
SECRETS = ("fictional-token", "fictional-secret", webhook.reply_token(0)[:-2])


async def test_nothing_of_a_conversation_is_logged(
    make_stage: MakeStage, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as events, caplog.at_level(logging.DEBUG):
        stage = await make_stage(start=True, pictures=True)
        await until(lambda: stage.channel.health().meter is not None)
        await _converse(stage)
        await _go_wrong(stage)
        await stage.channel.stop()
    kept = [record.getMessage() for record in caplog.records if _is_ours(record)]
    written = "\n".join([*map(repr, events), *kept])
    assert {event["event"] for event in events} == {
        "event_odd",
        "event_refused",
        "delivery_foreign",
    }
    for part in (*TOLD, *IDS, *SECRETS):
        assert part not in written


async def _converse(stage: Stage) -> None:
    """What people do."""
    makes: list[Callable[..., webhook.Event]] = [
        webhook.follow,
        partial(webhook.text, "こんばんは"),
        partial(webhook.text, GRAVE),
        partial(webhook.sticker, keywords=["しょんぼり"]),
        webhook.location,
        webhook.file,
        webhook.image,
        partial(webhook.postback, "bell:on"),
        partial(webhook.text, PHRASE),
        partial(webhook.join, group=webhook.GROUP),
        partial(webhook.text, "みんな見て", group=webhook.GROUP),
        webhook.unknown,
        partial(webhook.unsend, "400002"),
        webhook.unfollow,
    ]
    for make in makes:
        await stage.happen(make)
    stage.line.keep_file("400007", b"\xff\xd8\xff")
    await stage.channel.fetch("400007", most=10)
    await stage.send("います", free=stage.a_pass(2))
    await stage.channel.show_typing(USER)
    await stage.channel.mark_read("read1")


async def _go_wrong(stage: Stage) -> None:
    """What goes wrong."""
    stage.line.faults = Script("error", "rate", "quota", "cut", "lost")
    for number in range(5):
        await stage.send("います", f"k{number}")
    stage.house.only_room().state = PersonState.ERASED
    await stage.happen(partial(webhook.text, "こんばんは"))
    await stage.post(webhook.body(OTHER, [webhook.text("こんばんは")]), "no signature")
    await stage.post_signed(webhook.body(OTHER, [webhook.text("こんばんは")]))
    await stage.post_signed(b'{"events":[')
    stage.line.revoke()
    await stage.send("います", "k9")
    stage.house.broken = True
    stage.number += 1
    assert await stage.line.tell(stage.url, webhook.text("こんばんは", number=90)) == 500


def _is_ours(record: logging.LogRecord) -> bool:
    """Not the test server's own log of a handler that failed: the house has its own edge there."""
    return record.name != "aiohttp.server"
