"""The last line of defence before a log line leaves the process.

Every log call in this house names an event and passes ids and counts (``docs/privacy.md``).
That is a habit, and a habit fails on the night when an exception carries the words that could
not be parsed, or when a library logs the request that it did not understand. So the rule is
turned round here, at the one place that every line passes, ours and the libraries': what is
not known to be harmless is left out. A caller cannot forget to ask for it, and no list of bad
words has to be complete.

Of an exception its class and our own lines of code stay, never its message or its variables.
Of a library's line stay the logger, the level and the place; its text is never written.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

REMOVED: Final = "[removed]"
ID_KEYS: Final = frozenset({"concern", "errand", "message", "person", "staff", "talk"})
"""Names under which only identities of ours are logged."""
KNOWN_KEYS: Final = ID_KEYS | {
    *("action", "at", "attempt", "channel", "count", "error", "event", "job", "level", "line"),
    *("logger", "ms", "outcome", "port", "role", "rung", "seconds", "status", "task"),
    *("timestamp", "tries"),
}
"""Names under which ids, counts and words of ours are logged; others do not come through."""
_EVENT: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_IDENTITY: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_HARMLESS: Final = re.compile(
    r"[A-Za-z][A-Za-z_]{0,47}(?:[.-][A-Za-z_]{1,48}){0,4}(?:-[0-9]{1,6})?"  # a name in code
    r"|[A-Za-z_][A-Za-z0-9_]{0,47}(?:/[A-Za-z0-9_]{1,48}){0,6}\.py:[0-9]{1,6}"  # a place in code
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z"  # the time of the line
)
_LARGEST: Final = 10**9
_DEEPEST: Final = 5
_MOST_FRAMES: Final = 20
_ROOT: Final = Path(__file__).resolve().parents[2]
_OURS: Final = ("bot", "channels", "triage", "moderator_ui")

EventDict = MutableMapping[str, Any]


def redact(_logger: object, _method: str, event_dict: EventDict) -> EventDict:
    """Keep what is known to be harmless; a structlog processor, the last before rendering."""
    error = _exception_of(event_dict.pop("exc_info", None))
    kept = {key: _value(key, event_dict[key]) for key in event_dict if key in KNOWN_KEYS}
    if len(kept) < len(event_dict):
        kept["removed"] = len(event_dict) - len(kept)
    if error is not None:
        kept["error"] = [type(link).__name__ for link in _chain(error)]
        kept["at"] = _places(error.__traceback__)
    return kept


def configure_logging(stream: TextIO, level: str) -> None:
    """Send every log line of the process, ours and the libraries', through ``redact``.

    ``level`` is a name such as ``info``; libraries speak from ``warning`` on. The access log of
    aiohttp is off: it would write who asked for what.
    """
    lowest = logging.getLevelNamesMapping()[level.upper()]
    processors: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.raiseExceptions = False  # it would print the arguments of a line that failed
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[_LibraryLines()], level=max(lowest, logging.WARNING), force=True)
    access = logging.getLogger("aiohttp.access")
    access.disabled = True


def hush_tracebacks() -> None:
    """Let an error that nobody caught end as a redacted line, in the main thread and others."""

    def main(_type: type[BaseException], error: BaseException, _tb: TracebackType | None) -> None:
        structlog.get_logger().critical("crashed", exc_info=error)

    def thread(args: threading.ExceptHookArgs) -> None:
        structlog.get_logger().critical("thread_crashed", exc_info=args.exc_value)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        structlog.get_logger().error("error_ignored", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = main, thread, unraisable


class _LibraryLines(logging.Handler):
    """Writes of a library's log line where it came from, and nothing of what it says."""

    def emit(self, record: logging.LogRecord) -> None:
        method = _METHODS.get(record.levelno, "error")
        log: Callable[..., Any] = getattr(structlog.get_logger(), method)
        error = record.exc_info[1] if record.exc_info else None
        place = f"{record.module}.py:{record.lineno}"
        log("library_line", logger=record.name, line=place, exc_info=error)


_METHODS: Final[Mapping[int, str]] = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}


def _value(key: str, value: object) -> object:
    spelling = _EVENT if key == "event" else _IDENTITY if key in ID_KEYS else _HARMLESS
    if isinstance(value, list | tuple):
        return [_scalar(item, spelling) for item in value[:_MOST_FRAMES]]
    return _scalar(value, spelling)


def _scalar(value: object, spelling: re.Pattern[str]) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # A telephone number or a platform's id is a large number; a count of ours is not.
        return value if -_LARGEST < value < _LARGEST else REMOVED
    return str(value) if isinstance(value, str) and spelling.fullmatch(value) else REMOVED


def _exception_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return next((part for part in exc_info if isinstance(part, BaseException)), None)
    return sys.exception() if exc_info else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    for _ in range(_DEEPEST):
        if link is None:
            return
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    """Our own lines of code on the way to the error, nearest last."""
    found = []
    for frame, number in walk_tb(traceback):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS:
            found.append(f"{path.relative_to(_ROOT).as_posix()}:{number}")
    return found[-_MOST_FRAMES:]
