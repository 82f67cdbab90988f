"""The page of channels, the banner on the desk, and who sees them."""

from __future__ import annotations

import re

import pytest

from bot.core.model.mail import Sendings
from bot.core.model.people import Role
from bot.core.ports.channel import Condition, Meter
from tests.console.conftest import Enter
from tests.console.test_live import listening
from tests.fakes.backroom import PIGEON, FakeBackroom

PATH = "/console/channels"
LOOKING_AFTER = {Role.SUPERVISOR, Role.ADMIN}


def section(page: str, label: str) -> str:
    """The part of the page about one channel."""
    start = page.index(f"<h2>{label}</h2>")
    return page[start : page.index("</section>", start)]


def figures(page: str) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd></div>", page, re.DOTALL)
    return {name: re.sub(r"\s*<(br|meter).*", "", value) for name, value in pairs}


@pytest.mark.parametrize("role", Role)
async def test_the_menu_leads_there_whoever_may_see_it(role: Role, enter: Enter) -> None:
    page = await enter(role).page("/console")
    assert (f'href="{PATH}"' in page) == (role in LOOKING_AFTER)


async def test_a_channel_that_is_well_says_so_and_nothing_else(enter: Enter) -> None:
    page = section(await enter(Role.SUPERVISOR).page(PATH), "ウェブの部屋")
    assert "動いています" in page
    assert figures(page) == {"送り方": "話をそのまま送る"}
    assert 'class="care"' not in page


async def test_figures_stand_beside_a_forecast(enter: Enter, backroom: FakeBackroom) -> None:
    backroom.time = backroom.time.replace(day=10)  # the 11th begins in Japan
    backroom.run_channel(meter=Meter(200, 50), bell_only=True)
    backroom.counted = [
        Sendings(PIGEON, "2026-11", free=412, paid=50),
        Sendings(PIGEON, "2026-10", free=7, paid=7),
    ]
    page = section(await enter(Role.SUPERVISOR).page(PATH), "伝書ばと")
    assert figures(page) == {
        "送り方": "おしらせだけを送る（話はウェブの部屋）",
        "使った通数": "50通（上限200通、25%）",
        "月末の見込み": "150通",
        "11月の送信: 無料の送信": "412",
        "11月の送信: 通数に数えられる送信": "50",
    }
    assert 'class="care"' not in page
    assert "上限を超えそうです" not in page


async def test_the_month_is_japans(enter: Enter, backroom: FakeBackroom) -> None:
    backroom.time = backroom.time.replace(day=30)  # midnight: December begins
    backroom.counted = [Sendings(PIGEON, "2026-12", free=1, paid=2)]
    page = section(await enter(Role.SUPERVISOR).page(PATH), "伝書ばと")
    assert figures(page)["12月の送信: 無料の送信"] == "1"
    assert "止めてあります" in page


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (10, []),
        (100, ["上限を超えそうです"]),
        (160, ["80%を使いました", "上限を超えそうです"]),
        (200, ["使い切りました"]),
    ],
)
async def test_a_supervisor_is_warned_in_time(
    used: int, said: list[str], enter: Enter, backroom: FakeBackroom
) -> None:
    backroom.run_channel(meter=Meter(200, used))
    page = section(await enter(Role.SUPERVISOR).page(PATH), "伝書ばと")
    warnings = ("80%を使いました", "使い切りました", "上限を超えそうです")
    assert [warning for warning in warnings if warning in page] == said


async def test_no_limit_is_no_worry(enter: Enter, backroom: FakeBackroom) -> None:
    backroom.run_channel(meter=Meter(None, 90_000))
    page = section(await enter(Role.SUPERVISOR).page(PATH), "伝書ばと")
    assert figures(page)["使った通数"] == "90000通（上限なし）"
    assert "<meter" not in page
    assert 'class="care"' not in page


@pytest.mark.parametrize(
    ("why", "said"),
    [("token", "発行し直して"), ("quota", "使い切りました"), ("a riddle", None)],
)
async def test_trouble_says_since_when_and_what_to_do(
    why: str, said: str | None, enter: Enter, backroom: FakeBackroom
) -> None:
    backroom.run_channel(PIGEON, Condition.TROUBLE, why, meter=Meter(200, 200))
    backroom.pass_time(minutes=20)
    page = section(await enter(Role.ADMIN).page(PATH), "伝書ばと")
    assert "自動でつなぎ直しています" in page
    assert "00:00から" in page
    assert said is None or page.count(said) == 1
    assert page.count("使い切りました") == 1


async def test_what_the_police_can_be_told_stands_with_each_channel(
    enter: Enter, backroom: FakeBackroom
) -> None:
    backroom.run_channel()
    page = await enter(Role.SUPERVISOR).page(PATH)
    assert "はとの足輪の番号だけです" in section(page, "伝書ばと")
    assert "IPアドレス" in section(page, "ウェブの部屋")
    assert page.count("だれにも約束しないでください") == 1


async def test_nothing_running_is_said(enter: Enter, backroom: FakeBackroom) -> None:
    backroom.channels.clear()
    assert "動いているチャンネルはありません" in await enter(Role.ADMIN).page(PATH)


# --- the banner ---------------------------------------------------------------------------

BANNER = {
    "伝書ばとがつながっていません": (Condition.TROUBLE, "network", None),
    "伝書ばとの今月の送信数を85%使いました": (Condition.OK, "", Meter(200, 170)),
    "伝書ばとの今月の送信数を使い切りました": (Condition.SLOWED, "quota", Meter(200, 170)),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("said", BANNER)
async def test_the_desk_tells_whoever_looks_after_channels(
    said: str, role: Role, enter: Enter, backroom: FakeBackroom
) -> None:
    condition, why, meter = BANNER[said]
    backroom.run_channel(PIGEON, condition, why, meter=meter)
    page = await enter(role).page("/console")
    assert (said in page) == (role in LOOKING_AFTER)
    assert [other for other in BANNER if other in page and other != said] == []


@pytest.mark.parametrize("condition", [Condition.OK, Condition.STARTING, Condition.SLOWED])
async def test_what_mends_itself_is_no_banner(
    condition: Condition, enter: Enter, backroom: FakeBackroom
) -> None:
    backroom.run_channel(PIGEON, condition, "", meter=Meter(200, 10))
    assert 'class="troubles"' not in await enter(Role.SUPERVISOR).page("/console")


async def test_the_banner_comes_and_goes_by_itself(enter: Enter, backroom: FakeBackroom) -> None:
    async with listening(enter(Role.SUPERVISOR)) as stream:
        assert "つながっていません" not in (await stream.until("desk")).data
        backroom.run_channel(PIGEON, Condition.TROUBLE, "network")
        assert "伝書ばとがつながっていません" in (await stream.until("desk")).data
        backroom.run_channel()
        assert "つながっていません" not in (await stream.until("desk")).data
