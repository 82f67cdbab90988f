"""Every channel keeps the same promises: those that are here, and one that the scaffold writes.

To add a channel, add its case to ``tests/contract/cases.py``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import channels
from bot.core.model.ids import MessageId
from bot.core.model.messages import Form, Outbound
from bot.core.ports.channel import (
    Channel,
    ChannelSpec,
    Condition,
    Fetches,
    Health,
    MarksRead,
    Outcome,
    PictureAway,
    Sent,
    ShowsTyping,
)
from bot.setting_forms import OwnSettings, documented, fill_in
from bot.setting_kinds import Secret
from bot.texts import Texts
from channels import discover, texts_folders
from tests.contract.cases import CASES, THIRD, ChannelCase
from tests.fakes.door import FakeHouse, handed_by
from tests.house.test_texts import known_numbers, numbers, unlike

KEY: Final = "01K9Z8Y7X6W5V4T3S2R1Q0PNMA"
LIMIT_S: Final = 20.0
STOP_S: Final = 2.0
SLOW_TO_LOAD: Final = ("linebot", "discord", "PIL", "transformers", "sqlalchemy")
ROOT: Final = Path(channels.__file__).parent
NAMES: Final = sorted({spec.name for spec in discover()} | {THIRD})
BELL: Final = "おしらせがあります。\nhttps://room.example/r/abc"
NEUTRAL: Final = ("messenger.menu.room", "messenger.bell.open")


def lacking(names: list[str], cases: Mapping[str, ChannelCase]) -> list[str]:
    return [f"channel {name} has no case" for name in names if name not in cases]


def test_every_channel_has_a_case() -> None:
    assert lacking(NAMES, CASES) == []


def test_a_channel_without_a_case_is_named() -> None:
    assert lacking(["webchat", "pigeon"], CASES) == ["channel pigeon has no case"]


class Bench:
    """One channel on a fake house; what it spawned ends with the test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.case = CASES.get(name, ChannelCase())
        self.spec = next(spec for spec in discover() if spec.name == name)
        self.texts = Texts.load(more=texts_folders())
        self.house = FakeHouse(texts=self.texts)
        self.made: list[Channel] = []

    def own(self, **more: object) -> OwnSettings | None:
        page = self.spec.settings
        return None if page is None else fill_in(page, {**self.case.own, **more})

    def make(self, **more: object) -> Channel:
        self.made.append(self.spec.make(handed_by(self.house, own=self.own(**more))))
        return self.made[-1]

    def unreachable(self) -> Channel:
        if self.case.unreachable is None:
            pytest.skip("it has no network")
        return self.make(**self.case.unreachable(f"127.0.0.1:{unused_port()}"))

    async def close(self) -> None:
        for channel in self.made:
            await channel.stop()
        await self.house.close()


@pytest.fixture(params=NAMES)
async def bench(request: pytest.FixtureRequest, third: Path) -> AsyncIterator[Bench]:
    made = Bench(request.param)
    yield made
    await made.close()


def home(name: str, third: Path) -> Path:
    return (third if name == THIRD else ROOT) / name


def words(text: str, form: Form = Form.WORDS) -> Outbound:
    return Outbound(MessageId(KEY), text, automatic=False, locale="ja", form=form)


async def until_sent(channel: Channel, address: str, outbound: Outbound) -> Sent:
    """As the relay does: again and again, with the same key."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            sent = await channel.send(address, outbound, key=KEY)
            if sent.outcome is not Outcome.LATER:
                return sent
            await asyncio.sleep(0.05)


def leaves(value: Any) -> Iterator[str]:
    """Every text inside decoded JSON."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value


def talkative(bodies: list[Any], allowed: set[str]) -> list[str]:
    """Texts that a person could read, and that nobody gave."""
    texts = [text for body in bodies for text in leaves(body)]
    return [t for t in texts if t not in allowed and (not t.isascii() or " " in t or "\n" in t)]


def is_well_said(health: Health, texts: Texts) -> bool:
    assert health.condition in set(Condition)
    if not health.why:
        return health.condition in {Condition.OK, Condition.STARTING}
    return all(f"channel.why.{health.why}" in texts.keys(locale) for locale in texts.locales)


# --- what can be said without starting it -----------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_it_is_cheap_to_import(name: str, third: Path) -> None:
    code = (
        f"import sys, channels; channels.__path__.append({str(third)!r}); import channels.{name};"
        f"print([m for m in {SLOW_TO_LOAD!r} if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_it_introduces_itself(bench: Bench) -> None:
    spec = bench.spec
    assert isinstance(spec, ChannelSpec)
    assert spec.settings is None or issubclass(spec.settings, OwnSettings)
    assert spec.configured(bench.own())
    if spec.settings is not None:
        assert not spec.configured(spec.settings()), "with nothing set it must not start"
    assert all(name.isalpha() and chore.help for name, chore in spec.chores.items())


def test_its_settings_are_documented(bench: Bench) -> None:
    page = bench.spec.settings
    if page is None:
        pytest.skip("it has no settings")
    rows = list(documented(page, prefix=f"MADOAKARI_{bench.name.upper()}_"))
    assert len(rows) == len(page.model_fields)
    assert all(row.what and row.wants and row.default for row in rows)
    for field, value in bench.own():  # type: ignore[union-attr]  # it has a page
        if isinstance(value, Secret):
            assert value.reveal() not in repr(bench.own()), field


def test_its_texts_are_complete(bench: Bench) -> None:
    texts, start = bench.texts, f"channel.{bench.name}."
    for name in ("label", "police_can", "police_cannot", "keeps"):
        assert all(start + name in texts.keys(locale) for locale in texts.locales), name
    assert [key for key in unlike(texts, "ja", "en") if key.startswith(start)] == []
    own = [
        texts.entry(key, locale).text
        for locale in texts.locales
        for key in texts.keys(locale)
        if key.startswith(start)
    ]
    assert set(numbers("\n".join(own))) <= known_numbers()


def test_it_says_what_its_network_learns(bench: Bench, third: Path) -> None:
    readme = (home(bench.name, third) / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# ")
    assert len(readme) > 500


def samples(name: str, third: Path) -> list[str]:
    files = sorted((home(name, third) / "samples").glob("*.json"))
    return [file.read_text(encoding="utf-8") for file in files]


def test_its_samples_are_read(bench: Bench, third: Path) -> None:
    if bench.case.read is None:
        pytest.skip("it reads forms of its own pages")
    found = [bench.case.read(sample) for sample in samples(bench.name, third)]
    assert any(heard is not None for heard in found)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_break_its_reader(bench: Bench, third: Path, data: st.DataObject) -> None:
    if bench.case.read is None:
        pytest.skip("it reads forms of its own pages")
    sample = data.draw(st.sampled_from(["", *samples(bench.name, third)]))
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, len(sample)))
    between = data.draw(st.text(st.characters(exclude_categories=()), max_size=30))
    bench.case.read(sample[:start] + between + sample[end:])


async def test_it_knows_what_it_can_do(bench: Bench) -> None:
    channel = bench.make()
    can = channel.capabilities
    assert channel.name == bench.name
    assert 100 <= can.max_length <= 20_000
    assert can.addresses == (bench.case.unreachable is not None)
    for able, method in (
        (can.shows_typing, "show_typing"),
        (can.marks_read, "mark_read"),
        (can.fetches, "fetch"),
    ):
        assert able == callable(getattr(channel, method, None)), method


async def test_room_mode_is_the_operators_own(bench: Bench) -> None:
    assert bench.make().bell_only is False
    if bench.case.unreachable is not None:
        assert bench.make(mode="room").bell_only is True


async def test_its_routes_are_under_its_own_name(bench: Bench) -> None:
    routes = [route for route in bench.make().routes() if isinstance(route, web.RouteDef)]
    if bench.name != "webchat":  # it is the visitor's page itself
        assert [
            route.path for route in routes if not route.path.startswith(f"/{bench.name}/")
        ] == []


# --- without a network ------------------------------------------------------------------------


async def test_it_says_how_it_is_before_it_starts(bench: Bench) -> None:
    assert is_well_said(bench.make().health(), bench.texts)


async def test_it_stops_though_it_never_started(bench: Bench) -> None:
    channel = bench.make()
    async with asyncio.timeout(STOP_S):
        await channel.stop()
        await channel.stop()


async def test_without_a_network_a_message_waits(bench: Bench) -> None:
    channel = bench.unreachable()
    async with asyncio.timeout(STOP_S):
        await channel.start()
    began = time.monotonic()
    sent = await channel.send(bench.case.address, words("ゆっくりで大丈夫です。"), key=KEY)
    assert time.monotonic() - began < LIMIT_S
    assert sent.outcome is Outcome.LATER
    assert (sent.free, sent.paid) == (0, 0)
    assert is_well_said(channel.health(), bench.texts)
    assert channel.health().condition is not Condition.OK
    async with asyncio.timeout(STOP_S):
        await channel.stop()


async def test_without_a_network_nothing_else_breaks_either(bench: Bench) -> None:
    channel = bench.unreachable()
    await channel.start()
    if channel.capabilities.shows_typing:
        await cast("ShowsTyping", channel).show_typing(bench.case.address)
    if channel.capabilities.marks_read:
        await cast("MarksRead", channel).mark_read("a mark")
    if channel.capabilities.fetches:
        try:
            found = await cast("Fetches", channel).fetch("12345", most=1000)
        except PictureAway:
            found = None
        assert found is None


async def test_without_an_address_nothing_is_sent(bench: Bench) -> None:
    channel = bench.make()
    sent = await channel.send(None, words("ゆっくりで大丈夫です。"), key=KEY)
    assert sent.outcome is not Outcome.DELIVERED


# --- with its platform ------------------------------------------------------------------------


async def test_an_answer_arrives_and_a_bell_holds_nothing_else(bench: Bench) -> None:
    if bench.case.world is None:
        pytest.skip("it has no network")
    async with bench.case.world() as world:
        channel = bench.make(**world.own)
        await channel.start()
        sent = await until_sent(channel, world.address, words("ゆっくりで大丈夫です。"))
        assert sent.outcome is Outcome.DELIVERED
        assert "ゆっくりで大丈夫です。" in list(leaves(world.bodies()))
        before = len(world.bodies())
        sent = await channel.send(world.address, words(BELL, Form.BELL), key=KEY[::-1])
        assert sent.outcome is Outcome.DELIVERED
        bells = world.bodies()[before:]
        neutral = {bench.texts.say(key, "ja") for key in NEUTRAL}
        assert BELL in list(leaves(bells))
        assert talkative(bells, {BELL, world.address} | neutral) == []
        await bench.close()


def test_a_bell_that_says_more_is_noticed() -> None:
    assert talkative([{"text": BELL, "to": "x"}], {BELL}) == []
    assert talkative([{"text": BELL, "more": ["相談の返事"]}], {BELL}) == ["相談の返事"]
