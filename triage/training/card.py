"""The model card: words that people wrote, figures that the evaluation wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from triage.judge import WEIGHTS
from triage.training import data, measure
from triage.training.data import digest
from triage.training.settings import CONFIG, HERE

CARD: Final = HERE.parents[1] / "docs" / "triage-model-card.md"
_AIMS: Final = {
    "level >= 3 alerted": "0.985",
    "level 4 alerted": "0.995",
    "level 4 paged": "0.97",
    "level >= 2 alerted": "0.95",
    "false alerts": "0.02",
}


def write(path: Path = CARD) -> None:
    """Write the card anew from ``metrics.json`` and the weights' hashes."""
    figures = json.loads((WEIGHTS / "metrics.json").read_text(encoding="utf-8"))
    words = (HERE / "card.md").read_text(encoding="utf-8")
    for name, table in _tables(figures).items():
        words = words.replace(f"<!-- {name} -->", table)
    path.write_text(words, encoding="utf-8")


def _tables(figures: dict[str, Any]) -> dict[str, str]:
    seeds = ", ".join(map(str, CONFIG["finetune"]["seeds"]))
    rate = figures["calibration error"]
    talks = figures["conversations"]
    alone = figures["conversations without the course"]
    gain = figures["transformer over rules and linear"]
    return {
        "version": f"`{figures['version']}`, evaluated on {figures['rows']} rows, seeds {seeds}",
        "hashes": "\n".join(
            f"- `{name}`: `{digest(WEIGHTS / name)}`"
            for name in ("linear.npz", "transformer.onnx", "alphabet.txt", "fusion.json")
        ),
        "verdicts": _shares(figures["verdicts"]),
        "groups": "\n\n".join(
            f"**{name}**\n\n{_shares(part)}" for name, part in figures["groups"].items() if part
        ),
        "chat": _line(figures["small talk alerted"]),
        "disguised": f"plain {_line(figures['disguised']['plain'])}, "
        f"disguised {_line(figures['disguised']['disguised'])}",
        "calibration": ", ".join(f"level >= {step}: {value}" for step, value in rate.items()),
        "speed": ", ".join(f"{name} {value} ms" for name, value in figures["milliseconds"].items()),
        "talks": f"alert in time {_line(talks['in time'])}, false {_line(talks['false'])}; "
        f"without the course {_line(alone['in time'])} and {_line(alone['false'])}",
        "ablation": _ablation(figures["ablation"]),
        "curve": _curve(figures["curve"]),
        "rating": _rating(),
        "doubt": _line(figures["level >= 3 at least undecided"]),
        "gain": f"{gain['gain']} [{gain['low']}, {gain['high']}]; it is not better in "
        f"{gain['share not better']:.1%} of the resamples",
    }


def _rating() -> str:
    pairs = data.second_rating()
    one, other = [left for left, _ in pairs], [right for _, right in pairs]
    alert = measure.kappa([int(x >= 2) for x in one], [int(x >= 2) for x in other], steps=2)
    same = sum(left == right for left, right in pairs) / len(pairs)
    return (
        f"{len(pairs)} rows of the dev split, the same level in {same:.1%}, weighted kappa "
        f"{measure.kappa(one, other, steps=5):.2f}, kappa of 'alert or not' {alert:.2f}"
    )


def _line(share: dict[str, Any]) -> str:
    if share["share"] is None:
        return "nothing to count"
    low, high = share["interval"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] of {share['of']}"


def _shares(shares: dict[str, Any]) -> str:
    lines = ["| measure | share [95 %] | rows | aim |", "| --- | --- | --- | --- |"]
    for name, share in shares.items():
        low, high = share["interval"]
        value = f"{share['share']:.3f} [{low:.3f}, {high:.3f}]"
        lines.append(f"| {name} | {value} | {share['of']} | {_AIMS.get(name, '')} |")
    return "\n".join(lines)


def _ablation(table: dict[str, Any]) -> str:
    lines = [
        "| members | AUC | >= 3 found at 2 % false | at 5 % | at 10 % |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, row in table.items():
        found = [row["recall"][rate][">= 3"] for rate in ("2%", "5%", "10%")]
        cells = " | ".join(map(str, [name, row["auc >= 2"], *found]))
        lines.append(f"| {cells} |")
    return "\n".join(lines)


def _curve(points: dict[str, Any]) -> str:
    lines = ["| calm rows alerted | >= 2 | >= 3 | 4 |", "| --- | --- | --- | --- |"]
    for rate, found in points.items():
        lines.append(f"| {rate} | {found['>= 2']} | {found['>= 3']} | {found['>= 4']} |")
    return "\n".join(lines)
