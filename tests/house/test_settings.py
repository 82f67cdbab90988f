"""Settings: what is read, what is refused, what is shown, what is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError
from tests.house.settings_docs import as_example, as_page
from tests.house.source import ROOT


def load(**names: str) -> Settings:
    return Settings.load(env_file=None, environ={f"MADOAKARI_{n}": v for n, v in names.items()})


def refusal(**names: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**names)
    return str(caught.value)


def test_defaults_live_in_the_data_folder() -> None:
    settings = load(DATA_DIR="/srv/m")
    assert settings.database_url == "sqlite+aiosqlite:////srv/m/madoakari.sqlite3"
    assert settings.key_file == Path("/srv/m/keys.json")
    assert settings.base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("postgres://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("postgresql+asyncpg://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("/a/b.db", "sqlite+aiosqlite:////a/b.db"),
    ],
)
def test_database_addresses_get_our_driver(given: str, used: str) -> None:
    assert load(DATABASE_URL=given).database_url == used


@pytest.mark.parametrize(
    ("host", "base"),
    [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("chat.example.org", "chat.example.org")],  # noqa: S104  # an example
)
def test_the_base_address_can_be_opened(host: str, base: str) -> None:
    assert load(HOST=host, PORT="1").base_url == f"http://{base}:1"


def test_the_environment_wins_over_the_file_and_overrides_over_both(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MADOAKARI_PORT=1\nMADOAKARI_LOCALE=EN\nOTHER=x\n", encoding="utf-8")
    settings = Settings.load(env_file=file, environ={"MADOAKARI_PORT": "2", "MADOAKARI_KEYS": ""})
    assert (settings.port, settings.locale, settings.keys) == (2, "en", None)
    assert Settings.load(env_file=file, environ={}, overrides={"port": 3}).port == 3


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"MADOAKARI_PORT=\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        Settings.load(env_file=file, environ={})


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    assert refusal(TRIAL_MOD="false") == (
        "There is no setting MADOAKARI_TRIAL_MOD; the nearest known name is MADOAKARI_TRIAL_MODE."
    )
    assert load(TEST_WITHOUT="redis").port == 8080


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "65536", "must be a whole number from 0 to 65535, not '65536'."),
        ("TRIAL_MODE", "perhaps", "must be true or false, not 'perhaps'."),
        ("COOKIE_SECURE", "yes", "must be auto, always or never, not 'yes'."),
        ("EXIT_URL", "javascript:x", "must be a web address"),
        ("WORDS_LIMIT", "0", "must be a whole number from 100 to 20000, not '0'."),
    ],
)
def test_a_bad_value_is_named_with_what_to_do(name: str, value: str, says: str) -> None:
    assert refusal(**{name: value}).startswith(f"MADOAKARI_{name} {says}")


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_no_secret_is_shown_by_a_refusal(name: str) -> None:
    assert "hunter2" not in refusal(**{name: "gopher://u:hunter2@h"})


def test_no_secret_is_shown_by_the_settings_themselves() -> None:
    settings = load(
        DATABASE_URL="postgresql://u:hunter2@h/n",
        REDIS_URL="redis://:hunter2@h",
        KEYS="hunter2",
        METRICS_TOKEN="hunter2",
    )
    assert "hunter2" not in f"{settings} {settings!r}"
    assert settings.keys is not None
    assert settings.keys.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("path", "text"), [("docs/settings.md", as_page()), (".env.example", as_example())]
)
def test_every_setting_is_documented(path: str, text: str) -> None:
    written = (ROOT / path).read_text(encoding="utf-8")
    assert written == text, "run: .venv/bin/python -m tests.house.settings_docs"


def test_the_example_changes_nothing() -> None:
    assert Settings.load(env_file=ROOT / ".env.example", environ={}) == load()
