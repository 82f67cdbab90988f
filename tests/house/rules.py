"""The rules of ``docs/architecture.md`` that a syntax tree can hold, one small function each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.house.source import Rule, Source, at, calls, dotted

LONGEST_FUNCTION: Final = 40
LONGEST_FILE: Final = 300
EDGES: Final = (
    "bot/runtime/assessor.py",
    "bot/runtime/fleet.py",
    "bot/runtime/relay.py",
    "bot/runtime/scheduler.py",
    "bot/web.py",
    "channels/discord/gateway.py",
    "triage/judge.py",
)
_CHANCE: Final = ("uuid4", "random", "secrets", "create_task")
_LOG_METHODS: Final = {"debug", "info", "warning", "error", "exception", "critical"}
_LOGGERS: Final = re.compile(r"(^|[._])log(ger)?$", re.IGNORECASE)
_COUNTED: Final = re.compile(
    r"(^|_)(id|ids|count|counts|number|seconds|ms|kind|level|lane|outcome|attempt|attempts|tries|"
    r"port|job|error|status|path|version|revision|problem|signal|channel|method|route|event|"
    r"command|reason|line|task|setting|state|size|due|term|worker|what|mode|where|name)$"
)
_PRIVATE: Final = re.compile(
    r"(^|_)(words?|text|body|address|header|headers|passphrase|password|token|secret|user_agent|"
    r"remote|ip|cookie|query|handle|display_name|staff_name|platform)(_|$)"
)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def short_functions(source: Source) -> Iterator[str]:
    """No function has more than 40 lines, its decorators and docstring included."""
    for node in ast.walk(source.tree):
        if isinstance(node, _FUNCTIONS):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield at(source, node, f"{node.name} has {lines} lines")


def short_files(source: Source) -> Iterator[str]:
    """No file has more than 300 lines; a migration is history and keeps its length."""
    if source.inside("bot/migrations/versions/"):
        return
    lines = len(source.text.splitlines())
    if lines > LONGEST_FILE:
        yield f"{source.path}: {lines} lines"


def future_annotations(source: Source) -> Iterator[str]:
    """Every file with code in it begins with the annotations import."""
    code = [node for node in source.tree.body if not _is_docstring(node)]
    if code and not (isinstance(code[0], ast.ImportFrom) and code[0].module == "__future__"):
        yield at(source, code[0], "lacks 'from __future__ import annotations'")


def one_reader_of_the_environment(source: Source) -> Iterator[str]:
    """The service's environment is read in ``bot/settings.py`` alone; training is no service."""
    if source.inside("bot/settings.py", "triage/training/"):
        return
    for node in ast.walk(source.tree):
        if dotted(node) in {"os.environ", "os.getenv", "os.environb"} or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {name.name for name in node.names} & {"environ", "getenv"}
        ):
            yield at(source, node, "reads the environment")


def time_and_chance_come_from_outside(source: Source) -> Iterator[str]:
    """Clock, randomness and background tasks are made in two packages only, and in training."""
    if source.inside("bot/runtime/", "bot/privacy/", "triage/training/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {getattr(node, "module", None), *(name.name for name in node.names)}
            if names & set(_CHANCE):
                yield at(source, node, "imports chance or tasks")
        elif isinstance(node, ast.Call) and re.search(
            r"(datetime|date)\.(now|utcnow|today)$|\.(uuid4|create_task)$", dotted(node.func)
        ):
            yield at(source, node, f"calls {dotted(node.func)}")


def commits_in_one_place(source: Source) -> Iterator[str]:
    """Only the bus and the storage commit."""
    if source.inside("bot/core/bus.py", "bot/storage/"):
        return
    for call in calls(source.tree):
        if dotted(call.func).endswith(".commit") or dotted(call.func) == "commit":
            yield at(source, call, "commits")


def broad_excepts_at_the_edges(source: Source) -> Iterator[str]:
    """``except Exception`` stands at the edges only, and logs.

    Elsewhere it may tidy up, as long as it raises again or hands the error to whoever waits.
    """
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler) or not _is_broad(node.type):
            continue
        if _passes_on(node):
            continue
        if not source.inside(*EDGES):
            yield at(source, node, "catches everything")
        elif not any(_is_log(call) for statement in node.body for call in calls(statement)):
            yield at(source, node, "catches everything without a log call")


def quiet_logs(source: Source) -> Iterator[str]:
    """A log call begins with a literal and passes ids and counts by name, never words."""
    for call in (call for call in calls(source.tree) if _is_log(call)):
        if len(call.args) != 1 or not _is_text(call.args[0]):
            yield at(source, call, "logs something else than one literal event name")
        for keyword in call.keywords:
            name = keyword.arg or "**"
            if _PRIVATE.search(name) or not (_COUNTED.search(name) or _is_id(keyword.value)):
                yield at(source, call, f"logs {name}, which is no id or count")
            if isinstance(keyword.value, ast.JoinedStr):
                yield at(source, call, f"builds {name} out of other text")


def reasoned_exceptions(source: Source) -> Iterator[str]:
    """A muted checker says why on the same line."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.search(r"#\s*type:\s*ignore\b", line) and not re.search(
            r"#\s*type:\s*ignore\[[\w, -]+\]\s+#\s*\S+", line
        ):
            yield f"{source.path}:{number}: a muted type error without a reason"
        if re.search(r"#\s*noqa\b", line) and not re.search(
            r"#\s*noqa:\s*[A-Z0-9, ]+\s+(#|-+|—)\s+\S+", line
        ):
            yield f"{source.path}:{number}: a muted lint without a reason"


def no_unfinished_work(source: Source) -> Iterator[str]:
    """Nothing is left to be done later."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", line):
            yield f"{source.path}:{number}: unfinished work"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and _is_text(node.value)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_broad(kind: ast.expr | None) -> bool:
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(n is None or dotted(n) in {"Exception", "BaseException"} for n in names)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return True
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"fail", "set_exception"}
        and [dotted(arg) for arg in call.args] == [handler.name]
        for statement in handler.body
        for call in calls(statement)
    )


def _is_id(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and re.fullmatch(r"(\w+_)?id", value.attr) is not None


def _is_log(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LOG_METHODS:
        return False
    return bool(_LOGGERS.search(dotted(call.func.value)))


RULES: Final[tuple[Rule, ...]] = (
    short_functions,
    short_files,
    future_annotations,
    one_reader_of_the_environment,
    time_and_chance_come_from_outside,
    commits_in_one_place,
    broad_excepts_at_the_edges,
    quiet_logs,
    reasoned_exceptions,
    no_unfinished_work,
)
