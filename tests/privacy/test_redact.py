"""The last line of defence: whatever is thrown at the log, nobody's words come out."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.keyfile import KeyFileError, from_text
from bot.privacy.redact import KNOWN_KEYS, REMOVED, configure_logging, hush_tracebacks, redact

WORDS = "きえたい。だれにも言えない"
ADDRESS = "U4af4980629deadbeef4af4980629dead"
ULID = "01M89JGDE6ZYX54H8PXC4P3RV3"
NASTY = [
    WORDS,
    ADDRESS,
    "090-1234-5678",
    "192.168.0.12",
    "2001:db8::1",
    "taro@example.jp",
    "Mozilla/5.0 (Windows NT 10.0)",
    "sid=abc; theme=dark",
    9_012_345_678,
    234_567_890_123_456_789,
    "234567890123456789",
    "tired at night",
    b"bytes",
    {"words": WORDS},
    [WORDS, {WORDS}],
    (ADDRESS, 9_012_345_678),
    ValueError(WORDS),
    object(),
    float("nan"),
    float("inf"),
]
LEAKS = ["きえ", "言え", "U4af", "1234-5678", "192.168", "db8", "taro", "Mozilla", "abc;",
         "9012345678", "234567890", "tired", "bytes"]  # fmt: skip


def leaks(text: str) -> list[str]:
    return [leak for leak in LEAKS if leak in text]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Logging set up as in the service, and put back as it was."""
    root, access = logging.getLogger(), logging.getLogger("aiohttp.access")
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    written = io.StringIO()
    configure_logging(written, "info")
    yield written
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(capture=False)
    root.handlers[:], logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    access.disabled = False
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def clean(event_dict: dict[str, Any]) -> dict[str, Any]:
    return dict(redact(None, "info", event_dict))


def test_what_is_harmless_stays() -> None:
    line = {
        "event": "errand_failed",
        "errand": ULID,
        "error": "TimeoutError",
        "tries": 3,
        "port": 8080,
        "task": "Task-12",
        "job": "sweep_due",
        "logger": "sqlalchemy.engine.Engine",
        "level": "error",
        "timestamp": "2026-11-25T03:00:00.123456Z",
        "line": "bot/web.py:156",
        "status": None,
    }
    assert clean(dict(line)) == line


@pytest.mark.parametrize("value", NASTY, ids=lambda value: type(value).__name__)
def test_nasty_values_are_removed_under_any_name(value: object) -> None:
    for key in [*sorted(KNOWN_KEYS), "words", "headers", WORDS]:
        assert leaks(json.dumps(clean({key: value}), ensure_ascii=False)) == []


def test_unknown_names_are_counted_and_not_written() -> None:
    assert clean({"event": "heard", WORDS: 1, "cookie": "x"}) == {"event": "heard", "removed": 2}


@pytest.mark.parametrize("key", ["person", "talk", "message", "errand", "staff", "concern"])
def test_only_an_identity_of_ours_stands_for_somebody(key: str) -> None:
    assert clean({key: "Yuki"}) == {key: REMOVED}
    assert clean({key: ULID}) == {key: ULID}


@pytest.mark.parametrize("event", [WORDS, "Two words", f"heard_{WORDS}", "heard\nfaked", "", 7])
def test_an_event_is_a_name_and_no_sentence(event: object) -> None:
    assert leaks(str(clean({"event": event}))) == []
    assert clean({"event": WORDS})["event"] == REMOVED
    assert clean({"event": "heard\nfaked"})["event"] == REMOVED


keys = st.text(max_size=12) | st.sampled_from(sorted(KNOWN_KEYS))
values = st.text(max_size=40) | st.integers() | st.binary() | st.floats()


@given(st.dictionaries(keys, values))
def test_nothing_outside_ascii_and_no_long_number_ever_comes_out(line: dict[str, Any]) -> None:
    out = json.dumps(clean(line), allow_nan=False, ensure_ascii=False)
    assert out.isascii()


def _fail_with(words: str) -> None:
    try:
        LEAKS.index(words + ADDRESS)
    except ValueError as error:
        raise LookupError(words, {"held": ADDRESS}) from error


def test_an_exception_leaves_its_class_and_our_lines(stream: io.StringIO) -> None:
    try:
        _fail_with(WORDS)
    except LookupError:
        structlog.get_logger().exception("hear_failed", talk=ULID)
    (line,) = lines(stream)
    assert line["event"] == "hear_failed"
    assert line["talk"] == ULID
    assert line["error"] == ["LookupError", "ValueError"]
    assert leaks(stream.getvalue()) == []


def test_the_place_in_our_code_stays(stream: io.StringIO) -> None:
    try:
        from_text(WORDS)
    except KeyFileError:
        structlog.get_logger().exception("keys_refused")
    (line,) = lines(stream)
    assert line["at"]
    assert all(place.startswith("bot/privacy/keyfile.py:") for place in line["at"])


@pytest.mark.parametrize("shape", ["tuple", "instance", "true", "nothing"])
def test_every_shape_of_exc_info_is_understood(shape: str) -> None:
    line: dict[str, Any] = {}
    try:
        _fail_with(WORDS)
    except LookupError as error:
        given_ = {
            "tuple": (LookupError, error, error.__traceback__),
            "instance": error,
            "true": True,
            "nothing": None,
        }[shape]
        line = clean({"event": "x", "exc_info": given_})
    assert leaks(str(line)) == []
    assert ("error" in line) == (shape != "nothing")


def test_ready_made_tracebacks_are_dropped() -> None:
    line = clean({"event": "x", "exception": f"Traceback: {WORDS}", "stack": WORDS})
    assert line == {"event": "x", "removed": 2}


@pytest.mark.parametrize(
    "name", ["sqlalchemy.engine", "alembic", "asyncio", "apscheduler.scheduler", "aiohttp.server"]
)
def test_a_library_says_where_and_never_what(stream: io.StringIO, name: str) -> None:
    logger = logging.getLogger(name)
    logger.warning("parameters %s for %s", WORDS, ADDRESS)
    logger.error(WORDS)
    try:
        _fail_with(WORDS)
    except LookupError:
        logger.exception(WORDS, stack_info=True, extra={"words": WORDS})
    assert [line["logger"] for line in lines(stream)] == [name] * 3
    assert [line["level"] for line in lines(stream)] == ["warning", "error", "error"]
    assert lines(stream)[2]["error"] == ["LookupError", "ValueError"]
    assert leaks(stream.getvalue()) == []


def test_a_library_line_that_cannot_be_formatted_leaks_nothing(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("asyncio").error("%d of it", WORDS)
    assert leaks(stream.getvalue()) == []
    assert capsys.readouterr().err == ""


def test_the_access_log_is_off(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").error("%s GET /room/%s", "192.168.0.12", ADDRESS)
    assert stream.getvalue() == ""


def test_libraries_are_quiet_below_warning(stream: io.StringIO) -> None:
    logging.getLogger("sqlalchemy.engine").info("SELECT %s", WORDS)
    assert stream.getvalue() == ""


def test_a_python_warning_says_nothing(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(WORDS, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert [line["logger"] for line in lines(stream)] == ["py.warnings"]
    assert leaks(stream.getvalue()) == []


def test_levels_below_the_chosen_one_are_not_written(stream: io.StringIO) -> None:
    structlog.get_logger().debug("heard")
    assert stream.getvalue() == ""
    structlog.get_logger().info("heard", count=1)
    (line,) = lines(stream)
    assert {"event", "level", "timestamp", "count"} == set(line)


def test_setting_up_twice_writes_each_line_once(stream: io.StringIO) -> None:
    configure_logging(stream, "warning")
    logging.getLogger("alembic").warning("x")
    structlog.get_logger().info("heard")
    structlog.get_logger().warning("heard")
    assert len(lines(stream)) == 2


def test_an_error_that_nobody_caught_is_hushed(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    hush_tracebacks()
    try:
        _fail_with(WORDS)
    except LookupError as error:
        sys.excepthook(LookupError, error, error.__traceback__)
    thread = threading.Thread(target=_fail_with, args=[WORDS])
    thread.start()
    thread.join()
    assert [line["event"] for line in lines(stream)] == ["crashed", "thread_crashed"]
    assert [line["error"] for line in lines(stream)] == [["LookupError", "ValueError"]] * 2
    assert leaks(stream.getvalue() + capsys.readouterr().err) == []
