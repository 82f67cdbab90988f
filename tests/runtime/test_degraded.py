"""The house with a member of triage missing: people are let in, and everybody is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.core.model.commands import ReceiveMessage
from bot.core.model.ids import StaffId
from bot.core.model.messages import Inbound
from bot.core.model.people import Role, Viewer
from bot.core.ports.reads import ConsoleLine
from bot.doctor import triage_finding
from bot.service import Service, prepare_database
from bot.settings import Settings
from bot.wiring import build, lay_ground, load_judge
from tests.services.ports import free_port
from tests.triage import weights
from triage.judge import Judge
from triage.verdict import Level


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Rules and a tiny linear member; no transformer."""
    folder = tmp_path / "weights"
    folder.mkdir()
    return Judge.load(weights.write(folder))


@pytest.fixture
async def service(tmp_path: Path, judge: Judge) -> AsyncIterator[Service]:
    chosen = {"data_dir": tmp_path, "port": free_port()}
    settings = Settings.load(env_file=None, environ={}, overrides=chosen)
    ground = lay_ground(settings, judge=judge)
    await prepare_database(settings)
    service = Service(build(ground))
    yield service
    await service.stop()


async def told(service: Service, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(service.address + path) as answer:
        return answer.status, await answer.text()


async def test_it_is_said_once_at_the_start_and_wherever_health_is_asked(service: Service) -> None:
    with capture_logs() as logs:
        await service.start()
    said = [each for each in logs if each["event"] == "triage_degraded"]
    states = "rules ready, fusion ready, linear ready, transformer missing"
    assert said == [{"event": "triage_degraded", "log_level": "warning", "state": states}]
    status, text = await told(service, "/readyz")
    assert status == 200
    assert text.startswith("ready\n")
    assert "triage degraded\n" in text
    assert "triage.transformer missing\n" in text
    _, page = await told(service, "/metrics")
    assert 'madoakari_triage_member{member="transformer",state="missing"} 1.0' in page


async def test_the_first_speed_flags_and_the_second_calls_nothing_calm(service: Service) -> None:
    with capture_logs() as logs:
        grave = await judged(service, "きょうは" + weights.WORD)
        quiet = await judged(service, "いい天気")
    assert grave.verdict.level >= Level.PASSIVE
    assert {mark.member for mark in grave.marks} == {"linear"}
    assert (quiet.verdict.level, quiet.marks) == (Level.UNDECIDED, ())
    assert [each for each in logs if each["event"].startswith("model")] == []


async def judged(service: Service, words: str) -> ConsoleLine:
    """A message after both speeds, as staff see it."""
    parts, viewer = service.parts, Viewer(StaffId("x"), "みなと", frozenset({Role.SUPERVISOR}))
    receipt = await parts.bus.run(ReceiveMessage(Inbound("webchat", words, words, words)))
    while await parts.relay.carry_out_due():
        pass
    lines = (await parts.console_reads.talk(viewer, receipt.talk_id)).lines
    (line,) = (each for each in lines if each.words == words)
    assert line.assessed
    return line


def test_the_doctor_names_every_member(judge: Judge, tmp_path: Path) -> None:
    missing = triage_finding(judge)
    assert missing.mark == "mend"
    assert "linear ready, transformer missing" in missing.sentence
    file = tmp_path / "weights" / "linear.npz"
    file.write_bytes(file.read_bytes() + b" ")
    assert "linear altered" in triage_finding(Judge.load(file.parent)).sentence
    judge.states = dict.fromkeys(judge.states, "ready")
    assert triage_finding(judge).mark == "ok"


def test_one_judge_serves_the_process() -> None:
    assert load_judge() is load_judge()
