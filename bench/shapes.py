"""The two places that can be asked: how talks are opened there, and what a message looks like.

Both places have the same addresses and forms. On the floor a cookie names the talk and nobody
signs in; the service is entered as people enter it: a one-time link, a password, 'next'.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from bench.wire import Answer, Broken, Caller, request

DIGITS: Final = "あかさたなはまやらわ"
"""Messages are numbered in kana: no mask takes them for somebody's telephone."""
MARK: Final = re.compile(f"「((?:{'|'.join(DIGITS)}){{7}})」".encode())
_WORDS: Final = "今日も夜中に目が覚めてしまいました。雨の音を聞きながら書いています。"
_ENCODED: Final = quote(_WORDS)
_KEY: Final = re.compile(r'name="key"\s+value="([^"]+)"')
_SEAL: Final = re.compile(r'name="seal"\s+value="([^"]+)"')
_LINK: Final = re.compile(r"/console/welcome/[A-Za-z0-9_-]{20,}")
_PASSWORD: Final = "a long password for nobody"  # noqa: S105 - of accounts that live for minutes
AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Lane:
    """One talk: the visitor's cookie, and that of the member of staff who holds it."""

    talk: str
    visitor: str
    staff: str = ""
    seal: str = ""
    desk: int = 0  # which member of staff


@dataclass(slots=True)
class Desk:
    """A member of staff, signed in."""

    cookie: str
    seal: str
    held: list[str] = field(default_factory=list)


def mark(number: int) -> str:
    """The number of a message as it stands in its words."""
    return "「" + "".join(DIGITS[int(digit)] for digit in f"{number:07d}") + "」"


def number_in(found: re.Match[bytes]) -> int:
    """The number that a mark tells."""
    return int("".join(str(DIGITS.index(kana)) for kana in found[1].decode()))


def visitor_writes(lane: Lane, number: int) -> bytes:
    """The request that sends a visitor's message."""
    return _post("/write", lane.visitor, f"key=visitor-{number:016d}&lang=ja", number)


def staff_answers(lane: Lane, number: int) -> bytes:
    """The request that sends an answer."""
    form = f"seal={lane.seal}&key=answer-{number:016d}"
    return _post(f"/console/talks/{lane.talk}/answer", lane.staff, form, number)


def _post(path: str, cookie: str, form: str, number: int) -> bytes:
    body = f"{form}&words={_ENCODED}{quote(mark(number))}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        f"Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def floor_lanes(visitors: int, staff: int) -> list[Lane]:
    """Talks of the floor: they exist as soon as somebody writes."""
    return [
        Lane(talk=f"t{number}", visitor=f"s=t{number}", staff="c=x", desk=number % staff)
        for number in range(visitors)
    ]


async def service_lanes(port: int, link: str, visitors: int, staff: int) -> list[Lane]:
    """Open talks at the service and share them out among ``staff`` members. Raises ``Broken``."""
    desks = await _open_desks(port, link, staff)
    cookies = await open_rooms(port, visitors)
    caller = await Caller.connect(port)
    lanes = []
    for count in range(visitors):
        number = count % staff
        desk = desks[number]
        form = {"seal": desk.seal}
        taken = await _asked(
            caller, request("POST", "/console/next", cookie=desk.cookie, form=form)
        )
        talk = json.loads(taken.body)["go"].rpartition("/")[2]
        page = await _asked(caller, request("GET", f"/console/talks/{talk}", cookie=desk.cookie))
        whose = MARK.search(page.body)
        if whose is None:
            raise Broken("a talk does not show what its visitor wrote")
        lanes.append(Lane(talk, cookies[number_in(whose)], desk.cookie, desk.seal, number))
    caller.close()
    return lanes


async def open_rooms(port: int, count: int) -> list[str]:
    """So many visitors write their first message; their cookies, by its number."""
    cookies = [""] * count
    left = iter(range(count))

    async def work() -> None:
        caller = await Caller.connect(port)
        for number in left:
            cookies[number] = await _first_message(caller, number)
        caller.close()

    await asyncio.gather(*(work() for _ in range(min(count, AT_ONCE))))
    return cookies


async def _first_message(caller: Caller, number: int) -> str:
    page = await _asked(caller, request("GET", "/"))
    form = {"key": _found(_KEY, page), "lang": "ja", "words": _WORDS + mark(number)}
    answer = await _asked(caller, request("POST", "/write", form=form))
    return f"s={answer.cookie('s')}"


async def _open_desks(port: int, link: str, staff: int) -> list[Desk]:
    caller = await Caller.connect(port)
    runner = await _welcome(caller, urlsplit(link).path, {"work_name": "運営"})
    desks = []
    for number in range(staff):
        role = "role_counsellor" if number else "role_supervisor"
        form = {"seal": runner.seal, "work_name": f"当番{number}", role: "yes"}
        page = await _asked(
            caller, request("POST", "/console/staff", cookie=runner.cookie, form=form)
        )
        invitation = _LINK.search(page.text)
        if invitation is None:
            raise Broken("the console gave no link for a new account")
        desks.append(await _welcome(caller, invitation[0], {}))
    caller.close()
    return desks


async def _welcome(caller: Caller, path: str, more: Mapping[str, str]) -> Desk:
    page = await _asked(caller, request("GET", path))
    fresh = f"c={page.cookie('c')}"
    form = {"seal": _found(_SEAL, page), "password": _PASSWORD, "again": _PASSWORD, **more}
    inside = await _asked(caller, request("POST", path, cookie=fresh, form=form))
    cookie = f"c={inside.cookie('c')}"
    own = await _asked(caller, request("GET", "/console", cookie=cookie))
    return Desk(cookie, _found(_SEAL, own))


def _found(pattern: re.Pattern[str], page: Answer) -> str:
    found = pattern.search(page.text)
    if found is None:
        raise Broken(f"nothing like {pattern.pattern} in an answer {page.status}")
    return found[1]


async def _asked(caller: Caller, sent: bytes, *, fine: Sequence[int] = (200, 303)) -> Answer:
    answer = await caller.ask(sent)
    if answer.status not in fine:
        raise Broken(f"an answer {answer.status} to {sent[:60]!r}")
    return answer
