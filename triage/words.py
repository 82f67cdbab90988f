"""The core words of danger and every way of writing one letter of them: data for ``triage.hidden``.

A word is found over a skeleton of the message: katakana, small vowels and look-alikes as the
hiragana that they stand for, whatever splits letters left out. What was really written then
decides whether the word is meant. Patterns repeat nothing without a bound.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from triage.spelling import ABOUT

_HIRAGANA: Final = {chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヷ"))}
_SMALL: Final = dict(zip("ぁぃぅぇぉァィゥェォ", "あいうえおあいうえお", strict=True))
STAND_INS: Final = "氏4四市師亡ι"
"""What is written for 死 and is a word or a number of its own elsewhere."""
_LOOKS: Final = {
    **dict.fromkeys(f"死{STAND_INS}", "し"),
    **dict.fromkeys("消肖", "き"),
    "夕": "た",
    "†": "な",  # with こ behind it the halves of た
    **dict.fromkeys("刹札", "殺"),
    **dict(zip("匕二工力卜口自吊飛降丨", "ひにえかとろじつとお|", strict=True)),
}
SKELETON: Final = str.maketrans({**_HIRAGANA, **_SMALL, **_LOOKS})

_APART: Final = "[リり][^ぁ-ヶ一-鿿]{1,3}[スす][^ぁ-ヶ一-鿿]{1,3}[カか]"
_SYLLABLES: Final = (
    "に=ni た=ta く=ku か=ka え=e き=ki て=te ま=ma さ=sa り=ri す=su の=no う=u な=na で=de と=to "
    "お=o こ=ko ろ=ro れ=re ら=ra ぐ=gu む=mu"
)
_ROMAJI: Final = {
    **dict(pair.split("=") for pair in _SYLLABLES.split()),
    "あ": "a",
    "い": "i",
    "し": "sh?i",
    "つ": "ts?u",
    "じ": "[jz]i",
    "び": "bi",
    "ん": "n",
    "ちゃ": "(?:cha|tya|cya)",
    "じゃ": "(?:ja|[jz]ya)",
}
_LETTER: Final = re.compile(".[ゃゅょ]|.")


def _letters(word: str) -> list[str]:
    """Patterns for the kana of ``word``, in kana and in romaji, each perhaps drawn out."""
    first, *rest = _LETTER.findall(word)
    tail = "".join(f"ー?(?:{x}|{_ROMAJI[x]})" if x in _ROMAJI else f"ー?{x}" for x in rest)
    latin = _ROMAJI.get(first, "")
    if latin.startswith("["):
        return [first + tail, *(sign + latin[4:] + tail for sign in latin[1:3])]
    return [first + tail, latin + tail] if latin else [first + tail]


class Word(NamedTuple):
    """A word: its shapes in the skeleton, its plain form, and what must hold before and behind.

    A shape begins with a letter, not with a choice. ``before`` and ``after`` are tried on the
    message as it stands, where the word begins and where it ends.
    """

    shapes: list[str]
    plain: str
    before: re.Pattern[str]
    after: re.Pattern[str]


def _word(
    kana: str, plain: str, before: str = "", after: str = "", *, shapes: list[str] | None = None
) -> Word:
    return Word(shapes or _letters(kana), plain, re.compile(before), re.compile(after))


_FREE: Final = "(?<![ぁ-んァ-ヶ一-鿿々ー])"  # nothing before that the letters may belong to
_NOT_KANA: Final = "(?<![ぁ-んァ-ヶー])"
# し ends many a verb before に: 探しに, 話しに. Katakana, kanji and stand-ins do not.
_OWN_SHI: Final = (
    f"(?:(?!しに|ち)|(?=ち){_FREE}|(?=し)(?<!さが)(?<!はな)(?<!なが)(?<!もど)(?<!ため)(?<!わた)"
    "(?<!あた)(?<!かえ)(?<!たの)(?<!うれ)(?<!ひさ)(?<!くる)(?<!なお)(?<!とお)(?<!おこ)(?<!っこ)(?<!のこ)(?<!すこ)(?<!さら)(?<!ちら)"
    "(?<![話探楽試出返渡押越貸消直流隠回落通戻]))"
)
_OWN_KI: Final = "(?<![か聞書ひ引])"
_NOUN: Final = "プ|ム(?!ラ)|ミ|ヤ|ガ|ル|ツ|ワン|トル"  # タイプ, タイヤ: not the ending of a wish
_WISH: Final = f"(?! ?(?:{ABOUT})|{_NOUN}|s(?:h)?ite|suru|s(?:h)?i,)"
_HURT: Final = (
    "(?= ?(?:し[たてちまそよな]|する|シ[タテチ]|痕|跡|やめ|また|ばれ|バレ|癖|くせ|のあと|の痕|の跡"
    "|がやめ|が止|s(?:h)?i|suru|ato))"
)
_START: Final = f"(?:{_NOT_KANA}|(?<=[でとはもに]))"
_END: Final = (
    r"(?=って|と[思か]|な[うんぁあ]|w|です|気|かも|すぎ|ん[だで]|[^ぁ-んァ-ヶ一-鿿々ー]|$)"
)

_OPEN: Final = (
    f"(?:{_FREE}|(?<=もう)|(?<=ほんとに)|(?<=ほんと)|(?<=まじで)|(?<=マジで)|(?<=ずっと))"
)
_NI: Final = "(?:に|ni|(?<=し)2|(?<=ひ)2|[|lれ][こに])"
_WISHES: Final = (
    f"[いあーっ]{{0,2}}{_NI}{{1,2}}[いあーっ]{{0,2}}(?:た|ta|な[こに])[たあーっa]{{0,3}}"
)


def _die(tail: str) -> list[str]:
    """死 as it is written, and what follows."""
    return [start + tail for start in ("し", "ち", "たひ", "sh?i")]


def _gone(tail: str) -> list[str]:
    return [start + tail for start in ("きー?え", "kie")]


WORDS: Final = (
    _word("", "死にたい", _OWN_SHI, _WISH, shapes=_die(f"{_WISHES}(?:[いひゐi]|れ[ヽ丶])")),
    _word("", "死にたく", _OWN_SHI, "(?= ?[なナてテはもn])", shapes=_die(f"{_WISHES}(?:く|ku)")),
    _word("", "死にたか", _OWN_SHI, "(?=[っッん])", shapes=_die(f"{_WISHES}(?:か|ka)")),
    _word("", "死にたみ", _OWN_SHI, "(?![たせや])", shapes=_die(f"{_WISHES}み")),
    _word("", "死にたすぎ", _OWN_SHI, shapes=_die(f"{_WISHES}すぎ")),
    _word("", "死にたい", _OWN_SHI, shapes=_die("ー?(?:に|ni)ー?(?:て[えー]|tee)")),
    _word("しにます", "死にます", _FREE),
    _word("しにかた", "死に方", _FREE),
    _word("", "死に方", _FREE, shapes=["しに方"]),
    _word("しのうかな", "死のうかな", f"{_FREE}|(?<=もう)"),
    _word("しのうと思", "死のうと思", f"{_FREE}|(?<=もう)"),
    _word("しのうとお", "死のうとお", f"{_FREE}|(?<=もう)", "(?=も)"),
    _word("しんじゃいた", "死んじゃいた", "", "(?=[いくイク])"),
    _word("しんでしまいた", "死んでしまいた", "", "(?=[いくイク])"),
    _word("shindeshimaitai", "死んでしまいたい", shapes=["s(?:h)?indes(?:h)?imaitai"]),
    _word("shinjaitai", "死んじゃいたい", shapes=["s(?:h)?in[jz]y?aitai"]),
    _word("しんだほうが", "死んだほうが", _FREE),
    _word("きえたい", "消えたい", _OWN_KI, f"(?!し[てま]|する|{_NOUN}|s(?:h)?ite)"),
    _word("", "消えたい", _OWN_KI, shapes=_gone("(?:たあ{1,3}い|たひ|て[えー]|tee)")),
    _word("きえたく", "消えたく", _OWN_KI, "(?= ?[なナn])"),
    _word("きえてしまいたい", "消えてしまいたい", _OWN_KI),
    _word("きえちゃいたい", "消えちゃいたい", _OWN_KI),
    _word("きえてなくな", "消えてなくな", _OWN_KI),
    _word("", "消えていい", _OWN_KI, shapes=["きえていい"]),
    _word("", "消えてもいい", _OWN_KI, shapes=["きえてもいい"]),
    _word("いなくなりたい", "いなくなりたい"),
    _word("いきていたくない", "生きていたくない", "(?=i)"),
    _word("いきたくない", "生きたくない", "(?=i)"),
    _word("たすけて", "助けて", "(?=t)", "(?![a-z])", shapes=["tasukete"]),
    _word(
        "",
        "自殺",
        "(?<!お)(?<!けい)",
        "(?!し?ゃ|ば[らっ]|風景|虫|菌|伐|到|意|陣)",
        shapes=["じー?(?:さつ|sats?u|殺)", "ji(?:sats?u|殺)", "zi(?:sats?u|殺)", "j殺"],
    ),
    _word("", "自死", "(?=自)(?<![一-鿿])", shapes=["じたひ"]),
    _word("りすか", "リスカ", _START, f"{_HURT}|(?<=a)(?![a-z])"),
    _word("", "リスカ", _START, _HURT, shapes=["rsk"]),
    _word("りすか", "リスカ", f"(?=リス力|{_APART})(?<![ァ-ヶー])"),
    _word("あむか", "アムカ", _START, _HURT),
    _word("れぐか", "レグカ", _START, _HURT),
    _word("りすとかっと", "リストカット", shapes=["りすとかっと", "risutokatto"]),
    _word("おーばーどーず", "オーバードーズ", shapes=["おーばーどーず"]),
    _word("", "首吊り", "", "(?!る)", shapes=["くびー?つり", "首ー?つり", "kubits?uri"]),
    _word("とびおり", "飛び降り", "", r"(?= ?[たるよそれまろてタルヨ]|$|[。、!\nt])"),
    _word("れんたん", "練炭", f"(?=[れレ]){_FREE}"),
    _word("ころしたい", "殺したい", "(?<![とどご])"),
    _word("ころされ", "殺され", "(?<![とど])", "(?= ?[るそたかルソタrst])"),
    _word("", "殺され", "", "(?= ?(?:る|そう|た|か))", shapes=["殺され"]),
    _word("", "殺す", "(?=殺)", "(?![キー])", shapes=["殺す"]),
    _word("", "死のう", "(?=[死歹])", shapes=["しのう"]),
    _word("", "死んだ", "(?=[死歹])", shapes=["しんだ"]),
    _word("", "死にたい", _OPEN, _END, shapes=["いたにし"]),
    _word("", "死にたい", "(?=いたに死)(?<![てでしっんれ])", shapes=["いたにし"]),
    _word("", "消えたい", _FREE, _END, shapes=["いたえき"]),
    _word("", "自殺", _FREE, _END, shapes=["つさじ", "殺じ"]),
    _word("", "リスカ", f"(?=カ){_FREE}", _HURT, shapes=["かすり"]),
)


BACKWARDS: Final = frozenset({"いたにし", "いたえき", "つさじ", "かすり"})


class Masked(NamedTuple):
    """A word of which any one letter may be a circle, a star or the like, as in the skeleton."""

    letters: str
    plain: str
    after: re.Pattern[str]


def _masked(letters: str, plain: str, after: str = "") -> Masked:
    return Masked(letters, plain, re.compile(after))


OWN: Final = f"(?:(?![ぁ-ん])|{_OPEN})"
"""Before a masked word: hiragana may not be the end of another word."""

MASKED: Final = (
    _masked("しにたい", "死にたい", _WISH),
    _masked("しにたく", "死にたく", "(?= ?[なて])"),
    _masked("きえたい", "消えたい", "(?!し[てま]|する)"),
    _masked("きえたく", "消えたく", "(?= ?な)"),
    _masked("しんじゃいたい", "死んじゃいたい"),
    _masked("しんでしまいたい", "死んでしまいたい"),
    _masked("きえてしまいたい", "消えてしまいたい"),
    _masked("きえちゃいたい", "消えちゃいたい"),
    _masked("いなくなりたい", "いなくなりたい"),
    _masked("じさつ", "自殺", "(?!ば[らっ])"),
    _masked("りすか", "リスカ", _HURT),
    _masked("あむか", "アムカ", _HURT),
    _masked("れぐか", "レグカ", _HURT),
    _masked("りすとかっと", "リストカット"),
    _masked("おーばーどーず", "オーバードーズ"),
    _masked("首つり", "首吊り", "(?!る)"),
    _masked("くびつり", "首吊り", "(?!る)"),
    _masked("とびおり", "飛び降り"),
    _masked("れんたん", "練炭"),
    _masked("ころしたい", "殺したい"),
    _masked("殺したい", "殺したい"),
)
NEVER_MASKED: Final = frozenset(
    {"○んたん", "れんた○", "きえた○", "きえ○く", "じさ○", "殺し○い", "○つり"}
)
"""Too many harmless words look like these: 簡単, レンタル, 消えた with a sign behind it."""
