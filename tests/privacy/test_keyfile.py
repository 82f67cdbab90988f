"""The file with the secrets: private, whole, never overwritten."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from bot.privacy.keyfile import KeyFileError, Secrets, create, from_text, load, load_or_create


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_first_start_makes_a_private_file_and_the_next_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.json"
    first = load_or_create(path)
    assert _mode(path) == 0o600
    assert load_or_create(path) == first
    assert list(path.parent.iterdir()) == [path]


def test_a_generous_umask_does_not_open_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create(tmp_path / "keys.json")
    finally:
        os.umask(before)
    assert _mode(tmp_path / "keys.json") == 0o600


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    secrets = load_or_create(path)
    create(path)
    assert load(path) == secrets
    assert list(tmp_path.iterdir()) == [path]


def test_two_that_start_at_once_end_with_the_same_secrets(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    found: list[Secrets] = []
    threads = [threading.Thread(target=lambda: found.append(load_or_create(path))) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(secrets == found[0] for secrets in found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    create(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        load_or_create(path)


@pytest.mark.parametrize("kept", [0, 1, 40, 150])
def test_a_truncated_file_is_refused_and_stays_as_it_is(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "keys.json"
    create(path)
    path.write_text(path.read_text()[:kept])
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="bring back your copy"):
        load_or_create(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "foreign",
    ["[]", "{}", "7", "null", '"x"', "[" * 10_000, '{"madoakari_secrets": "1"}', "\xff", "a: b"],
)
def test_a_foreign_file_is_refused(tmp_path: Path, foreign: str) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(foreign.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        load_or_create(path)


def test_a_secret_with_one_letter_changed_is_noticed() -> None:
    content = json.loads(Secrets.fresh().to_text())
    for item in (content["keys"][0], content["pepper"]):
        good = item["secret"]
        item["secret"] = ("B" if good[0] != "B" else "C") + good[1:]
        with pytest.raises(KeyFileError):
            from_text(json.dumps(content))
        item["secret"] = good
    assert from_text(json.dumps(content)).to_text() == json.dumps(content, indent=2)


def test_a_file_without_keys_or_with_one_twice_is_refused() -> None:
    content = json.loads(Secrets.fresh().to_text())
    with pytest.raises(KeyFileError):
        from_text(json.dumps(content | {"keys": []}))
    with pytest.raises(KeyFileError):
        from_text(json.dumps(content | {"keys": content["keys"] * 2}))


def test_a_file_of_a_newer_version_says_so() -> None:
    content = json.loads(Secrets.fresh().to_text()) | {"madoakari_secrets": 2}
    with pytest.raises(KeyFileError, match="newer"):
        from_text(json.dumps(content))


def test_several_keys_survive_the_way_through_text() -> None:
    secrets = Secrets(Secrets.fresh().keys + Secrets.fresh().keys, Secrets.fresh().pepper)
    assert from_text(secrets.to_text()) == secrets


def test_a_folder_where_the_file_should_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        load_or_create(tmp_path)


def test_a_device_where_the_file_should_be_is_refused() -> None:
    with pytest.raises(KeyFileError, match="no ordinary file"):
        load(Path("/dev/null"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(KeyFileError, match="choose a folder"):
        create(tmp_path / "data" / "keys.json")


def test_no_error_and_no_repr_shows_a_secret(tmp_path: Path) -> None:
    secrets = Secrets.fresh()
    content = json.loads(secrets.to_text())
    hidden = [content["pepper"]["secret"], content["keys"][0]["secret"]]
    content["pepper"]["name"] = "00000000"
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(content))
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as caught:
        load(path)
    error: BaseException = caught.value
    assert error.__cause__ is None
    assert error.__suppress_context__
    shown = f"{error} {secrets!r} {secrets} {secrets.keys!r} {secrets.pepper}"
    assert not any(secret in shown for secret in hidden)
    assert repr(secrets.pepper.value) not in shown


def test_subkeys_differ_by_purpose_and_by_pepper() -> None:
    one, other = Secrets.fresh(), Secrets.fresh()
    keys = {one.subkey("a"), one.subkey("b"), other.subkey("a"), one.pepper.value}
    assert len(keys) == 4
    assert one.subkey("a") == one.subkey("a")


def test_the_fingerprint_stays_when_keys_rotate() -> None:
    secrets = Secrets.fresh()
    rotated = Secrets(Secrets.fresh().keys + secrets.keys, secrets.pepper)
    assert rotated.fingerprint == secrets.fingerprint
    assert Secrets.fresh().fingerprint != secrets.fingerprint
