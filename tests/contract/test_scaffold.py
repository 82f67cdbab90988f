"""What the scaffold writes works: signed messages come in, answers go out, nobody else gets in."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner

from bot.core.model.ids import MessageId
from bot.core.model.messages import Form, Outbound
from bot.core.model.people import PersonState
from bot.core.ports.channel import Channel, Condition, Outcome
from bot.setting_forms import fill_in
from channels import discover
from channels.scaffold import BadName, main, make
from tests.contract.cases import THIRD
from tests.fakes.door import PHRASE, FakeHouse, handed_by

SECRET = "some long random text"
HEADER = "X-Bridge-Signature"
Client = TestClient[web.Request, web.Application]


class OtherSide:
    """The network behind the channel; ``answers`` are statuses, the last one for good."""

    def __init__(self) -> None:
        self.answers = [200]
        self.sent: list[dict[str, str]] = []
        self.genuine: list[bool] = []
        self.headers: dict[str, str] = {}

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.sent.append(json.loads(body))
        self.genuine.append(request.headers[HEADER] == signed(body))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers=self.headers)


@dataclass(slots=True)
class Both:
    """The channel between the house and the other side."""

    house: FakeHouse
    channel: Channel
    client: Client
    other: OtherSide

    async def post(self, *, signature: str | None = None, **fields: str) -> tuple[int, Any]:
        body = json.dumps({"id": "m1", "from": "somebody", **fields}).encode()
        return await self.post_bytes(body, signature=signature)

    async def post_bytes(self, body: bytes, *, signature: str | None = None) -> tuple[int, Any]:
        headers = {HEADER: signed(body) if signature is None else signature}
        async with self.client.post("/bridge/inbound", data=body, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else None


def signed(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
async def both(third: Path) -> AsyncIterator[Both]:
    spec = next(spec for spec in discover() if spec.name == THIRD)
    house, other = FakeHouse(), OtherSide()
    there = web.Application()
    there.router.add_post("/take", other.take)
    async with TestServer(there) as far:
        assert spec.settings is not None
        own = fill_in(spec.settings, {"address": str(far.make_url("/take")), "secret": SECRET})
        channel = spec.make(handed_by(house, own=own))
        here = web.Application()
        here.add_routes(channel.routes())
        async with TestClient(TestServer(here)) as client:
            yield Both(house, channel, client, other)
        await channel.stop()


def outbound(words: str, **more: Any) -> Outbound:
    return Outbound(MessageId("m"), words, **{"automatic": False, "locale": "ja", **more})


async def test_what_somebody_wrote_is_stored_once(both: Both) -> None:
    assert await both.post(text="夜になると眠れません。") == (200, None)
    assert await both.post(text="夜になると眠れません。") == (200, None)
    (kept,) = both.house.inbounds
    assert (kept.channel, kept.address, kept.words) == (THIRD, "somebody", "夜になると眠れません。")


@pytest.mark.parametrize("signature", ["", "0" * 64, "うそ", signed(b"{}")])
async def test_a_stranger_gets_nothing_in(both: Both, signature: str) -> None:
    shown = signature.encode().decode("latin-1")
    assert (await both.post(text="こんばんは", signature=shown))[0] == 401
    assert both.house.inbounds == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"id": "1", "from": "x"}', b'{"id": 1, "text": "a"}']
)
async def test_what_cannot_be_read_is_refused(both: Both, body: bytes) -> None:
    assert (await both.post_bytes(body))[0] == 400


async def test_a_flood_is_refused(both: Both) -> None:
    assert (await both.post_bytes(b" " * 70_000))[0] == 413


async def test_words_without_any_sign_are_refused(both: Both) -> None:
    assert (await both.post(text="\u200b\u200b"))[0] == 422


async def test_a_store_that_is_away_lets_the_other_side_try_again(both: Both) -> None:
    both.house.broken = True
    assert (await both.post(text="こんばんは"))[0] == 500
    both.house.broken = False
    assert (await both.post(text="こんばんは"))[0] == 200
    assert len(both.house.inbounds) == 1


async def test_an_erased_record_is_no_reason_to_try_again(both: Both) -> None:
    await both.post(text="こんばんは")
    both.house.only_room().state = PersonState.ERASED
    assert (await both.post(text="まだいますか", id="m2"))[0] == 200


async def test_a_choice_is_answered_and_not_stored(both: Both) -> None:
    for fields in ({"text": "メニュー"}, {"choice": "menu"}):
        status, answer = await both.post(**fields)
        assert status == 200
        assert answer["text"] == "〔自動〕\nanswer to menu"
        assert {"label": "記録を消す", "choice": "erase"} in answer["buttons"]
    assert both.house.inbounds == []
    assert both.house.chosen == [(THIRD, "somebody", "menu")] * 2


async def test_a_passphrase_joins_and_is_not_stored(both: Both) -> None:
    status, answer = await both.post(text=PHRASE)
    assert (status, bool(answer["text"])) == (200, True)
    assert both.house.inbounds == []
    assert both.house.joined == [(THIRD, "somebody", False)]


async def test_an_answer_arrives_signed_and_marked(both: Both) -> None:
    said = both.house.say("messenger.automatic", "ja")
    sent = await both.channel.send("somebody", outbound("はい", automatic=True), key="k")
    assert (sent.outcome, sent.free) == (Outcome.DELIVERED, 1)
    assert both.other.sent == [{"key": "k-0", "to": "somebody", "text": f"{said}\nはい"}]
    assert both.other.genuine == [True]


async def test_a_bell_is_its_own_words(both: Both) -> None:
    bell = outbound("おしらせがあります。", automatic=True, form=Form.BELL)
    await both.channel.send("somebody", bell, key="k")
    assert [body["text"] for body in both.other.sent] == ["おしらせがあります。"]


async def test_a_second_try_says_the_same_with_the_same_keys(both: Both) -> None:
    both.other.answers = [200, 503, 200]
    long = outbound("あ" * 2000 + "い" * 100)
    assert (await both.channel.send("somebody", long, key="k")).outcome is Outcome.LATER
    assert both.channel.health().condition is Condition.TROUBLE
    assert (await both.channel.send("somebody", long, key="k")).outcome is Outcome.DELIVERED
    assert both.channel.health().condition is Condition.OK
    assert both.other.sent[:2] == both.other.sent[2:]


@pytest.mark.parametrize(
    ("status", "outcome", "why"),
    [
        (202, Outcome.DELIVERED, ""),
        (302, Outcome.LATER, "config"),
        (400, Outcome.REJECTED, ""),
        (401, Outcome.LATER, "token"),
        (404, Outcome.GONE, ""),
        (408, Outcome.LATER, "network"),
        (410, Outcome.GONE, ""),
        (429, Outcome.LATER, "rate"),
        (500, Outcome.LATER, "network"),
    ],
)
async def test_every_status_says_what_to_do_next(
    both: Both, status: int, outcome: Outcome, why: str
) -> None:
    both.other.answers = [status]
    assert (await both.channel.send("somebody", outbound("はい"), key="k")).outcome is outcome
    assert both.channel.health().why == why


@pytest.mark.parametrize(("header", "wait_s"), [("30", 30.0), ("soon", None), ("9" * 9, 3600.0)])
async def test_it_waits_as_long_as_it_is_asked_to(
    both: Both, header: str, wait_s: float | None
) -> None:
    both.other.answers, both.other.headers = [429], {"Retry-After": header}
    assert (await both.channel.send("somebody", outbound("はい"), key="k")).wait_s == wait_s


# --- the scaffold itself ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "a" * 17,
        "Bridge",
        "my_net",
        "net2",
        "",
        "../x",
        "class",
        "webchat",
        "tests",
        "visitor",
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadName):
        make(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_refused_in_one_sentence(tmp_path: Path) -> None:
    first = CliRunner().invoke(main, ["pigeon", "--into", str(tmp_path)])
    second = CliRunner().invoke(main, ["pigeon", "--into", str(tmp_path)])
    assert (first.exit_code, second.exit_code) == (0, 1)
    assert str(tmp_path / "pigeon" / "__init__.py") in first.output
    assert second.output == "Error: The name pigeon is taken.\n"


def test_nothing_is_left_to_fill_in(third: Path) -> None:
    files = [path for path in (third / THIRD).rglob("*") if path.is_file()]
    assert len(files) >= 14
    marks = ("@name@", "@Name@", "@NAME@")
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix != ".pyc"}
    assert [path for path, text in texts.items() if any(mark in text for mark in marks)] == []


def test_it_is_found_like_any_other(third: Path) -> None:
    assert THIRD in {spec.name for spec in discover()}
    assert importlib.import_module(f"channels.{THIRD}").SPEC.name == THIRD
