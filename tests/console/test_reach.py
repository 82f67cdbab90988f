"""One talk by a messenger: where an answer goes, what was taken back, pictures, read, typing."""

from __future__ import annotations

import re

import pytest

from bot.core.model.commands import NoteRead, NoteTyping, ReplyToVisitor
from bot.core.model.ids import TalkId
from bot.core.model.mail import PictureState
from bot.core.model.messages import Delivery
from bot.core.model.people import AgeBand, Leanings, Pace, Role, SpeaksAs, Wish
from bot.core.ports.channel import Condition, Meter
from tests.console.conftest import Browser, Enter, staff_id
from tests.fakes.backroom import PIGEON, FakeBackroom
from triage.verdict import Kind, Level

JPEG = b"\xff\xd8\xff\xe0 a picture"
NEAR = "今月の送信数を85%使いました"
FULL = "相手が書いてくれたすぐあとの返事は届きます"
FULL_BELL = "おしらせは、相手がまた書いてくれたときか、来月になります"
TROUBLE = "いまつながっていません"
SLOWED = "返事は少し遅れて届きます"
OFF = "いま止めてあります"
LEFT = "いまは届きません"
BELL = "おしらせだけが届き、話はウェブの部屋で"
EVERY = {NEAR, FULL, FULL_BELL, TROUBLE, SLOWED, OFF, LEFT}


@pytest.fixture
def peer(enter: Enter) -> Browser:
    return enter(Role.PEER, name="こはる")


@pytest.fixture
async def held(peer: Browser, backroom: FakeBackroom) -> TalkId:
    """A talk by pigeon that ``peer`` holds."""
    backroom.run_channel()
    talk_id = backroom.write("しずかなツグミ", "こんばんは", channel=PIGEON)
    assert (await peer.post("/console/next")).headers["Location"] == f"/console/talks/{talk_id}"
    return talk_id


def head_of(page: str) -> str:
    return page[page.index('id="talk-head"') : page.index('class="scroll"')]


async def cares(browser: Browser, talk_id: TalkId) -> set[str]:
    head = head_of(await browser.page(f"/console/talks/{talk_id}"))
    assert head.count('class="care"') == len([said for said in EVERY if said in head])
    return {said for said in EVERY if said in head}


# --- where an answer goes -----------------------------------------------------------------


async def test_the_head_names_the_channel_in_its_own_words(peer: Browser, held: TalkId) -> None:
    head = head_of(await peer.page(f"/console/talks/{held}"))
    assert "伝書ばとから" in head
    assert BELL not in head
    assert 'class="care"' not in head
    assert "by Pigeon" in head_of(await peer.page(f"/console/talks/{held}?lang=en"))


async def test_a_channel_without_words_is_called_by_its_name_and_promises_nothing(
    enter: Enter, backroom: FakeBackroom
) -> None:
    backroom.run_channel("telex")
    talk_id = backroom.write("しずかなツグミ", "こんばんは", channel="telex")
    head = head_of(await enter(Role.SUPERVISOR).page(f"/console/talks/{talk_id}"))
    assert "telexから" in head
    assert head.count("まだ書かれていません。何も約束しないでください。") == 2


@pytest.mark.parametrize(
    ("condition", "why", "meter", "said"),
    [
        (Condition.OK, "", None, set[str]()),
        (Condition.STARTING, "", None, set[str]()),
        (Condition.OK, "", Meter(200, 159), set[str]()),
        (Condition.OK, "", Meter(None, 9000), set[str]()),
        (Condition.OK, "", Meter(200, 170), {NEAR}),
        (Condition.OK, "", Meter(200, 200), {FULL}),
        (Condition.SLOWED, "rate", Meter(200, 170), {NEAR, SLOWED}),
        (Condition.TROUBLE, "token", None, {TROUBLE}),
        (Condition.TROUBLE, "network", Meter(200, 200), {TROUBLE, FULL}),
        (Condition.SLOWED, "quota", None, {FULL}),
        (Condition.TROUBLE, "quota", Meter(200, 170), {FULL}),
    ],
)
async def test_what_stands_in_the_way_is_said_before_anybody_writes(
    condition: Condition,
    why: str,
    meter: Meter | None,
    said: set[str],
    peer: Browser,
    held: TalkId,
    backroom: FakeBackroom,
) -> None:
    backroom.run_channel(PIGEON, condition, why, meter=meter)
    assert await cares(peer, held) == said


async def test_a_channel_that_is_switched_off_says_so(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    del backroom.channels[PIGEON]
    assert await cares(peer, held) == {OFF}


@pytest.mark.parametrize("whose", ["theirs", "the house's"])
async def test_where_only_a_bell_rings_the_bell_is_what_waits(
    whose: str, peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    backroom.rooms[held].bell_only = whose == "theirs"
    backroom.run_channel(meter=Meter(200, 200), bell_only=whose != "theirs")
    assert BELL in await peer.page(f"/console/talks/{held}")
    assert await cares(peer, held) == {FULL_BELL}


async def test_nothing_else_matters_where_they_have_left(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    backroom.run_channel(PIGEON, Condition.TROUBLE, "network", meter=Meter(200, 200))
    backroom.leave(held)
    assert await cares(peer, held) == {LEFT}
    backroom.run_channel()
    backroom.leave(held, left=False)
    assert await cares(peer, held) == set()


@pytest.mark.parametrize(
    ("leanings", "tags"),
    [
        (Leanings(), []),
        (Leanings(speaks_as=SpeaksAs.FAMILY), ["家族"]),
        (Leanings(wish=Wish.ANYONE), ["希望：だれでもいい"]),
        (
            Leanings(SpeaksAs.SELF, AgeBand.FIFTIES, Wish.PEER, Pace.LETTER),
            ["本人", "50代より上", "希望：同じ経験のある人", "手紙のようにゆっくり"],
        ),
    ],
)
async def test_only_what_was_said_about_themselves_is_shown(
    leanings: Leanings, tags: list[str], peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    backroom.lean(held, leanings)
    head = head_of(await peer.page(f"/console/talks/{held}"))
    assert re.findall(r'<li class="tag">(.*?)</li>', head) == ["伝書ばとから", *tags]


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.PEER, False), (Role.COUNSELLOR, True), (Role.SUPERVISOR, True)]
)
async def test_what_the_police_can_be_told_is_for_those_who_resolve_concerns(
    role: Role, sees: object, enter: Enter, backroom: FakeBackroom
) -> None:
    browser = enter(role)
    talk_id = backroom.write("まるいスズメ", "消えたい", level=Level.ACTIVE, channel=PIGEON)
    backroom.rooms[talk_id].talk.hold(staff_id(browser))
    head = head_of(await browser.page(f"/console/talks/{talk_id}"))
    for words in ("はとの足輪の番号だけです", "名前も住所も、こちらにはない", "約束しないで"):
        assert (words in head) is sees


# --- lines --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (Delivery.HELD, "相手がまた書いてくれたときか、来月に、自動で届きます"),
        (Delivery.GONE, "相手が戻ってきたら、もう一度送ってください"),
    ],
)
async def test_an_answer_that_does_not_arrive_says_what_to_do(
    delivery: Delivery, said: str, peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    await backroom.run(ReplyToVisitor(staff_id(peer), held, "k" * 20, "読んでいます"))
    backroom.travel(held, 2, delivery)
    page = await peer.page(f"/console/talks/{held}")
    assert said in page
    assert f"delivery-{delivery}" in page


async def test_what_was_taken_back_keeps_its_level_and_no_word(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    backroom.write(
        "しずかなツグミ",
        "薬をためてある",
        level=Level.ACTIVE,
        kinds=[Kind.SUICIDE],
        marked="ためて",
        channel=PIGEON,
    )
    backroom.show_picture(held, PictureState.FORGOTTEN)
    backroom.take_back(held, 2)
    page = await peer.page(f"/console/talks/{held}")
    line = page[page.index('id="line-2"') : page.index('class="writing"')]
    assert "取り消されました" in line
    assert "危険が高い" in line
    for gone in ("薬", "ためて", "suicide.plan", "<mark", "理由", "写真"):
        assert gone not in line


# --- pictures -----------------------------------------------------------------------------


async def test_a_kept_picture_is_covered_until_somebody_opens_it(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    message_id = backroom.show_picture(held, PictureState.KEPT, JPEG)
    page = await peer.page(f"/console/talks/{held}")
    where = f"/console/talks/{held}/pictures/{message_id}"
    assert '<details class="picture">' in page
    assert f'<img src="{where}" alt="相手が送った写真"' in page
    answer = await peer.get(where)
    assert (answer.status, await answer.read()) == (200, JPEG)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "img-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PictureState.DUE, "写真を受け取っているところです"),
        (PictureState.REFUSED, "写真は受け取れませんでした"),
        (PictureState.FORGOTTEN, "写真は、もう残っていません"),
    ],
)
async def test_a_picture_that_cannot_be_seen_says_why(
    state: PictureState, said: str, peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    message_id = backroom.show_picture(held, state)
    page = await peer.page(f"/console/talks/{held}")
    assert said in page
    assert "<img src" not in page[page.index("<main") :]
    assert (await peer.get(f"/console/talks/{held}/pictures/{message_id}")).status == 404


async def test_a_picture_of_others_looks_like_no_picture(
    enter: Enter, held: TalkId, backroom: FakeBackroom
) -> None:
    message_id = backroom.show_picture(held, PictureState.KEPT, JPEG)
    other = enter(Role.PEER, name="ゆうなぎ")
    theirs = await other.get(f"/console/talks/{held}/pictures/{message_id}")
    nobodys = await other.get(f"/console/talks/{held}/pictures/01NONE")
    assert (theirs.status, nobodys.status) == (404, 404)
    assert await theirs.read() == (await nobodys.read()).replace(b"01NONE", message_id.encode())
    admin = await enter(Role.ADMIN).get(f"/console/talks/{held}/pictures/{message_id}")
    assert admin.status == 403


# --- read and typing ----------------------------------------------------------------------


def reads(backroom: FakeBackroom) -> list[int]:
    return [command.upto for command in backroom.ran if isinstance(command, NoteRead)]


async def test_the_holders_page_reads_what_it_shows_and_says_so_once(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    path = f"/console/talks/{held}"
    assert reads(backroom) == []
    await peer.page(path)
    await peer.page(path)
    assert backroom.ran[-1] == NoteRead(staff_id(peer), held, 1)
    await peer.post(f"{path}/answer", {"words": "読んでいます", "key": "k" * 20})
    await peer.page(path)
    assert reads(backroom) == [1]
    backroom.write("しずかなツグミ", "まだいます", channel=PIGEON)
    assert "まだいます" in await peer.page(path)
    assert reads(backroom) == [1, 3]


async def test_older_lines_do_not_count_as_the_newest(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    for number in range(2, 11):
        backroom.write("しずかなツグミ", f"ことば{number}", channel=PIGEON)
    await peer.page(f"/console/talks/{held}?before=5")
    await peer.page(f"/console/talks/{held}")
    await peer.page(f"/console/talks/{held}?before=5")
    assert reads(backroom) == [4, 10]


async def test_nobody_reads_for_the_holder(
    enter: Enter, held: TalkId, backroom: FakeBackroom
) -> None:
    supervisor = enter(Role.SUPERVISOR)
    await supervisor.page(f"/console/talks/{held}")
    assert reads(backroom) == []


async def test_a_language_chosen_on_a_talk_is_kept(peer: Browser, held: TalkId) -> None:
    response = await peer.get(f"/console/talks/{held}?lang=en")
    assert response.cookies["l"].value == "en"


async def test_writing_is_passed_on_without_a_word(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    response = await peer.post(f"/console/talks/{held}/typing", {"words": "まだ送らない"})
    assert (response.status, await response.read()) == (204, b"")
    assert backroom.ran[-1] == NoteTyping(staff_id(peer), held)
