"""The only reader of the environment: typed settings from ``MADOAKARI_*`` names and ``.env``.

A name that the house does not know stops the start, because a misspelt safety setting that is
silently ignored is worse than a service that says what is wrong. No value of a secret is ever
shown, neither by an error nor by ``repr``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from bot.setting_forms import (
    PREFIX,
    Documented,
    OwnSettings,
    SettingsError,
    documented,
    fill_in,
    from_file,
    name_of,
)
from bot.setting_kinds import (
    A_CAP,
    A_NUMBER,
    AtLeastOne,
    BaseAddress,
    Cap,
    DatabaseAddress,
    Lowered,
    RedisAddress,
    Says,
    Secret,
    Text,
    WebAddress,
    own_address,
    own_database,
    own_key_file,
)

__all__ = ["Documented", "OwnSettings", "Settings", "SettingsError"]

TEST_PREFIX: Final = "MADOAKARI_TEST_"
"""Names for the tests alone; the service neither reads nor refuses them."""


class Settings(BaseModel):
    """Everything that the operator may set. Frozen; made by ``Settings.load``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    _own: dict[str, OwnSettings] = PrivateAttr(default_factory=dict)

    host: Annotated[
        Text,
        Says(
            "The address to listen on. Stay on 127.0.0.1 when a web server stands in front.",
            "a host name or an IP address",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=0, le=65535),
        Says("The port to listen on; 0 takes any free one.", "a whole number from 0 to 65535"),
    ] = 8080
    data_dir: Annotated[
        Path,
        Says("The folder for the database and the key file. Back it up.", "a folder's path"),
    ] = Path("data")
    database_url: Annotated[
        DatabaseAddress,
        Says(
            "Where talks are stored: SQLite (one process) or PostgreSQL (several).",
            "a file's path, sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME",
            default="`madoakari.sqlite3` in the data folder",
            hidden=True,
        ),
    ] = Field(default_factory=own_database)
    redis_url: Annotated[
        RedisAddress | None,
        Field(repr=False),
        Says(
            "Carries screen updates between several processes; not needed for one.",
            "an address such as redis://HOST:6379/0",
            default="none",
            hidden=True,
        ),
    ] = None
    key_file: Annotated[
        Path,
        Says(
            "The file with the keys that open stored words; made at the first start with mode"
            " 0600. Keep a copy apart from the database's copies.",
            "a file's path",
            default="`keys.json` in the data folder",
        ),
    ] = Field(default_factory=own_key_file)
    keys: Annotated[
        Secret | None,
        Says(
            "The content of the key file, for places that hand secrets over by environment."
            " It replaces the key file.",
            "the whole text of a key file",
            default="none",
            hidden=True,
        ),
    ] = None
    base_url: Annotated[
        BaseAddress,
        Says(
            "The address by which people reach this service; used in one-time links.",
            "a web address that begins with https:// or http://",
            default="`http://HOST:PORT`",
        ),
    ] = Field(default_factory=own_address)
    service_name: Annotated[
        Text, Says("The name of the service, shown to staff in the console only.", "some text")
    ] = "まどあかり"
    tab_title: Annotated[
        Text,
        Says("The title of the visitor's tab. Keep it neutral: others may see it.", "some text"),
    ] = "メモ"
    exit_url: Annotated[
        WebAddress,
        Says(
            "The harmless page that the quick exit opens.",
            "a web address that begins with https:// or http://",
        ),
    ] = "https://www.jma.go.jp/bosai/"
    words_limit: Annotated[
        int,
        Field(ge=100, le=20_000),
        Says("The longest message, in characters.", "a whole number from 100 to 20000"),
    ] = 2000
    session_hours: Annotated[
        int,
        Field(ge=1, le=168),
        Says("Hours after which staff must sign in again.", "a whole number from 1 to 168"),
    ] = 12
    trial_mode: Annotated[
        bool,
        Says(
            "Trial mode: one person on duty is enough, and every console page says so."
            " Switching it off takes the notice away; the rule of two is not enforced yet.",
            "true or false",
        ),
    ] = True
    opening_hours: Annotated[
        str,
        Says(
            "When staff usually answer, in Japan time; shown to visitors when nobody is there.",
            "days and times such as mon-fri 20:00-24:00; sat,sun 13:00-17:00",
            default="empty: no fixed hours",
        ),
    ] = ""
    visitor_burst: Annotated[
        AtLeastOne, Says("Messages that one visitor may send at a stroke.", A_NUMBER)
    ] = 30
    visitor_per_minute: Annotated[
        AtLeastOne, Says("Messages a minute that one visitor may send for long.", A_NUMBER)
    ] = 60
    new_rooms_per_minute: Annotated[
        AtLeastOne, Says("New talks a minute, over all visitors together.", A_NUMBER)
    ] = 120
    passphrase_tries_per_minute: Annotated[
        AtLeastOne, Says("Tries at a passphrase a minute, over all visitors together.", A_NUMBER)
    ] = 20
    metrics_token: Annotated[
        Secret | None,
        Says(
            "A token that lets another machine read /metrics; without it only this machine may.",
            "some text",
            default="none",
            hidden=True,
        ),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Lowered,
        Says("How much is logged. No level logs anybody's words.", "debug, info, warning or error"),
    ] = "info"
    locale: Annotated[
        Literal["ja", "en"],
        Lowered,
        Says("The language that a page starts in.", "ja or en"),
    ] = "ja"
    retention_days: Annotated[
        AtLeastOne, Says("Days after the last contact when words are erased.", A_NUMBER)
    ] = 365
    pictures: Annotated[
        bool,
        Says(
            "Take in pictures from LINE and Discord: cleaned, sealed, shown blurred.",
            "true or false",
        ),
    ] = False
    picture_days: Annotated[AtLeastOne, Says("Days after which a picture is erased.", A_NUMBER)] = (
        30
    )
    cookie_secure: Annotated[
        Literal["auto", "always", "never"],
        Lowered,
        Says(
            "Send cookies over https only; auto follows the base address.", "auto, always or never"
        ),
    ] = "auto"
    live_cap_peer: Annotated[Cap, Says("Live talks that a peer may hold at once.", A_CAP)] = 1
    live_cap_counsellor: Annotated[
        Cap, Says("Live talks that a counsellor may hold at once.", A_CAP)
    ] = 2
    live_cap_supervisor: Annotated[
        Cap,
        Says("Live talks that a supervisor may hold at once; 0 outside trial mode.", A_CAP),
    ] = 2

    @classmethod
    def load(
        cls,
        *,
        env_file: Path | None = Path(".env"),
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
        own: Mapping[str, type[OwnSettings]] | None = None,
    ) -> Settings:
        """Read the settings: ``overrides`` by field, then the environment, then ``env_file``.

        ``own`` are the pages of settings that channels have, by channel.

        ``environ`` is the process's own environment unless given. An empty value counts as not
        set. Raises ``SettingsError`` for a name nobody knows, a value that does not fit and an
        ``env_file`` that cannot be read; a missing ``env_file`` is no error.
        """
        written = _ours(from_file(env_file)) | _ours(os.environ if environ is None else environ)
        mine, theirs = _sorted_out(written, own or {})
        settings = fill_in(cls, mine | dict(overrides or {}))
        settings.keep(own or {}, theirs)
        return settings

    def keep(
        self, own: Mapping[str, type[OwnSettings]], written: Mapping[str, Mapping[str, object]]
    ) -> None:
        """Fill in the pages of channels. Raises ``SettingsError``."""
        for name, page in own.items():
            self._own[name] = fill_in(page, written[name], prefix=_prefix(name))

    def own(self, channel: str) -> OwnSettings | None:
        """A channel's own settings; None where it has none."""
        return self._own.get(channel)

    @classmethod
    def documented(cls, own: Mapping[str, type[OwnSettings]]) -> Iterator[Documented]:
        """Every setting, those of channels last, in the order of the documentation."""
        yield from documented(cls)
        for name, page in own.items():
            yield from documented(page, prefix=_prefix(name))


def _ours(names: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value.strip()
        for name, value in names.items()
        if name.upper().startswith(PREFIX) and not name.startswith(TEST_PREFIX)
    }


def _prefix(channel: str) -> str:
    return f"{PREFIX}{channel.upper()}_"


def _sorted_out(
    written: Mapping[str, str], own: Mapping[str, type[OwnSettings]]
) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """What was written, by field: the house's own, and each channel's.

    Raises ``SettingsError`` for a name that nobody knows.
    """
    places = {name_of(field): ("", field) for field in Settings.model_fields} | {
        name_of(field, _prefix(name)): (name, field)
        for name, page in own.items()
        for field in page.model_fields
    }
    pages: dict[str, dict[str, object]] = {"": {}, **{name: {} for name in own}}
    for name, value in written.items():
        if name not in places:
            near = get_close_matches(name.upper(), places, n=1, cutoff=0.0)
            raise SettingsError(f"There is no setting {name}; the nearest known name is {near[0]}.")
        page, field = places[name]
        if value:
            pages[page][field] = value
    return pages.pop(""), pages
