"""Every event that the fake LINE sends fits LINE's description, and so does every kept sample."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, Phase, find, given, settings
from linebot.v3 import SignatureValidator

from tests.fakes.line import strategies, webhook
from tests.fakes.line.platform import FakeLine
from tests.fakes.line.webhook import Event

SAMPLES: Final = Path(__file__).parents[2] / "channels" / "line" / "samples"
SIGNATURE: Final = web.AppKey("signature", list[str])
BODIES: Final = web.AppKey("bodies", list[bytes])

EVENTS: dict[str, Callable[..., Event]] = {
    "text": lambda **more: webhook.text("夜", **more),
    "emojis": lambda **more: webhook.text(
        "(moon)", fields={"emojis": [webhook.emoji(0, 6)]}, **more
    ),
    "mention": lambda **more: webhook.text(
        "@a", fields={"mention": webhook.mention(0, 2, is_self=False)}, **more
    ),
    "sticker": lambda **more: webhook.sticker(keywords=["夜"], words="おやすみ", **more),
    "image": webhook.image,
    "video": webhook.video,
    "audio": webhook.audio,
    "file": webhook.file,
    "location": webhook.location,
    "postback": lambda **more: webhook.postback("rest", **more),
    "follow": lambda **more: webhook.follow(unblocked=True, **more),
    "unfollow": webhook.unfollow,
    "unsend": lambda **more: webhook.unsend("400001", **more),
    "join": webhook.join,
    "leave": webhook.leave,
    "member_joined": webhook.member_joined,
}
WHERE: list[dict[str, Any]] = [
    {},
    {"group": webhook.GROUP},
    {"group": webhook.GROUP, "user": None},
    {"group": None, "room": webhook.ROOM},
    {"mode": "standby", "again": True, "number": 7, "at": 1},
]


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("where", WHERE, ids=str)
def test_an_event_of_every_kind_fits(name: str, where: dict[str, Any]) -> None:
    event = EVENTS[name](**where)
    assert webhook.check_event(event) == []
    source = event["source"]
    assert source.get("groupId") == where.get("group", source.get("groupId"))
    assert source.get("roomId") == where.get("room")
    assert event["mode"] == where.get("mode", "active")


def test_events_of_tomorrow_are_known_by_nobody() -> None:
    assert webhook.check_event(webhook.unknown()) == ["Event.type: is no known kind"]
    assert webhook.check_event(webhook.unknown_message()) == [
        "Event.message.type: is no known kind"
    ]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_sample_fits_and_is_fictional(path: Path) -> None:
    raw = path.read_bytes()
    unknown = path.stem.startswith("unknown-")
    problems = webhook.check_body(raw)
    assert [p for p in problems if not p.endswith("type: is no known kind")] == []
    assert bool(problems) is unknown
    ids = set(re.findall(r"[UCR][0-9a-f]{32}", raw.decode()))
    assert ids <= {webhook.USER, webhook.GROUP, webhook.ROOM, webhook.BOT}


def test_there_is_a_sample_of_every_kind() -> None:
    bodies = [json.loads(path.read_bytes()) for path in SAMPLES.glob("*.json")]
    events = [event for body in bodies for event in body["events"]]
    built = [build() for build in EVENTS.values()] + [webhook.unknown(), webhook.unknown_message()]
    kinds = {(event["type"], event.get("message", {}).get("type")) for event in events}
    assert {(e["type"], e.get("message", {}).get("type")) for e in built} <= kinds


@pytest.fixture
async def desk() -> Any:
    """Stand a webhook on loopback that keeps what it is sent."""
    app = web.Application()
    app[SIGNATURE], app[BODIES] = [], []

    async def take(request: web.Request) -> web.Response:
        request.app[SIGNATURE].append(request.headers["x-line-signature"])
        request.app[BODIES].append(await request.read())
        return web.Response()

    app.router.add_post("/callback", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield app, f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
    await runner.cleanup()


async def test_a_delivery_is_signed_as_the_sdk_expects(desk: tuple[web.Application, str]) -> None:
    app, url = desk
    async with FakeLine() as line:
        assert await line.tell(url, webhook.text("夜"), webhook.unfollow(number=2)) == 200
        token = webhook.reply_token(1)
        ask = {"replyToken": token, "messages": [{"type": "text", "text": "a"}]}
        bearer = {"Authorization": f"Bearer {line.token}"}
        reply = line.url + "/v2/bot/message/reply"
        async with (
            aiohttp.ClientSession() as session,
            session.post(reply, json=ask, headers=bearer) as answer,
        ):
            assert answer.status == 200
        assert (line.texts(webhook.USER), line.violations) == (["a"], [])
    raw, signature = app[BODIES][0], app[SIGNATURE][0]
    assert SignatureValidator(line.secret).validate(raw.decode(), signature)
    assert not SignatureValidator("another").validate(raw.decode(), signature)
    assert [e["type"] for e in json.loads(raw)["events"]] == ["message", "unfollow"]


@given(strategies.right_bodies())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_right_bodies_are_right(raw: bytes) -> None:
    assert webhook.check_body(raw) == []


def test_a_huge_body_is_right_and_huge() -> None:
    raw = strategies.huge_body()
    assert webhook.check_body(raw) == []
    assert len(raw) > 900_000


def is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


@pytest.mark.parametrize(
    "wanted",
    [
        lambda raw: not is_json(raw),
        lambda raw: is_json(raw) and not isinstance(json.loads(raw), dict),
        lambda raw: is_json(raw) and isinstance(json.loads(raw), dict) and webhook.check_body(raw),
        lambda raw: is_json(raw) and not webhook.check_body(raw),
        lambda raw: len(raw) > 10_000,
    ],
    ids=["no JSON", "no object", "spoilt", "right", "huge"],
)
def test_the_mix_has_bodies_of_every_sort(wanted: Callable[[bytes], bool]) -> None:
    once = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])
    find(strategies.line_bodies(), wanted, settings=once)
