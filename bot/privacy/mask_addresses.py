"""Postal addresses in Japanese text: found by their number, then read backwards.

A street number is rare and easy to see, a town's name is neither. So the number comes first,
and what stands before it decides whether it is an address, or three to four tablets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from bot.privacy.mask_signs import HIDDEN

_PREFECTURES: Final = (
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|"
    "神奈川県|新潟県|富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|"
    "大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県|"
    "福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_D: Final = "[0-9〇一二三四五六七八九十]{1,4}"
_ROOM: Final = r"(?:\s?[^\s、。,.!?0-9\x00]{0,20}[\s-]?[0-9]{1,4}号室?)?"
_NUMBER: Final = re.compile(
    rf"(?<![0-9ー.#-])(?:"
    rf"(?P<block>{_D}丁目\s?{_D}(?:番地?|[-ー])?(?:\s?の?{_D})?(?:[-ー]{_D})?号?"
    r"|(?!(?:19|20)[0-9]{2}-)[0-9]{1,4}(?:[-ー][0-9]{1,4}){2,3}+号?)"
    rf"|{_D}(?:丁目|番地)(?:の{_D})?"
    rf"|{_D}番{_D}号"
    r"|[0-9]{1,4}[-ー][0-9]{1,4}+(?:号|(?=[\s、。,.!?)）」]|$|[ぁ-んァ-ヶ]))(?![つかくぐほヶヵカ])"
    rf"){_ROOM}"
)
_POSTCODE: Final = re.compile(
    r"〒\s{0,2}[0-9]{3}\s?[-ー]?\s?[0-9]{4}(?![0-9])"
    r"|郵便番号\s{0,2}[:はが]?\s{0,2}(?P<code>[0-9]{3}[-ー]?[0-9]{4})(?![0-9])"
    rf"|(?<![0-9-])[0-9]{{3}}-[0-9]{{4}}(?=\s{{0,3}}(?:{_PREFECTURES}))"
)
_PREFECTURE: Final = re.compile(_PREFECTURES)
_TOWN: Final = re.compile(r"[^\s\x00はがのともへや]{1,6}[市区町村郡]")
_STREET: Final = re.compile(r"[一-龥々ヶケァ-ヴー]{1,8}$")
_BREAK: Final = re.compile(rf"[。、！？!?,\n「」『』()にでを{HIDDEN}]")
_WINDOW: Final = 40
_TOWN_TO_NUMBER: Final = 20


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Places of postal codes and addresses in plain text, in order, each once."""
    codes = (match.span(match.lastgroup or 0) for match in _POSTCODE.finditer(text))
    last = 0
    for start, end in _joined(text, sorted(chain(codes, _streets(text)))):
        if start >= last:
            yield start, end
            last = end


def _streets(text: str) -> Iterator[tuple[int, int]]:
    last = 0
    for match in _NUMBER.finditer(text):
        before = text[max(last, match.start() - _WINDOW) : match.start()]
        name = _name_before(before, is_block=match["block"] is not None)
        if name:
            yield match.start() - name, match.end()
            last = match.end()


def _name_before(before: str, *, is_block: bool) -> int:
    """How many signs before the number belong to the address; none where it is no address."""
    breaks = [found.end() for found in _BREAK.finditer(before)]
    clause = before[breaks[-1] :] if breaks else before
    prefecture = _PREFECTURE.search(clause)
    if prefecture is not None:
        return len(clause) - prefecture.start()
    town = _TOWN.search(clause)
    if town is not None and len(clause) - town.end() <= _TOWN_TO_NUMBER:
        return len(clause) - town.start()
    street = _STREET.search(clause) if is_block else None
    return len(clause) - street.start() if street is not None else 0


def _joined(text: str, found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join what only blanks part: the postal code and the address after it are one place."""
    held: tuple[int, int] | None = None
    for start, end in found:
        if held is not None and not text[held[1] : start].strip():
            held = held[0], max(end, held[1])
            continue
        if held is not None:
            yield held
        held = start, end
    if held is not None:
        yield held
