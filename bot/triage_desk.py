"""``madoakari triage``: verdicts for researchers and for whoever wants to see why."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from triage.judge import READY, Judge
from triage.verdict import Level, Reason

_NAMES: Final = {
    Level.NONE: "none",
    Level.DISTRESS: "distress",
    Level.UNDECIDED: "undecided: a person must look",
    Level.PASSIVE: "passive: alert a human",
    Level.ACTIVE: "active: page the counsellor on call",
    Level.IMMINENT: "imminent: page everybody at once",
}


class _BadLine(ValueError):
    """What is wrong with one line, for the person who made the file."""


def readable(judge: Judge, text: str) -> Iterator[str]:
    """The verdict on one message as lines for a human, with the words that weighed."""
    verdict = judge.verdict(text)
    yield f"{verdict.level.label} ({_NAMES[verdict.level]})"
    if verdict.kinds:
        yield "about: " + ", ".join(sorted(verdict.kinds))
    for reason in verdict.reasons:
        words = text[reason.start : reason.end].replace("\n", " ")
        yield f"  {reason.member}: {reason.rule} -> {reason.level.label}, at '{words}'"
    for member, state in judge.states.items():
        if state != READY:
            yield f"  member {member} is {state}: this verdict is less than it could be"


def lines_of(judge: Judge, source: IO[bytes], *, conversations: bool) -> Iterator[str]:
    """One JSON line for each line of ``source``; a bad one gives an error with its number."""
    answer: Callable[[Judge, Any], dict[str, Any]] = _talk if conversations else _message
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            found = answer(judge, _parsed(line))
        except _BadLine as error:
            found = {"line": number, "error": str(error)}
        yield json.dumps(found)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _BadLine("the line is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _BadLine("the line is not JSON") from error
    if not isinstance(value, dict):
        raise _BadLine("the line must be one JSON object")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _BadLine(f"{name} must be a string")
    return value


def _message(judge: Judge, line: dict[str, Any]) -> dict[str, Any]:
    text = _text(line.get("text"), "text")
    begin = time.perf_counter()
    verdict = judge.verdict(text)
    spent = (time.perf_counter() - begin) * 1000
    return {
        "id": line.get("id"),
        "level": verdict.level.label,
        "kinds": sorted(verdict.kinds),
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "ms": round(spent, 3),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "member": reason.member,
        "rule": reason.rule,
        "level": reason.level.label,
        "start": reason.start,
        "end": reason.end,
    }


def _talk(judge: Judge, line: dict[str, Any]) -> dict[str, Any]:
    turns = line.get("turns")
    if not isinstance(turns, list):
        raise _BadLine("turns must be a list")
    levels = [None if level is None else level.label for level in judge.levels(map(_turn, turns))]
    return {"id": line.get("id"), "levels": levels}


def _turn(turn: object) -> str | None:
    """What the person says; None where a supporter speaks."""
    if not isinstance(turn, dict) or turn.get("from") not in ("user", "supporter"):
        raise _BadLine("each turn needs 'from' with 'user' or 'supporter'")
    text = _text(turn.get("text"), "text of a turn")
    return text if turn["from"] == "user" else None
