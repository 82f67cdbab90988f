"""Core words of danger under a disguise: where they stand, and whether they are really meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from triage.spelling import JAPANESE, MASK, SEPARATORS
from triage.words import BACKWARDS, MASKED, NEVER_MASKED, OWN, SKELETON, STAND_INS, WORDS, Word


class Edit(NamedTuple):
    """``text[start:end]`` reads as ``plain``; ``hides`` where that was disguised."""

    start: int
    end: int
    plain: str
    hides: bool


_EMOJI: Final = "\u2190-\u21ff\u23ce\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_GAP: Final = re.compile(rf"(?:〔[^〕\n]{{1,6}}〕|[{SEPARATORS}。{_EMOJI}]){{1,9}}")
_MASKS: Final = re.compile(rf"[{MASK}]")
_CLEAR: Final = re.compile("[○●〇◯◎□■△▲☆★*×✕✖╳]")
_BESIDE_MASKS: Final = re.compile(r"[ .,、/|\n\-]{1,3}")
_BESIDE_CLEAR_MASKS: Final = re.compile(r"[ .,、/|・_\n\-]{1,3}")  # both may be a mask themselves
_WIDEST: Final = 3  # signs between two letters of one word
_ORDINARY: Final = re.compile(r"[ \n,、。…!]")  # what also stands between two words
_SHORT: Final = 2  # letters that any two words may have at their meeting
_REACH: Final = 9
_IN_HALVES: Final = re.compile("[タ夕歹][ヒ匕]")  # 死 as two letters
_SIGNS: Final = frozenset("○●〇◯◎□■△▲☆★*×✕✖╳_")
_OWN: Final = re.compile(OWN)
_DRAWN: Final = frozenset("〜~")
_CORE_KANJI: Final = frozenset("死消自殺首飛")
_KANJI_BEFORE: Final = re.compile("(?<=[一-鿿々])")
_JAPANESE_BEFORE: Final = re.compile(f"(?<=[{JAPANESE}])")
_KATAKANA: Final = re.compile("[ァ-ヶ]")
_KATAKANA_BEFORE: Final = re.compile("(?<=[ァ-ヶー])")
_DEATHS: Final = re.compile("(?<=[生必急即病不戦餓凍溺瀕致脳突検変惨枯尊安早客決圧焼頓殉老事])")
_ADVERB: Final = re.compile(
    "(?<=毎日|毎朝|毎晩|今日|昨日|明日|今夜|正直|結局|最近|絶対|全部|時々|何度|本当)"
)
_NUMBER_OR_NAME: Final = re.compile(r"(?<=[一-鿿々\d.,/:-])")
_LATIN_BEFORE: Final = re.compile("(?<=[a-z0-9])|(?<=[a-z0-9][/@._=?&-])")  # words, addresses
_BY_SYLLABLES: Final = re.compile(r"(?:(?:[b-df-hj-np-tv-z]{0,3}[aeiou]|[ぁ-ん])\W{0,3}){1,12}")
_OPEN_KANA: Final = re.compile("[ぁ-んァ-ヶー]")


def _finder(shapes: Iterable[tuple[int, str]]) -> tuple[re.Pattern[str], list[list[int]]]:
    """One pattern for all shapes, by their first letter, and whose shape each group ends."""
    owners: dict[str, list[int]] = {}
    for owner, shape in shapes:
        owners.setdefault(shape, []).append(owner)
    by_letter: dict[str, list[str]] = {}
    for shape in owners:
        by_letter.setdefault(shape[0], []).append(shape)
    parts = (
        f"{letter}(?:{'|'.join(f'{shape[1:]}()' for shape in same)})"
        for letter, same in by_letter.items()
    )
    ordered = [owners[shape] for same in by_letter.values() for shape in same]
    return re.compile("|".join(parts)), ordered


_FIND, _OWNERS = _finder((n, shape) for n, word in enumerate(WORDS) for shape in word.shapes)
_WITH_MASK: Final = tuple(
    (word, shape)
    for word in MASKED
    for place in range(len(word.letters))
    if (shape := f"{word.letters[:place]}○{word.letters[place + 1 :]}") not in NEVER_MASKED
)
_FIND_MASKED, _MASK_OWNERS = _finder((n, shape) for n, (_, shape) in enumerate(_WITH_MASK))
_CIRCLES: Final = {**SKELETON, **{ord(sign): "○" for sign in "○●〇◯◎□■△▲☆★*×✕✖╳x_?・"}}


def words(text: str) -> list[Edit]:
    """Core words split, spelled otherwise, in romaji or reversed; in order, none over another."""
    skeleton, places = _skeleton(text, _GAP, SKELETON)
    found, position = [], 0
    while match := _FIND.search(skeleton, position):
        start, end = places[match.start()], places[match.end() - 1] + 1
        position = match.end()
        owners = [WORDS[owner] for owner in _OWNERS[(match.lastindex or 1) - 1]]
        if any(text[start:end] == word.plain for word in owners):
            continue
        word = next((word for word in owners if _meant(word, text, start, end)), None)
        if word is None:
            position = match.start() + 1
        else:
            found.append(Edit(start, end, word.plain, _hides(word, text[start:end])))
    return found


def masked(text: str) -> list[Edit]:
    """Core words with one letter masked; in order, none over another."""
    if not _MASKS.search(text):
        return []
    gap = _BESIDE_CLEAR_MASKS if _CLEAR.search(text) else _BESIDE_MASKS
    skeleton, places = _skeleton(text, gap, _CIRCLES)
    found, position = [], 0
    while match := _FIND_MASKED.search(skeleton, position):
        start, end = places[match.start()], places[match.end() - 1] + 1
        word, shape = _WITH_MASK[_MASK_OWNERS[(match.lastindex or 1) - 1][0]]
        circle = places[match.start() + shape.index("○")]
        if _mask_stands(text, start, end, circle) and word.after.match(text, end):
            found.append(Edit(start, end, word.plain, hides=True))
            position = match.end()
        else:
            position = match.start() + 1
    return found


def _skeleton(
    text: str, gap: re.Pattern[str], table: dict[int, str]
) -> tuple[str, range | list[int]]:
    """The message without what splits letters, every letter folded, and where each one stood."""
    gaps = [match.span() for match in gap.finditer(text)]
    folded = text.translate(table)
    if not gaps:
        return folded, range(len(text))
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for start, end in (*gaps, (len(text), len(text))):
        pieces.append(folded[done:start])
        places += range(done, start)
        done = end
    return "".join(pieces), places


def _meant(word: Word, text: str, start: int, end: int) -> bool:
    """Whether what was written there is the word, and not a part of harmless ones."""
    if not (word.before.match(text, start) and word.after.match(text, end)):
        return False
    if text[start] in STAND_INS and not _stands_in(text, start):
        return False
    if text[start].isascii() and text[start].isalpha() and _LATIN_BEFORE.match(text, start):
        return False
    gaps = [gap for gap in _GAP.findall(text[start:end]) if not _DRAWN.issuperset(gap)]
    return not gaps or _is_split(word, text, start, end, gaps)


def _stands_in(text: str, start: int) -> bool:
    """Whether a number or a word like 市 is not a part of a longer one there."""
    return not _NUMBER_OR_NAME.match(text, start) or _ADVERB.match(text, start) is not None


def _is_split(word: Word, text: str, start: int, end: int, gaps: list[str]) -> bool:
    """Whether the gaps part the letters of one word rather than words from each other."""
    if any(len(gap) > _WIDEST and "〔" not in gap for gap in gaps):
        return False
    letters = _GAP.sub("", text[start:end])
    throughout = len(gaps) >= len(_IN_HALVES.sub("死", letters)) - 1
    if letters[0].isascii() and letters[0].isalpha():
        return throughout or _BY_SYLLABLES.fullmatch(text, start, end) is not None
    if letters[0] in _CORE_KANJI:
        return (throughout and len(letters) > _SHORT) or _begins(text, start)
    if throughout:
        return _spelled_out(word, letters, text, start)
    inside = gaps[:-1] if _GAP.fullmatch(text, end - 2, end - 1) else gaps
    return not (any(map(_ORDINARY.search, inside)) or not _apart(text, start))


def _apart(text: str, start: int) -> bool:
    """Whether no letter stands before that may belong to the same word."""
    before = _KATAKANA_BEFORE if _KATAKANA.match(text, start) else _JAPANESE_BEFORE
    return before.match(text, start) is None


def _begins(text: str, start: int) -> bool:
    """Whether a kanji begins a word of its own: 死 does unless it ends one, as in 必死."""
    before = _DEATHS if text[start] == "死" else _KANJI_BEFORE
    return before.match(text, start) is None or _ADVERB.match(text, start) is not None


def _spelled_out(word: Word, letters: str, text: str, start: int) -> bool:
    """Whether split letters are the word even where those before them are split as well."""
    before = _GAP.sub("", text[max(0, start - _REACH) : start])
    return _apart(text, start) and word.before.match(before + letters, len(before)) is not None


def _hides(word: Word, written: str) -> bool:
    """Whether it is written backwards, or with more than kana and the letters of its plain form."""
    return word.shapes[0] in BACKWARDS or not all(
        letter in word.plain or _OPEN_KANA.match(letter) for letter in written
    )


def _mask_stands(text: str, start: int, end: int, circle: int) -> bool:
    """Whether the sign at ``circle`` is there in place of a letter."""
    sign, before, behind = text[circle], text[circle - 1 : circle], text[circle + 1 : circle + 2]
    if before in _SIGNS or behind in _SIGNS:
        return False
    if sign == "x" and (before + behind).isascii() and (before + behind).isalnum():
        return False
    if circle in (start, end - 1) and sign in "?・":
        return False
    if circle == start:
        return not _KANJI_BEFORE.match(text, start) or _ADVERB.match(text, start) is not None
    if text[start] in STAND_INS:
        return _stands_in(text, start)
    return _OWN.match(text, start) is not None
