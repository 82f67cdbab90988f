"""What a supporter does not see of a message: where its writer lives and can be reached.

Rule 11 of ``docs/privacy.md``. Patterns only, so personal names in running text stay, and so
does a town without a street number: a supporter who knows the region can name a place nearby.
Triage reads the words before any of this, never what comes out of it.

Time is linear in the length of the text: each pattern starts only where a run of its signs
starts, and every repetition is bounded or possessive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.privacy import mask_addresses
from bot.privacy.mask_signs import DIGITS, HIDDEN, KANJI_DIGITS, plain

Span = tuple[int, int]

_REST: Final = r"[!#-;=?-Z\\\[\]^-z|~_]"
_LOCAL: Final = r"[a-z0-9._%+-]"
_GAP: Final = r"[ \-ー().]{0,3}"
_ID: Final = (
    r"(?:(?<![a-z])ID|アイディー?|あいでぃー?|ユーザー(?:名|ネーム)|アカウント名?|垢|"
    r"フレンドコード)"
)
_PLATFORM: Final = (
    r"(?:(?<![a-z])(?:LINE|discord|instagram|twitter|X|tiktok|kakao(?:talk)?|skype|telegram|"
    r"threads|facebook|PSN|steam)|ライン|らいん|ディスコ(?:ード)?|インスタ(?:グラム)?|ツイッター|"
    r"ティックトック|カカオ(?:トーク)?|スカイプ|テレグラム|フェイスブック)"
)
_NAME: Final = r"[a-z0-9_][a-z0-9_.-]{2,39}"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE | re.ASCII)


_WEB: Final = _pattern(rf"(?:h?ttps?|ftp)://{_REST}{{1,2000}}")
_DOMAIN: Final = _pattern(
    rf"(?<![a-z0-9.@-])www\.{_REST}{{1,2000}}",
    r"(?<![a-z0-9.@-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|jp|info|gg|tv|app|dev|social|"
    rf"page|link|site|xyz|blog|online|moe)(?![a-z0-9.@-])(?:[/?:]{_REST}{{0,2000}})?",
    r"(?<![a-z0-9.@-])(?:[a-z0-9-]{1,63}\.){1,4}(?:me|be|io|co|ly|to|cc|us|id|st|ee)"
    rf"/{_REST}{{1,2000}}",
)
_MAIL: Final = _pattern(
    rf"(?<![@a-z0-9._%+-]){_LOCAL}++\s{{0,2}}@\s{{0,2}}(?=[0-9.-]{{0,64}}[a-z])[a-z0-9.-]{{1,255}}",
    rf"(?<![@a-z0-9._%+-]){_LOCAL}++\s{{0,2}}(?:[(\[<]at[)\]>]|アット(?:マーク)?|あっと(?:まーく)?|[☆★◎●])"
    r"\s{0,2}(?:[a-z0-9-]{1,63}\s?(?:\.|ドット|どっと|[(\[]dot[)\]])\s?){1,6}[a-z]{2,24}",
)
_ACCOUNT: Final = _pattern(
    r"(?P<at>(?<![a-z0-9_.@])@(?=[0-9.]{0,30}[a-z_])[a-z0-9_.]{2,30}(?:@[a-z0-9.-]{3,100})?)",
    rf"{_ID}\s{{0,2}}(?:[:=→]|は|が)?\s{{0,2}}(?P<id>(?=[0-9.-]{{0,40}}[a-z_]|[0-9-]{{5}}){_NAME})",
    rf"{_PLATFORM}\s{{0,2}}[:=→]\s{{0,2}}(?P<sign>{_NAME})",
    rf"{_PLATFORM}\s?は\s?(?P<said>(?=[a-z.-]{{0,40}}[0-9_])(?=[0-9.-]{{0,40}}[a-z_]){_NAME})",
    r"(?P<tag>(?<![a-z0-9_.])[a-z0-9_.]{2,64}+#[0-9]{4})(?![0-9])",
    r"(?:discord|ディスコ(?:ード)?)[^\n#]{0,20}?"
    r"(?P<spoken>[^\s#、。:は]{1,16}#[0-9]{4})(?![0-9])",
    r"(?P<switch>(?<![a-z])SW-?[0-9]{4}-[0-9]{4}-[0-9]{4})",
)
_PHONE: Final = _pattern(
    rf"(?:\+|(?<![0-9])0(?:0|10)[ -]?)81(?:{_GAP}[0-9]){{8,11}}",
    rf"\+[1-9](?:{_GAP}[0-9]){{9,14}}",
    rf"(?<![0-9])\(?0{_GAP}[5-9]{_GAP}0(?:{_GAP}[0-9]){{8}}",
    rf"(?P<fixed>(?<![0-9])\(?0[1-9](?:{_GAP}[0-9]){{8}})(?![0-9])",
)
_WORTH_A_LOOK: Final = re.compile(r"[0-9A-Za-z〇零一二三四五六七八九十]")
"""Every pattern needs one of these; most messages have none, and cost next to nothing."""
_FEW_GROUPS: Final = 3
_SPELT_OUT: Final = 8


@dataclass(frozen=True, slots=True)
class Masked:
    """Words as a supporter sees them, and how many places were covered."""

    shown: str
    count: int


def mask(words: str, labels: Mapping[str, str], *, allowed: frozenset[str] = frozenset()) -> Masked:
    """Cover telephone numbers, mail addresses, links, postal addresses and account names.

    ``labels`` holds what is shown in their place, by the kinds ``phone``, ``email``, ``link``,
    ``address`` and ``account``; ``allowed`` the numbers that stay (hotlines). Never raises.
    """
    shadow = plain(words)
    if not _WORTH_A_LOOK.search(shadow):
        return Masked(words, 0)
    free = frozenset(_digits(number) for number in allowed)
    finders: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
        ("link", lambda text: _spans(_WEB, text)),
        ("email", lambda text: _spans(_MAIL, text)),
        ("link", lambda text: _spans(_DOMAIN, text)),
        ("account", lambda text: _spans(_ACCOUNT, text)),
        ("phone", lambda text: _phones(text, free)),
        ("address", mask_addresses.spans),
    )
    found: list[tuple[int, int, str]] = []
    for kind, find in finders:
        covered = [(start, end, kind) for start, end in find(shadow)]
        shadow = _hide(shadow, covered)
        found += covered
    return _cover(words, sorted(found), labels)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    for match in pattern.finditer(text):
        # Where a group is named, only that is covered: "LINE IDは" may stay.
        yield match.span(match.lastgroup or 0)


def _phones(text: str, free: frozenset[str]) -> Iterator[Span]:
    for match in _PHONE.finditer(text.translate(KANJI_DIGITS)):
        number = match[0]
        if _digits(number) in free:
            continue
        if match["fixed"] is None or _groups_like_a_phone(number):
            yield match.span()


def _groups_like_a_phone(number: str) -> bool:
    # 03-1234-5678, or every digit by itself; "01.02.2024 12" is a date.
    groups = len(re.findall(r"[0-9]+", number))
    return groups <= _FEW_GROUPS or groups >= _SPELT_OUT


def _digits(number: str) -> str:
    return "".join(sign for sign in plain(number) if sign in DIGITS)


def _hide(text: str, spans: list[tuple[int, int, str]]) -> str:
    parts, last = [], 0
    for start, end, _ in spans:
        parts += [text[last:start], HIDDEN * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


def _cover(words: str, spans: list[tuple[int, int, str]], labels: Mapping[str, str]) -> Masked:
    parts, last = [], 0
    for start, end, kind in spans:
        parts += [words[last:start], labels.get(kind, "■■■")]
        last = end
    return Masked("".join([*parts, words[last:]]), len(spans))
