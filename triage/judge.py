"""All members of triage behind one door: loads what is there, says what is missing."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar

from triage.course import Earlier, follow
from triage.decide import decide
from triage.fusion import Fusion
from triage.linear import LinearMember
from triage.look import Look, Looks, NotLoaded
from triage.opinion import STEPS, Opinion
from triage.rules import Rules
from triage.spelling import JAPANESE
from triage.verdict import Level, Reason, Verdict

if TYPE_CHECKING:
    from triage.transformer import TransformerMember

WEIGHTS: Final = Path(__file__).parent / "weights"
READY: Final = "ready"
_MANIFEST: Final = "manifest.json"
_REMEMBERED: Final = 12  # earlier messages that the course of a talk looks at
_JAPANESE: Final = re.compile(f"[{JAPANESE}]")
_KANA: Final = re.compile("[ぁ-ゖァ-ヺー]")
_NAMED_EMOJI: Final = re.compile("〔[^〕]{1,8}〕")
_ABOUT_AS_SURE: Final = 2.0  # log-odds
_FOREIGN: Final = 8  # letters without a Japanese one, from which on it is another language
_CODE: Final = re.compile("[A-Za-z0-9]{9,}")  # a number, a token, keys hit at random

Loaded = TypeVar("Loaded")

log = logging.getLogger(__name__)


def readable(plain: str) -> bool:
    """Whether the learned members can have an opinion: they learned from Japanese alone.

    Nothing but signs, another script, a sentence of another language, a line of Chinese
    characters without a single kana or mostly a long code is for human eyes; a short Latin word
    ('ok') is not.
    """
    words = _NAMED_EMOJI.sub("", plain)
    letters = sum(letter.isalpha() for letter in words)
    letters += sum(digit.isdigit() for code in _CODE.findall(words) for digit in code)
    japanese = len(_JAPANESE.findall(words))
    if japanese:
        chinese = letters >= _FOREIGN - 1 and not _KANA.search(words)
        return japanese * 2 >= letters and not chinese
    return 0 < letters < _FOREIGN and words.isascii()


class Judge:
    """Rules, linear member and transformer. One instance serves the process.

    ``states`` names every member with 'ready' or, in one English word or two, what is wrong
    ('missing', 'altered', 'broken'); health pages show it. Nothing here keeps or logs words.
    """

    name: Final = "judge"

    def __init__(
        self,
        rules: Rules,
        fusion: Fusion | None,
        linear: LinearMember | None,
        transformer: TransformerMember | None,
        states: Mapping[str, str],
    ) -> None:
        self._rules, self._fusion = rules, fusion
        self._linear, self._transformer = linear, transformer
        self._looks = Looks(rules, linear)
        self.states = dict(states)

    @classmethod
    def load(cls, folder: Path = WEIGHTS) -> Self:
        """Whatever of the members can be loaded; the rest is named in ``states``.

        Raises ``LexiconError`` for a broken lexicon: rules are the floor and must be there.
        """
        states = {"rules": READY}
        files = _Files(folder)

        def member(name: str, load: Callable[[], Loaded], *needed: str) -> Loaded | None:
            trouble = files.trouble(needed)
            loaded: Loaded | None = None
            if trouble is None:
                try:
                    loaded = load()
                except Exception:  # whatever a damaged file does, the other members go on
                    log.error("triage_member_broken")
                    trouble = "broken"
            states[name] = trouble or READY
            return loaded

        fusion = member(
            "fusion",
            lambda: Fusion.load(folder / "fusion.json", folder / "thresholds.toml"),
            "fusion.json",
            "thresholds.toml",
        )
        linear = member("linear", lambda: LinearMember.load(folder / "linear.npz"), "linear.npz")
        transformer = member(
            "transformer", lambda: _transformer(folder), "transformer.onnx", "alphabet.txt"
        )
        return cls(Rules.load(), fusion, linear, transformer, states)

    @property
    def version(self) -> str:
        """Which weights and thresholds these are."""
        return self._fusion.version if self._fusion else "rules only"

    @property
    def complete(self) -> bool:
        """Whether every member is there."""
        return all(state == READY for state in self.states.values())

    def screen(self, text: str) -> Verdict:
        """The first speed: rules and linear member, inside the transaction. Never raises.

        What they do not flag is no calm yet: the second speed decides that, and takes over what
        was found here (``triage.look``).
        """
        look = self._looks.new(text)
        verdict = self._first(look)
        if self.complete:
            self._looks.keep(text, look)
        return verdict

    def _first(self, look: Look) -> Verdict:
        if self._fusion is None or self._linear is None:
            return look.floor
        try:
            return self._judged(look, {"linear": look.linear}, "first")
        except Exception:  # the message is stored in this transaction; the rules must be enough
            log.error("triage_first_speed_failed")
            return look.floor

    def assess(self, text: str) -> Verdict:
        """The second speed: every member on one message alone.

        Raises ``NotLoaded`` where a member is missing, and whatever goes wrong in one.
        """
        return self._second(self._looks.again(text))

    def _second(self, look: Look) -> Verdict:
        if self._fusion is None or self._linear is None or self._transformer is None:
            raise NotLoaded
        if not readable(look.plain.text):
            return look.floor.joined(Verdict(Level.UNDECIDED))
        transformer = self._transformer.opinion(look.plain.text)
        return self._judged(look, {"linear": look.linear, "transformer": transformer}, "second")

    def chances(self, text: str) -> tuple[float, ...]:
        """How likely each step is, by every member that is there; () where none can say."""
        if self._fusion is None or self._linear is None:
            return ()
        look = self._looks.new(text)
        opinions = {"linear": look.linear}
        if self._transformer is not None:
            opinions["transformer"] = self._transformer.opinion(look.plain.text)
        return self._fusion.chances(opinions)

    def course(self, earlier: Sequence[Earlier], text: str, verdict: Verdict) -> Verdict:
        """The verdict in the light of what the same person wrote before; never lower."""
        return follow(earlier, text, verdict, self.verdict)

    def levels(self, turns: Iterable[str | None]) -> Iterator[Level | None]:
        """The level of a talk after each turn; it never falls. None where somebody else speaks."""
        earlier: list[Earlier] = []
        level = Level.NONE
        for text in turns:
            if text is None:
                yield None
                continue
            verdict = self.course(earlier[-_REMEMBERED:], text, self.verdict(text))
            earlier.append(Earlier(text, verdict.level, 0.0))
            level = max(level, verdict.level)
            yield level

    def verdict(self, text: str) -> Verdict:
        """The final verdict on one message alone. Never raises; UNDECIDED on any failure."""
        look = self._looks.new(text)
        first = self._first(look)
        try:
            return decide(first, self._second(look))
        except NotLoaded:
            return decide(first, None)
        except Exception:  # a researcher's batch must go on, and never read a failure as calm
            log.error("triage_verdict_failed")
            return decide(first, None)

    def _judged(self, look: Look, opinions: Mapping[str, Opinion], point: str) -> Verdict:
        assert self._fusion is not None  # noqa: S101 - callers looked
        floor = look.floor
        if self._transformer is not None and readable(look.plain.text):
            floor = self._fusion.heard(floor, opinions, point=point)
        found = self._fusion.verdict(opinions, point=point)
        if found.level < Level.PASSIVE:  # marks are for alerts: on every sad line they would
            return floor.joined(found)  # teach to look away
        reasons = tuple(
            Reason(name, found.level, *look.plain.span(opinion.start, opinion.end), member=name)
            for name, opinion in _speakers(opinions, found.level)
        )
        return floor.joined(replace(found, reasons=reasons))


def _speakers(opinions: Mapping[str, Opinion], level: Level) -> list[tuple[str, Opinion]]:
    """The members that carried a level: the surest one, and whoever is about as sure."""
    step = max((n for n, reached in enumerate(STEPS) if reached <= level), default=0)
    surest = max(opinion.danger[step] for opinion in opinions.values())
    return [(n, o) for n, o in opinions.items() if o.danger[step] >= surest - _ABOUT_AS_SURE]


def _transformer(folder: Path) -> TransformerMember:
    # Imported here: without onnxruntime the rest must still work, and 'madoakari staff' is quick.
    from triage.transformer import TransformerMember  # noqa: PLC0415 - see above

    return TransformerMember.load(folder / "transformer.onnx", folder / "alphabet.txt")


class _Files:
    """The weights folder with what its manifest promises."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._sums: Mapping[str, str] = json.loads((folder / _MANIFEST).read_text())["files"]
        except (OSError, ValueError, KeyError, TypeError):
            self._sums = {}

    def trouble(self, names: Sequence[str]) -> str | None:
        """None where every named file is there and is the one that the manifest names."""
        for name in names:
            try:
                data = (self._folder / name).read_bytes()
            except OSError:
                return "missing"
            if hashlib.sha256(data).hexdigest() != self._sums.get(name):
                return "altered"
        return None
