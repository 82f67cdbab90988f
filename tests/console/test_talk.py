"""The desk and one talk: what each role sees, and what happens to words."""

from __future__ import annotations

import html
import io
import re

import pytest

from bot.core.model.commands import ReplyToVisitor, WriteNote
from bot.core.model.ids import TalkId
from bot.core.model.messages import Delivery, Sender
from bot.core.model.people import Role
from bot.core.model.safety import ConcernState, Resolution
from bot.core.model.talk import TalkState
from tests.console.conftest import Browser, Enter, console_over, serving, staff_id
from tests.fakes.backroom import FakeBackroom
from triage.verdict import Kind, Level, Reason

KEY = "k" * 20
JSON = "application/json"


@pytest.fixture
def peer(enter: Enter) -> Browser:
    return enter(Role.PEER, name="こはる")


@pytest.fixture
async def held(peer: Browser, backroom: FakeBackroom) -> TalkId:
    """A talk that ``peer`` holds."""
    talk_id = backroom.write("しずかなツグミ", "こんばんは")
    assert (await peer.post("/console/next")).headers["Location"] == f"/console/talks/{talk_id}"
    return talk_id


def answers(backroom: FakeBackroom, talk_id: TalkId) -> list[str | None]:
    return [line.words for line in backroom.rooms[talk_id].lines if line.sender is Sender.STAFF]


def boxed(page: str, name: str) -> str:
    """What stands in a box of the page."""
    found = re.search(rf'<textarea id="{name}-words"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def key_of(page: str, name: str) -> str:
    form = page[page.index(f'id="{name}"') :]
    found = re.search(r'name="key" value="([^"]+)"', form)
    assert found is not None
    return found[1]


# --- the desk -----------------------------------------------------------------------------


async def test_a_peer_sees_counts_and_nobody_to_pick(peer: Browser, backroom: FakeBackroom) -> None:
    backroom.write("しずかなツグミ", "こんばんは")
    backroom.pass_time(minutes=12)
    backroom.write("まるいスズメ", "消えたい", level=Level.ACTIVE)
    page = await peer.page("/console")
    for said in ("2人が待っています", "うち気がかりの印 1人", "いちばん長い人は12分"):
        assert said in page
    for hidden in ("ツグミ", "スズメ", "こんばんは", "消えたい", "/console/flagged"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.PEER, set[str]()),
        (Role.COUNSELLOR, {"スズメ"}),
        (Role.SUPERVISOR, {"スズメ", "ツグミ"}),
        (Role.ADMIN, set[str]()),
    ],
)
async def test_lists_and_talks_open_to_whom_they_may(
    role: Role, sees: set[str], enter: Enter, backroom: FakeBackroom
) -> None:
    calm = backroom.write("しずかなツグミ", "こんばんは")
    grave = backroom.write("まるいスズメ", "消えたい", level=Level.ACTIVE)
    browser = enter(role)
    page = await browser.page("/console")
    assert {name for name in ("スズメ", "ツグミ") if name in page} == sees
    for talk_id, name in ((calm, "ツグミ"), (grave, "スズメ")):
        response = await browser.get(f"/console/talks/{talk_id}")
        assert (response.status == 200) == (name in sees)
        assert (name in await response.text()) == (name in sees)


async def test_an_admin_sees_numbers_instead_of_words(enter: Enter, backroom: FakeBackroom) -> None:
    backroom.write("しずかなツグミ", "こんばんは")
    page = await enter(Role.ADMIN).page("/console")
    assert "<dt>待っている相談</dt><dd>1</dd>" in page
    assert "つぎの人" not in page


async def test_nobody_waiting_and_full_hands_are_said_on_the_desk(
    peer: Browser, held: TalkId, enter: Enter, backroom: FakeBackroom
) -> None:
    backroom.write("まるいスズメ", "こんばんは")
    full = await peer.post("/console/next")
    assert full.status == 409
    assert "同時に受け持てるのは1件までです" in await full.text()
    other = enter(Role.PEER, name="ゆうなぎ")
    await other.post("/console/next")
    none = await enter(Role.PEER, name="さざなみ").post("/console/next")
    assert none.status == 409
    assert "いま、お待ちの人はいません" in await none.text()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("degraded", [True, False])
async def test_the_desk_says_when_a_part_of_triage_rests(
    role: Role, *, degraded: bool, backroom: FakeBackroom
) -> None:
    token = backroom.signed_in(backroom.hire("みなと", role))
    async for client in serving(console_over(backroom, degraded=degraded)):
        page = await Browser(client, backroom, token).page("/console")
        assert ("機械の目のひとつが休んでいます" in page) == degraded


async def test_duty_is_switched_and_said(peer: Browser) -> None:
    await peer.post("/console/duty", {"to": "on"})
    assert "当番を終える" in await peer.page("/console")
    await peer.post("/console/duty", {"to": "off"})
    assert "当番に入る" in await peer.page("/console")
    assert (await peer.post("/console/duty", {"to": "x"})).status == 400


async def test_the_desk_moves_without_javascript(peer: Browser) -> None:
    assert '<noscript><meta http-equiv="refresh"' in await peer.page("/console")


# --- reading ------------------------------------------------------------------------------


async def test_words_are_escaped_and_marks_lie_inside_them(
    enter: Enter, backroom: FakeBackroom
) -> None:
    words = '<img src=x onerror=alert(1)> & "もう薬を<b>ためて"いる'
    talk_id = backroom.write(
        "しずかなツグミ",
        words,
        level=Level.ACTIVE,
        kinds=[Kind.SUICIDE],
        marked='薬を<b>ためて"',
        rule="suicide.means",
    )
    page = await enter(Role.SUPERVISOR).page(f"/console/talks/{talk_id}")
    assert "<img src=x" not in page
    assert "<b>" not in page
    marked = re.search(r'<mark title="規則 suicide.means"[^>]*>(.*?)</mark>', page)
    assert marked is not None
    assert html.unescape(marked[1]) == '薬を<b>ためて"'
    line = re.search(r'<p class="words">(.*?)</p>', page, re.DOTALL)
    assert line is not None
    assert html.unescape(re.sub(r"</?mark[^>]*>", "", line[1])) == words
    assert "<code>suicide.means</code>" in page
    assert "危険が高い" in page
    assert "自殺" in page


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("ja", "理由: 規則 suicide.means 言いまわし 文全体 流れ 危険のあとの短い言葉"),
        (
            "en",
            (
                "Why: Rules suicide.means Turn of phrase Whole message "
                "Course of the talk few words after danger"
            ),
        ),
    ],
)
async def test_a_line_says_which_member_said_so_in_plain_words(
    locale: str, said: str, enter: Enter, backroom: FakeBackroom
) -> None:
    found = (
        Reason("course.after_danger", Level.IMMINENT, 0, 11, "course"),
        Reason("transformer", Level.ACTIVE, 4, 11, "transformer"),
        Reason("linear", Level.ACTIVE, 0, 4, "linear"),
        Reason("linear", Level.PASSIVE, 0, 4, "linear"),
    )
    talk_id = backroom.write(
        "しずかなツグミ",
        "もう薬をためてある。夜",
        level=Level.IMMINENT,
        marked="薬を",
        rule="suicide.means",
        reasons=found,
    )
    page = await enter(Role.SUPERVISOR).page(f"/console/talks/{talk_id}?lang={locale}")
    line = page[page.index('<p class="below reasons">') :]
    shown = html.unescape(re.sub(r"<[^>]*>", "", line[: line.index("</p>")]))
    assert " ".join(shown.split()) == said
    looks = re.findall(r"<mark( class=\"learned\")?[^>]*>(.*?)</mark>", page)
    assert looks == [
        (' class="learned"', "もう"),
        ("", "薬を"),
        (' class="learned"', "ためてある。夜"),
    ]
    heard = {"ja": "（言いまわしの印）", "en": " (marked by: Turn of phrase)"}[locale]
    assert heard in page
    assert not re.search(r"\d\s*[%％]", page[page.index('id="lines"') :])


async def test_a_member_of_another_version_is_still_named(
    enter: Enter, backroom: FakeBackroom
) -> None:
    found = (Reason("x.y", Level.PASSIVE, 0, 2, "oracle"),)
    talk_id = backroom.write("しずかなツグミ", "ことば", level=Level.PASSIVE, reasons=found)
    page = await enter(Role.SUPERVISOR).page(f"/console/talks/{talk_id}")
    assert "機械の目" in page
    assert "x.y" not in page


async def test_what_nobody_could_judge_asks_for_human_eyes(
    enter: Enter, backroom: FakeBackroom
) -> None:
    talk_id = backroom.write("しずかなツグミ", "……", level=Level.UNDECIDED)
    page = await enter(Role.SUPERVISOR).page(f"/console/talks/{talk_id}")
    assert "未判定（人の目で確かめてください）" in page


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (Delivery.SENDING, "送信中"),
        (Delivery.IN_ROOM, "相手の部屋に届いた（未読）"),
        (Delivery.DELIVERED, "相手の画面かアプリに届いた"),
        (Delivery.FAILED, "届きませんでした。相手がまた書いてくれたら"),
    ],
)
async def test_how_far_an_answer_came_is_said_in_words(
    delivery: Delivery, said: str, peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    await peer.post(f"/console/talks/{held}/answer", {"words": "読んでいます", "key": KEY})
    backroom.travel(held, 2, delivery)
    assert said in await peer.page(f"/console/talks/{held}")


async def test_templates_are_marked_automatic(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    backroom.card(held, "error.nothing_waiting")
    page = await peer.page(f"/console/talks/{held}")
    assert '<span class="tag">自動</span>' in page
    assert "いま、お待ちの人はいません。" in page


async def test_an_erased_talk_shows_nothing_but_that(enter: Enter, backroom: FakeBackroom) -> None:
    talk_id = backroom.write("しずかなツグミ", "こんばんは")
    supervisor = enter(Role.SUPERVISOR)
    backroom.erase(talk_id)
    page = await supervisor.page(f"/console/talks/{talk_id}")
    assert "消去されました" in page
    for gone in ("ツグミ", "こんばんは", 'name="words"'):
        assert gone not in page


async def test_older_lines_are_paged_to_the_very_first(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    for number in range(2, 451):
        backroom.write("しずかなツグミ", f"ことば{number}")
    seen: list[int] = []
    path: str | None = f"/console/talks/{held}"
    while path is not None:
        page = await peer.page(path)
        seen = [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] + seen
        more = re.search(r'href="(\?before=\d+)"', page)
        path = f"/console/talks/{held}{more[1]}" if more else None
    assert seen == list(range(1, 451))
    assert (await peer.get(f"/console/talks/{held}?before=x")).status == 404


# --- writing ------------------------------------------------------------------------------


async def test_an_answer_is_stored_once_however_often_it_is_sent(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    path, form = f"/console/talks/{held}/answer", {"words": "読んでいます", "key": KEY}
    plain = await peer.post(path, form)
    assert (plain.status, plain.headers["Location"]) == (303, f"/console/talks/{held}")
    script = await (await peer.post(path, form, Accept=JSON)).json()
    assert script["ok"] is True
    assert script["key"] != KEY
    assert answers(backroom, held) == ["読んでいます"]


@pytest.mark.parametrize("box", ["answer", "note"])
@pytest.mark.parametrize(
    ("words", "sentence"),
    [("   ", "まだ何も書かれていない"), ("長" * 2001, "一度に送れるのは2000文字まで")],
)
async def test_words_stay_in_the_box_when_something_is_wrong(
    box: str, words: str, sentence: str, peer: Browser, held: TalkId
) -> None:
    response = await peer.post(f"/console/talks/{held}/{box}", {"words": words, "key": KEY})
    page = await response.text()
    assert response.status == 400
    assert sentence in page
    assert boxed(page, box) == words
    assert key_of(page, box) == KEY


async def test_a_key_with_other_words_is_refused_and_replaced(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    path = f"/console/talks/{held}/answer"
    await peer.post(path, {"words": "一つ目", "key": KEY})
    response = await peer.post(path, {"words": "二つ目", "key": KEY})
    page = await response.text()
    assert response.status == 400
    assert boxed(page, "answer") == "二つ目"
    await peer.post(path, {"words": "二つ目", "key": key_of(page, "answer")})
    assert answers(backroom, held) == ["一つ目", "二つ目"]


async def test_a_form_without_a_key_is_refused_and_its_words_kept(
    peer: Browser, held: TalkId
) -> None:
    response = await peer.post(f"/console/talks/{held}/answer", {"words": "ことば"})
    assert response.status == 400
    assert boxed(await response.text(), "answer") == "ことば"


async def test_words_for_a_talk_that_was_taken_away_come_back(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    await peer.post(f"/console/talks/{held}/hand-back")
    form = {"words": "まだ送れていない返事", "key": KEY}
    response = await peer.post(f"/console/talks/{held}/answer", form)
    page = await response.text()
    assert response.status == 409
    assert "いまあなたの担当ではありません" in page
    assert "まだ送れていない返事" in page
    assert "こんばんは" not in page


@pytest.mark.parametrize("words", ["\n\n前の空行", "<textarea>", "絵文字👨‍👩‍👧と\n改行"])
async def test_a_box_gives_back_exactly_what_was_written(
    words: str, peer: Browser, held: TalkId
) -> None:
    response = await peer.post(f"/console/talks/{held}/answer", {"words": words, "key": "bad"})
    assert boxed(await response.text(), "answer") == words


async def test_the_longest_message_of_all_fits_through_the_door(
    backroom: FakeBackroom, peer: Browser, held: TalkId
) -> None:
    words = "🌙" * 2000
    response = await peer.post(f"/console/talks/{held}/answer", {"words": words, "key": KEY})
    assert response.status == 303
    assert answers(backroom, held) == [words]


async def test_ten_megabytes_are_refused_in_one_sentence(peer: Browser, held: TalkId) -> None:
    response = await peer.client.post(
        f"/console/talks/{held}/answer",
        data=io.BytesIO(b"words=" + b"a" * 10_000_000),
        headers={
            "Cookie": f"c={peer.token}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    assert response.status == 400
    assert "大きすぎて" in await response.text()


async def test_only_the_holder_gets_a_box_to_answer_in(
    enter: Enter, held: TalkId, backroom: FakeBackroom
) -> None:
    supervisor = enter(Role.SUPERVISOR)
    page = await supervisor.page(f"/console/talks/{held}")
    assert 'id="answer-words"' not in page
    assert 'id="note-words"' in page
    form = {"words": "よこから", "key": KEY}
    assert (await supervisor.post(f"/console/talks/{held}/answer", form)).status == 409
    assert answers(backroom, held) == []


async def test_a_note_stays_beside_the_talk(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    form = {"words": "明日の朝のことを聞く", "key": KEY}
    await peer.post(f"/console/talks/{held}/note", form)
    await peer.post(f"/console/talks/{held}/note", form)
    assert [note.words for note in backroom.rooms[held].notes] == ["明日の朝のことを聞く"]
    assert answers(backroom, held) == []
    assert "明日の朝のことを聞く" in await peer.page(f"/console/talks/{held}")


async def test_what_is_sent_carries_the_sender_and_the_key(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    for box, key in (("answer", "a" * 20), ("note", "n" * 20)):
        await peer.post(f"/console/talks/{held}/{box}", {"words": box, "key": key})
    assert backroom.ran[-2:] == [
        ReplyToVisitor(staff_id(peer), held, "a" * 20, "answer"),
        WriteNote(staff_id(peer), held, "n" * 20, "note"),
    ]


# --- giving back, letting rest, being worried ---------------------------------------------


async def test_handing_back_needs_no_reason(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    response = await peer.post(f"/console/talks/{held}/hand-back")
    assert response.headers["Location"] == "/console?said=handed_back"
    assert backroom.rooms[held].talk.state is TalkState.WAITING
    assert "相談を列に戻しました" in await peer.page("/console?said=handed_back")


async def test_a_talk_with_an_open_flag_cannot_be_closed_and_says_why(
    peer: Browser, held: TalkId, enter: Enter, backroom: FakeBackroom
) -> None:
    path = f"/console/talks/{held}"
    worried = await peer.post(f"{path}/worry")
    assert worried.headers["Location"] == f"{path}?said=worried"
    page = await peer.page(path)
    assert f'action="{path}/close"' not in page
    assert "気がかりの印が残っている間は終えられません" in page
    refused = await peer.post(f"{path}/close")
    assert refused.status == 409
    assert "この相談は終えられません" in await refused.text()
    await resolve(enter(Role.SUPERVISOR), backroom, held)
    closed = await peer.post(f"{path}/close")
    assert closed.headers["Location"] == "/console?said=closed"
    assert backroom.rooms[held].talk.state is TalkState.CLOSED


async def resolve(browser: Browser, backroom: FakeBackroom, talk_id: TalkId) -> None:
    concern = backroom.rooms[talk_id].concern
    assert concern is not None
    form = {"resolution": "talked", "back": f"/console/talks/{talk_id}"}
    response = await browser.post(f"/console/concerns/{concern.id}/resolve", form)
    assert response.headers["Location"] == f"/console/talks/{talk_id}?said=resolved"
    assert (concern.state, concern.resolution) == (ConcernState.RESOLVED, Resolution.TALKED)


async def test_resolving_needs_a_reason(enter: Enter, backroom: FakeBackroom) -> None:
    talk_id = backroom.write("まるいスズメ", "消えたい", level=Level.ACTIVE)
    concern = backroom.rooms[talk_id].concern
    assert concern is not None
    for chosen in ({}, {"resolution": "because"}):
        path = f"/console/concerns/{concern.id}/resolve"
        response = await enter(Role.COUNSELLOR, name=f"{chosen}").post(path, chosen)
        assert response.status == 400
    assert concern.state is ConcernState.RAISED


async def test_acting_on_a_talk_of_others_looks_like_no_such_talk(
    held: TalkId, enter: Enter
) -> None:
    other = enter(Role.PEER, name="ゆうなぎ")
    for name in ("hand-back", "close", "worry"):
        theirs = await other.post(f"/console/talks/{held}/{name}")
        nobodys = await other.post(f"/console/talks/01NONE/{name}")
        assert (theirs.status, nobodys.status) == (404, 404)


# --- the alarm ----------------------------------------------------------------------------


async def test_the_banner_stands_on_every_page_with_a_button_in_it(
    enter: Enter, backroom: FakeBackroom
) -> None:
    talk_id = backroom.write(
        "まるいスズメ", "ひみつのことば", level=Level.IMMINENT, kinds=[Kind.SUICIDE]
    )
    concern = backroom.rooms[talk_id].concern
    assert concern is not None
    both = enter(Role.COUNSELLOR, Role.ADMIN)
    for path in ("/console", "/console/flagged", "/console/staff", "/console/counts"):
        page = await both.page(path)
        banner = page[page.index('id="alarms" role="alert"') : page.index("<main")]
        assert f"/console/concerns/{concern.id}/acknowledge" in banner
        assert "切迫" in banner
        assert "■" in banner
        assert "ひみつ" not in page
    taken = await both.post(f"/console/concerns/{concern.id}/acknowledge")
    assert taken.headers["Location"] == f"/console/talks/{talk_id}"
    assert "さんが対応しています" in await both.page("/console")
    again = await enter(Role.COUNSELLOR).post(f"/console/concerns/{concern.id}/acknowledge")
    assert again.status == 409


async def test_a_peer_hears_of_their_own_talk_and_of_no_other(
    peer: Browser, held: TalkId, backroom: FakeBackroom
) -> None:
    backroom.write("まるいスズメ", "消えたい", level=Level.IMMINENT)
    assert "alarm-raised" not in await peer.page("/console")
    backroom.write("しずかなツグミ", "消えたい", level=Level.ACTIVE)
    page = await peer.page("/console")
    assert page.count("alarm-raised") == 1
    assert "専門家とスーパーバイザーに知らせています" in page
    assert "/acknowledge" not in page
