"""The command line as the only person at a small NPO meets it."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.service import only_one
from bot.settings import Settings
from tests.services.ports import free_port

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def madoakari(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        ours = {f"MADOAKARI_{name.upper()}": value for name, value in settings.items()}
        environ = {k: v for k, v in os.environ.items() if not k.startswith("MADOAKARI_")}
        environ |= {"MADOAKARI_DATA_DIR": str(tmp_path / "data")} | ours
        root = Path(__file__).parents[2]
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            env=environ | {"PYTHONPATH": str(root)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return madoakari


def test_staff_are_invited_listed_and_disabled(run: Run) -> None:
    added = run("staff", "add", "あかり", "--role", "supervisor", "--role", "peer")
    assert added.returncode == 0
    assert "/console/welcome/" in added.stdout
    assert run("staff", "list").stdout == "あかり\tpeer,supervisor\tinvited\n"
    assert run("staff", "disable", "あかり").returncode == 0
    assert run("staff", "list").stdout == "あかり\tpeer,supervisor\tdisabled\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("staff", "disable", "nobody"), "no account with the work name nobody"),
        (("staff", "add", "あかり"), "--role"),
        (("staff", "add", "あかり", "--role", "king"), "'king' is not one of"),
        (("staff", "add", "\u200b", "--role", "peer"), ""),
        (("dance",), "No such command"),
    ],
)
def test_a_wrong_command_is_one_plain_answer(run: Run, words: tuple[str, ...], said: str) -> None:
    answer = run(*words)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"portt": "1"}, "MADOAKARI_PORTT"),
        ({"port": "eighty"}, "MADOAKARI_PORT"),
        ({"opening_hours": "always"}, "MADOAKARI_OPENING_HOURS"),
        ({"data_dir": "/dev/null/data"}, "The data folder /dev/null/data"),
        ({"database_url": "postgresql://a:b@127.0.0.1:1/c"}, "The database cannot be used"),
        ({"keys": "nonsense"}, ""),
    ],
)
def test_a_start_that_cannot_be_is_refused(run: Run, settings: dict[str, str], said: str) -> None:
    answer = run("serve", **settings)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "Traceback" not in answer.stderr


def test_a_second_process_is_refused(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    settings = Settings.load(env_file=None, environ={}, overrides={"data_dir": folder})
    with only_one(settings):
        answer = run("serve", port=str(free_port()))
    assert answer.returncode == 2
    assert "already serves the data folder" in answer.stderr


def test_a_taken_port_is_named(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run("serve", port=str(port))
    assert answer.returncode == 2
    assert f"The port {port} on 127.0.0.1 cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_newer_database_is_refused_and_left_alone(run: Run, tmp_path: Path) -> None:
    assert run("db", "upgrade").returncode == 0
    file = tmp_path / "data" / "madoakari.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    answer = run("serve", port=str(free_port()))
    assert answer.returncode == 2
    assert "revision 9999" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_the_doctor_asks_for_a_human_review(run: Run) -> None:
    assert "revision 0003" in run("db", "upgrade").stdout
    said = run("doctor")
    assert said.returncode == 0
    assert "telephone lines were never reviewed" in said.stdout
    assert "safety texts were never reviewed" in said.stdout
    assert "Trial mode is on" in said.stdout


def test_the_doctor_names_what_must_be_mended(run: Run, tmp_path: Path) -> None:
    assert run("db", "upgrade").returncode == 0
    keys = tmp_path / "data" / "keys.json"
    run("staff", "list")  # makes the key file
    keys.chmod(0o644)
    said = run("doctor")
    assert said.returncode == 1
    assert "[mend]" in said.stdout


def test_the_demo_plays_its_night_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    answer = run("demo", "--port", "0", "--pace", "0.01", "--once")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("FICTION")
    assert "あかり  (supervisor)  password: " in answer.stdout
    assert not (tmp_path / "data").exists()


def test_other_keys_than_the_databases_are_refused(run: Run, tmp_path: Path) -> None:
    assert run("staff", "add", "あかり", "--role", "peer").returncode == 0
    _write_one_person(tmp_path / "data")
    (tmp_path / "data" / "keys.json").unlink()
    answer = run("staff", "list")
    assert answer.returncode == 2
    assert "do not open this database" in answer.stderr


def _write_one_person(folder: Path) -> None:
    """A person whose key is wrapped by keys that are gone."""
    with sqlite3.connect(folder / "madoakari.sqlite3") as database:
        database.execute(
            "INSERT INTO persons (id, locale, state, first_seen_at, last_contact_at)"
            " VALUES ('p', 'ja', 'present', 0, 0)"
        )
        database.execute("INSERT INTO person_keys VALUES ('p', ?)", (b"x" * 60,))
    database.close()


def test_agreement_with_corrections_is_printed(run: Run) -> None:
    said = run("triage", "--agreement")
    assert (said.returncode, said.stdout) == (0, "No verdict has been corrected yet.\n")
    refused = run("triage", "--agreement", "--jsonl")
    assert refused.returncode == 2
    assert "choose one of" in refused.stderr
