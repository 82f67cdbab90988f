"""Documents say what is there: links lead somewhere, and no route, state or contract is missing."""

from __future__ import annotations

import ast
import re
import struct
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from bot.cli import commands as command_line
from bot.core.model import commands, events
from bot.core.model.messages import Delivery
from bot.core.model.people import PERMISSIONS, PersonState, StaffState
from bot.core.model.safety import ConcernState, Resolution
from bot.core.model.talk import TalkState
from bot.core.ports.channel import Outcome
from bot.core.ports.store import Action
from bot.runtime.metrics import Metrics
from bot.web import Health, WebParts, make_app
from channels.webchat.routes import ROUTES as VISITOR_ROUTES
from moderator_ui.routes import ROUTES as CONSOLE_ROUTES
from tests.house.source import PACKAGES, ROOT, calls, ours

LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROW: Final = re.compile(r"^\| (GET|POST) \| `(/[^`]*)` \|(?: (?:`([a-z.]+)`|-) \|)?", re.MULTILINE)
LOG_METHODS: Final = {"debug", "info", "warning", "error"}
LARGEST_SUM: Final = 1_500_000
PICTURES: Final = {
    f"{screen}-{shape}-{scheme}.png": size
    for screen in ("visitor", "console")
    for shape, size in {"phone": (780, 1688), "desktop": (1280, 800)}.items()
    for scheme in ("light", "dark")
}
CONTRACT: Final = re.compile(r"^\| ([A-Z][^|]*?) \| (?:layers|forbidden|independence|protected) \|")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def documents() -> list[Path]:
    places = (ROOT.glob("*.md"), (ROOT / "docs").glob("*.md"), (ROOT / "channels").rglob("*.md"))
    return [path for found in places for path in sorted(found)]


def anchors(text: str) -> set[str]:
    """What a page of this text can be opened at, as the usual hosts name headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def dead_links(path: Path) -> Iterator[str]:
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            yield f"{path.name}: {link}"
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield f"{path.name}: {link} (no such heading)"


def rows(text: str) -> dict[tuple[str, str], str]:
    """Method and path of every row that has them, with the permission where there is one."""
    return {(method, path): may for method, path, may in ROW.findall(text)}


def bare(path: str) -> str:
    """A route's path without the patterns of its names."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)


def own_routes() -> set[tuple[str, str]]:
    """What the application answers without any channel or console."""

    async def nothing() -> None:
        return None

    parts = WebParts([], Health(nothing), str, "", lambda: b"", lambda *_: None)
    listed = make_app(parts).router.routes()
    named = {(r.method, r.resource.canonical) for r in listed if r.resource is not None}
    return {(method, path) for method, path in named if method != "HEAD"}


def heirs(module: object, base: type) -> set[str]:
    found = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, base))
    return {kind.__name__ for kind in found if kind is not base}


def unsaid(words: Iterable[str], text: str) -> list[str]:
    """Those of ``words`` that ``text`` never quotes as code."""
    quoted = set(re.findall(r"`([^`\n]+)`", text))
    return sorted(set(words) - quoted)


def log_events() -> set[str]:
    return {
        call.args[0].value
        for source in ours()
        for call in calls(source.tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LOG_METHODS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def subcommands(group: click.Group, before: str = "madoakari") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from subcommands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG. Raises ``ValueError`` for anything else."""
    if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("no PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    assert list(dead_links(path)) == []


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# A b\n[x](#a-b) [y](b.md) [z](#c) [w](https://example.org)", encoding="utf-8")
    assert list(dead_links(page)) == ["a.md: b.md", "a.md: #c (no such heading)"]


def test_every_route_is_documented_with_its_permission() -> None:
    console = {(r.method, bare(r.path)): r.permission or "" for r in CONSOLE_ROUTES}
    visitor = {(method, path): "" for method, path, _ in VISITOR_ROUTES}
    assert rows(read("docs/protocol.md")) == console | visitor | dict.fromkeys(own_routes(), "")


def test_rows_are_read_as_they_stand() -> None:
    text = "| GET | `/a/{b}` | `desk.see` | x |\n| POST | `/c` | `key`, `words` |\n| PUT | `/d` |"
    assert rows(text) == {("GET", "/a/{b}"): "desk.see", ("POST", "/c"): ""}
    assert bare("/a/{b:[0-9]+}/{c}") == "/a/{b}/{c}"
    assert own_routes() == {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}


def test_every_command_event_and_state_is_documented() -> None:
    kinds = (Delivery, TalkState, ConcernState, Resolution, PersonState, StaffState, Outcome)
    words = heirs(commands, commands.Command) | heirs(events, events.Event)
    words |= {str(value) for kind in (*kinds, Action) for value in kind}
    words |= {str(p) for may in PERMISSIONS.values() for p in may} | {str(r) for r in PERMISSIONS}
    assert unsaid(words, read("docs/protocol.md")) == []


def test_a_missing_word_is_noticed() -> None:
    assert unsaid({"sending", "failed"}, "`sending` and failed") == ["failed"]
    assert "ReceiveMessage" in heirs(commands, commands.Command)


def test_every_metric_is_documented() -> None:
    metrics = Metrics()
    names = re.findall(r"^# HELP (\S+)", metrics.page().decode(), re.MULTILINE)
    names = [name for name in names if not name.endswith("_created")]
    assert len(names) >= len(vars(metrics)) - 1
    assert unsaid(names, read("docs/protocol.md")) == []


def test_every_log_event_is_documented() -> None:
    assert "service_started" in log_events()
    assert unsaid(log_events(), read("docs/operations.md")) == []


def test_every_contract_and_package_is_in_the_picture_of_the_house() -> None:
    page = read("docs/architecture.md")
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    shown = [found[1] for line in page.splitlines() if (found := CONTRACT.match(line))]
    assert sorted(shown) == sorted(contract["name"] for contract in contracts)
    tree = page.partition("## The tree")[2].partition("## Contracts")[0]
    homes = [p for package in PACKAGES for p in (ROOT / package).iterdir() if _is_package(p)]
    names = {*PACKAGES, *(home.name for home in homes if home.parts[-2] in {"bot", "channels"})}
    assert sorted(name for name in names if f"{name}/" not in tree) == []
    files = {path.name for path in (ROOT / "bot").glob("*.py") if not path.name.startswith("__")}
    assert sorted(name for name in files if name not in tree) == []


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").exists()


def test_what_is_typed_in_documents_is_a_command() -> None:
    known = set(subcommands(command_line))
    groups = {
        "madoakari " + name for name, c in command_line.commands.items() if hasattr(c, "commands")
    }
    pages = ("README.md", "README.ja.md", "docs/operations.md", "docs/channels.md")
    text = "\n".join(map(read, pages))
    typed = re.findall(r"\b(madoakari (?:staff |db |line |discord )?[a-z]+)\b", text)
    assert known <= set(typed)
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    made = set(re.findall(r"^(?:sudo -u madoakari )?make ([a-z]+)", text, re.MULTILINE))
    assert {"serve", "test", "install"} <= made
    assert made <= targets
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    run = re.findall(
        r"^\S*bin/(madoakari (?:staff |db |line |discord )?[a-z]+)", "\n".join(blocks), re.MULTILINE
    )
    assert set(run) - known - groups == set()


def test_both_readmes_say_the_same() -> None:
    english, japanese = read("README.md"), read("README.ja.md")
    for pattern in (r"^#+ ", r"!\[[^\]]*\]\(([^)]+)\)", r"\]\((docs/[^)]+)\)", r"^make \w+"):
        one, two = (set(re.findall(pattern, t, re.MULTILINE)) for t in (english, japanese))
        assert one == two, pattern
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(
        re.findall(r"^## ", japanese, re.MULTILINE)
    )


def test_the_pictures_are_there_and_small() -> None:
    found = {path.name: path.read_bytes() for path in (ROOT / "docs/pictures").glob("*.png")}
    assert {name: size_of(picture) for name, picture in found.items()} == PICTURES
    assert sum(map(len, found.values())) < LARGEST_SUM


def test_what_is_no_picture_is_noticed() -> None:
    with pytest.raises(ValueError, match="no PNG"):
        size_of(b"GIF89a")
