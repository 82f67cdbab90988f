"""What a supporter does not see, and what must stay readable."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.mask import Masked, mask

LABELS = {
    "phone": "【電話番号】",
    "email": "【メール】",
    "link": "【リンク】",
    "address": "【住所】",
    "account": "【アカウント】",
}
HOTLINES = frozenset({"0120-279-338", "0120-061-338", "#7119"})


def shown(words: str) -> str:
    return mask(words, LABELS, allowed=HOTLINES).shown


@pytest.mark.parametrize(
    "number",
    [
        "090-1234-5678",
        "09012345678",
        "０９０－１２３４－５６７８",
        "090ー1234ー5678",
        "090 1234 5678",
        "090.1234.5678",
        "090‐1234−5678",
        "0 9 0 - 1 2 3 4 - 5 6 7 8",
        "〇九〇一二三四五六七八",
        "03-1234-5678",
        "(03)1234-5678",
        "03（1234）5678",
        "0312345678",
        "0551-23-4567",
        "0800-123-4567",
        "0120-111-222",
        "+81 90 1234 5678",
        "+81-(0)3-1234-5678",
        "０１０８１９０１２３４５６７８",
        "+1 (415) 555-2671",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "わたしの番号は{}です", "電話：{}\n夜でもいいです", "{}、待ってる"]
)
def test_telephone_numbers_are_covered(number: str, around: str) -> None:
    assert shown(around.format(number)) == around.format(LABELS["phone"])


@pytest.mark.parametrize(
    "mail",
    [
        "taro.yamada@example.co.jp",
        "taro..x.@docomo.ne.jp",
        "ＴＡＲＯ＠ｇｍａｉｌ．ｃｏｍ",
        "taro_99+x@gmail",
        "taro アットマーク gmail.com",
        "taroあっとgmailどっとcom",
        "taro☆docomo.ne.jp",
        "taro(at)gmail(dot)com",
    ],
)
def test_mail_addresses_are_covered(mail: str) -> None:
    assert shown(f"{mail} に送って") == f"{LABELS['email']} に送って"


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/yuki_99",
        "http://example.jp/a?b=c#d",
        "ttps://example.jp/",
        "ｈｔｔｐｓ：／／ｘ．ｃｏｍ／ｙｕｋｉ",
        "www.example.com",
        "youtu.be/abc123",
        "discord.gg/AbC",
        "instagram.com/yuki",
        "lit.link/yuki",
    ],
)
def test_links_are_covered(link: str) -> None:
    assert shown(f"これ見て{link}、おねがい") == f"これ見て{LABELS['link']}、おねがい"


@pytest.mark.parametrize(
    "address",
    [
        "東京都新宿区西新宿2-8-1",
        "東京都新宿区西新宿２－８－１",
        "東京都新宿区西新宿二丁目八番一号",
        "〒160-0023",
        "〒160-0023 東京都新宿区西新宿2丁目8番1号",
        "160-0023　東京都新宿区西新宿2-8-1",
        "北海道札幌市中央区北1条西2丁目",
        "さいたま市浦和区常盤六丁目4番4号",
        "横浜市青葉区あざみ野2-3-4",
        "横浜市青葉区はるひ野 1-2",
        "つくば市吾妻1-10",
        "青葉台3丁目5番",
        "西新宿2-8-1",
        "長野県北安曇郡白馬村大字北城123番地",
        "東京都新宿区西新宿2-8-1 都庁ハイツ101号室",
    ],
)
def test_postal_addresses_are_covered(address: str) -> None:
    assert shown(f"住所は{address}です") == f"住所は{LABELS['address']}です"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("@yuki_99 です", "【アカウント】 です"),
        ("＠ｙｕｋｉ_99", "【アカウント】"),
        ("@yuki@mstdn.jp", "【アカウント】"),
        ("LINE ID: taro_99", "LINE ID: 【アカウント】"),
        ("LINEのIDはtaro99です", "LINEのIDは【アカウント】です"),
        ("ライン：taro.x", "ライン：【アカウント】"),
        ("インスタは yuki_0101", "インスタは 【アカウント】"),
        ("ID:12345678", "ID:【アカウント】"),
        ("yuki#1234", "【アカウント】"),
        ("ディスコードはゆうき#1234です", "ディスコードは【アカウント】です"),
        ("フレンドコード SW-1234-5678-9012", "フレンドコード 【アカウント】"),
        ("アカウント名は yuki_k", "アカウント名は 【アカウント】"),
    ],
)
def test_account_names_are_covered(words: str, expected: str) -> None:
    assert shown(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "夜中の3時30分に目がさめる",
        "34歳です。2019年の4月から10年と3か月、部屋にいます",
        "2024-01-15 10:30から",
        "01.02.2024 12:30",
        "2026/11/25 03:00",
        "1,200円、10000000円、¥98,000",
        "1日2-3回、3-4日に1度",
        "市販薬を30-40錠のんだ",
        "市販薬30-40錠",
        "今日市販薬3-4錠と頭痛薬2-3箱",
        "横浜市の病院に2-3回",
        "市役所は10-17時まで",
        "身長170.5cm、体重48-50kg",
        "東京都に住んでいます",
        "神奈川県横浜市に住んでいる34歳",
        "三丁目の夕日という映画",
        "0120-279-338にかけたけどつながらない",
        "０１２０－２７９－３３８",
        "01 2006 1338 は通話中",
        "#7119に電話した",
        "110番、119番、189、#8008",
        "1個@100円",
        "node.jsとv3.14.2",
        "LINEはiPhoneで見てる",
        "LINEは見てない。IDとか知らない",
        "アカウントは2024年に作った",
        "3.141592653589793",
        "第1234567890123回",
        "もう限界です、誰か",
        "",
    ],
)
def test_other_numbers_and_words_stay(words: str) -> None:
    result = mask(words, LABELS, allowed=HOTLINES | {"0120061338"})
    assert result == Masked(words, 0)


def test_a_hotline_is_covered_where_it_is_not_allowed() -> None:
    assert mask("0120-279-338", LABELS) == Masked("【電話番号】", 1)


def test_several_places_are_counted_and_the_rest_stays() -> None:
    words = "090-1234-5678 か taro@example.jp か @taro_9 へ。夜はだいたい起きてます"
    expected = "【電話番号】 か 【メール】 か 【アカウント】 へ。夜はだいたい起きてます"
    assert mask(words, LABELS) == Masked(expected, 3)


def test_a_kind_without_a_label_is_covered_all_the_same() -> None:
    assert mask("09012345678", {}).shown == "■■■"


signs = st.sampled_from(
    "0123456789０９〇九-ー－ .@＠#:/市区町丁目番地号県〒a.bIDLINEはの、\n\x00 錠時東京都"
)


@given(st.one_of(st.text(max_size=200), st.text(signs, max_size=120)))
def test_masking_never_raises_and_only_ever_replaces(words: str) -> None:
    result = mask(words, LABELS, allowed=HOTLINES)
    covered = sum(result.shown.count(label) for label in LABELS.values())
    assert covered >= result.count
    if result.count == 0:
        assert result.shown == words


@given(st.text("あいうえおかさたなん。、 ", max_size=60), st.text("はひふ 。、", max_size=60))
def test_a_number_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert shown(f"{before}090-1234-5678{after}") == f"{before}{LABELS['phone']}{after}"


@pytest.mark.parametrize(
    "unit",
    ["市", "a", "a.", "0", "0 9 ", "@a", "ID", "1-", "1丁目", "discord", "+8", "東京都", "市1-1 ",
     "a@", "ディスコ", "a☆", "ttp://", "%", "LINE は", "1番1号あああ", "〒", "0.", "〇"],
)  # fmt: skip
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    short, long = (unit * 60_000)[:5_000], (unit * 60_000)[:40_000]
    assert _seconds(long) < 24 * max(_seconds(short), 0.005)


def _seconds(words: str) -> float:
    """The best of three, so that a busy machine does not count."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        mask(words, LABELS, allowed=HOTLINES)
        times.append(time.perf_counter() - start)
    return min(times)
