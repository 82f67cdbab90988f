"""Evaluation: every figure of the model card, on a split that nothing was fitted on."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from triage.fusion import Fusion
from triage.judge import WEIGHTS, Judge
from triage.linear import LinearMember
from triage.opinion import STEPS, Opinion
from triage.rules import Rules
from triage.training import data, measure
from triage.training.pretrain import plain, read_texts
from triage.training.settings import CONFIG
from triage.transformer import TransformerMember
from triage.verdict import Level, Verdict

MEMBERS: Final = ("linear", "transformer")
_HELD_OUT_CHAT: Final = 5000  # lines of everyday chat that no member learns from


def work_folder() -> Path:
    """Where checkpoints and caches lie; MADOAKARI_TRAINING names it."""
    folder = Path(os.environ.get("MADOAKARI_TRAINING", "build/triage"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def texts_folder() -> Path:
    """Where the texts for pre-training lie. Raises ``SystemExit`` where nobody says."""
    named = os.environ.get("MADOAKARI_PRETRAINING")
    if not named:
        raise SystemExit("MADOAKARI_PRETRAINING must name the folder with the texts of config.toml")
    return Path(named)


def ordinary() -> tuple[list[str], list[str]]:
    """Everyday chat on which the rules are silent: to learn from, and held out."""
    cache = work_folder() / "ordinary.json"
    if not cache.exists():
        rules = Rules.load()
        lines = [line for line in read_texts(texts_folder()) if line]
        dice = random.Random(CONFIG["seed"])  # noqa: S311 - chance for training
        chosen = dice.sample(lines, 40_000)
        calm = [plain(line) for line in chosen if rules.screen(line).level is Level.NONE]
        cache.write_text(json.dumps(calm, ensure_ascii=False), encoding="utf-8")
    calm = json.loads(cache.read_text(encoding="utf-8"))
    return calm[_HELD_OUT_CHAT:], calm[:_HELD_OUT_CHAT]


class Bench:
    """The members as they are shipped, and what they think of rows."""

    def __init__(self) -> None:
        self.rules = Rules.load()
        self.linear = LinearMember.load(WEIGHTS / "linear.npz")
        self.transformer = TransformerMember.load(
            WEIGHTS / "transformer.onnx", WEIGHTS / "alphabet.txt"
        )

    def opinions(self, rows: Sequence[data.Row]) -> list[dict[str, Opinion]]:
        """Of each row, by member."""
        return [
            {
                "linear": self.linear.opinion(r.plain),
                "transformer": self.transformer.opinion(r.plain),
            }
            for r in rows
        ]

    def floors(self, rows: Sequence[data.Row]) -> list[Verdict]:
        """What the rules say of each row."""
        return [self.rules.screen(row.text) for row in rows]


def follow(judge: Judge, talk: data.Conversation) -> list[Level | None]:
    """The level of the talk after each turn."""
    return list(judge.levels(None if t.level is None else t.text for t in talk.turns))


def evaluate(split: str = "test") -> None:
    """All figures of the model card, into metrics.json."""
    bench, judge, rows = Bench(), Judge.load(), data.rows(split)
    found = [judge.verdict(row.text).level for row in rows]
    figures: dict[str, Any] = {"split": split, "rows": len(rows), "version": judge.version}
    figures["verdicts"] = measure.shares(rows, found)
    grave = [level for row, level in zip(rows, found, strict=True) if row.level >= 3]
    seen = sum(level >= Level.UNDECIDED for level in grave)
    figures["level >= 3 at least undecided"] = measure.Share(seen, len(grave)).written()
    figures["groups"] = {
        name: measure.shares(*_part(rows, found, wanted)) for name, wanted in _GROUPS.items()
    }
    figures["disguised"] = _disguised(rows, found)
    chat = ordinary()[1]
    alerts = sum(judge.verdict(line).level >= Level.PASSIVE for line in chat)
    figures["small talk alerted"] = measure.Share(alerts, len(chat)).written()
    figures["ablation"], scores = _ablation(bench, rows)
    level = np.array([row.level for row in rows])
    figures["curve"] = measure.curve(scores["all"], level)
    figures["transformer over rules and linear"] = measure.better_by_chance(
        scores["all"], scores["rules + linear"], level, CONFIG["seed"]
    )
    chances = np.array([judge.chances(row.text) for row in rows])
    figures["calibration error"] = {
        str(step.label): round(measure.calibration_error(chances[:, n], level > n), 4)
        for n, step in enumerate(STEPS)
    }
    talks = data.conversations(split)
    figures["conversations"] = dict(measure.conversations(talks, lambda talk: follow(judge, talk)))
    alone = measure.conversations(talks, lambda talk: _alone(judge, talk))
    figures["conversations without the course"] = dict(alone)
    figures["milliseconds"] = _speed(judge, rows)
    target = (
        WEIGHTS / "metrics.json" if split == "test" else work_folder() / f"metrics-{split}.json"
    )
    target.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(target.read_text(encoding="utf-8"))


_GROUPS: Final[dict[str, Callable[[data.Row], bool]]] = {
    "hard messages of people": lambda r: r.speaker == "self" and r.group in ("a", "b", ""),
    "families and others": lambda r: r.speaker != "self",
    "everyday with triggers": lambda r: r.batch == "test_a" and r.group == "b",
    "denial and recovery": lambda r: r.batch == "test_a" and r.group == "c",
    "client turns": lambda r: r.batch == "client" or (r.batch == "test_a" and r.group == "d"),
}


def _part(
    rows: Sequence[data.Row], found: Sequence[Level], wanted: Callable[[data.Row], bool]
) -> tuple[list[data.Row], list[Level]]:
    chosen = [(row, level) for row, level in zip(rows, found, strict=True) if wanted(row)]
    return [row for row, _ in chosen], [level for _, level in chosen]


def _disguised(rows: Sequence[data.Row], found: Sequence[Level]) -> dict[str, Any]:
    """Recall on pairs of a plain message and the same one disguised."""
    found_in = {
        name: [level for r, level in zip(rows, found, strict=True) if _ends(r.group, end)]
        for name, end in (("plain", "p"), ("disguised", "d"))
    }
    return {
        name: measure.Share(sum(x >= Level.PASSIVE for x in levels), len(levels)).written()
        for name, levels in found_in.items()
    }


def _ends(group: str, end: str) -> bool:
    """Whether a row is one half ('p' or 'd') of a pair of plain and disguised."""
    return len(group) > 1 and group.endswith(end)


def _alone(judge: Judge, talk: data.Conversation) -> list[Level | None]:
    return [None if turn.level is None else judge.verdict(turn.text).level for turn in talk.turns]


def _ablation(
    bench: Bench, rows: Sequence[data.Row]
) -> tuple[dict[str, Any], dict[str, npt.NDArray[np.float64]]]:
    opinions, floors = bench.opinions(rows), bench.floors(rows)
    weigh = Fusion.load(WEIGHTS / "fusion.json", WEIGHTS / "thresholds.toml")
    level = np.array([row.level for row in rows])

    def scores(names: tuple[str, ...], *, rules: bool) -> npt.NDArray[np.float64]:
        said = [{name: opinion[name] for name in names} for opinion in opinions]
        stands = [
            weigh.heard(f, o, point="second").level for f, o in zip(floors, said, strict=True)
        ]
        lifted = [rules and level >= Level.PASSIVE for level in stands]
        return np.array([weigh.chances(opinion)[1] for opinion in said]) + np.array(lifted)

    every = {
        "rules": np.array([float(floor.level) for floor in floors]),
        "linear": scores(("linear",), rules=False),
        "transformer": scores(("transformer",), rules=False),
        "rules + linear": scores(("linear",), rules=True),
        "rules + transformer": scores(("transformer",), rules=True),
        "linear + transformer": scores(MEMBERS, rules=False),
        "all": scores(MEMBERS, rules=True),
    }
    table = {
        name: {
            "auc >= 2": round(measure.area(score, level >= 2), 4),
            "recall": measure.curve(score, level),
        }
        for name, score in every.items()
    }
    return table, every


def _speed(judge: Judge, rows: Sequence[data.Row]) -> dict[str, float]:
    chosen = [row.text for row in rows if 50 <= len(row.text) <= 70][:200]
    spent = []
    for text in chosen:
        begin = time.perf_counter()
        judge.verdict(text)
        spent.append((time.perf_counter() - begin) * 1000)
    return {f"p{p}": round(float(np.percentile(spent, p)), 2) for p in (50, 99)}
