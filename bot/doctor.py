"""``madoakari doctor``: what is well, what to know, what to mend before real use."""

from __future__ import annotations

import shutil
import stat

from bot import migrations
from bot.core.ports.channel import Finding
from bot.privacy.keyfile import KeyFileError
from bot.safety.hotlines import Hotlines
from bot.service import StartRefused, check_data_folder
from bot.settings import Settings
from bot.texts import Texts
from bot.wiring import load_judge, load_secrets
from channels import discover, texts_folders
from triage.judge import Judge

LITTLE_SPACE = 1 << 30  # bytes


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything that can be looked at without serving."""
    return [
        *_folder(settings),
        *_keys(settings),
        *await _database(settings),
        *_mode(settings),
        triage_finding(load_judge()),
        *_safety_texts(),
        *await _channels(settings),
    ]


async def _channels(settings: Settings) -> list[Finding]:
    """What each configured channel says of itself; it may ask its platform."""
    findings: list[Finding] = []
    for spec in discover():
        own = settings.own(spec.name)
        if spec.examine is not None and spec.configured(own):
            findings += await spec.examine(own, settings)
    return findings


def _folder(settings: Settings) -> list[Finding]:
    try:
        check_data_folder(settings)
    except StartRefused as error:
        return [Finding("mend", str(error))]
    free = shutil.disk_usage(settings.data_dir).free
    if free < LITTLE_SPACE:
        return [Finding("mend", f"Less than 1 GiB is free beside {settings.data_dir}.")]
    open_to_others = stat.S_IMODE(settings.data_dir.stat().st_mode) & 0o077
    if open_to_others:
        return [
            Finding("note", f"Others on this machine may look into {settings.data_dir}: chmod 700.")
        ]
    return [Finding("ok", f"The data folder {settings.data_dir} is writable and private.")]


def _keys(settings: Settings) -> list[Finding]:
    try:
        load_secrets(settings)
    except KeyFileError as error:
        return [Finding("mend", str(error))]
    where = "the environment" if settings.keys is not None else str(settings.key_file)
    return [
        Finding("ok", f"The keys open, from {where}."),
        Finding("note", "Keep a copy of the keys apart from the database: without it, no words."),
    ]


async def _database(settings: Settings) -> list[Finding]:
    try:
        await migrations.check_not_newer(settings.database_url)
    except migrations.DatabaseNewer as error:
        return [Finding("mend", str(error))]
    current, head = await migrations.current(settings.database_url), migrations.head()
    if current != head:
        return [Finding("note", "The database will be brought up to date at the next start.")]
    return [Finding("ok", f"The database stands at revision {current}.")]


def _mode(settings: Settings) -> list[Finding]:
    findings = []
    if settings.trial_mode:
        findings.append(
            Finding("note", "Trial mode is on: one person on duty is enough. Not for real use.")
        )
    if not str(settings.base_url).startswith("https://"):
        findings.append(
            Finding("note", "MADOAKARI_BASE_URL is not https: put a TLS web server in front.")
        )
    if not settings.opening_hours:
        findings.append(
            Finding("note", "No opening hours are set: visitors are not told until when.")
        )
    return findings


def triage_finding(judge: Judge) -> Finding:
    """Every member of triage with its state."""
    states = ", ".join(f"{name} {state}" for name, state in judge.states.items())
    if judge.complete:
        return Finding("ok", f"Triage is whole: {states}.")
    return Finding(
        "mend",
        f"Triage is degraded: {states}. What the others do not flag is 'undecided'; install the "
        "package again.",
    )


def _safety_texts() -> list[Finding]:
    lines = Hotlines.load().unreviewed()
    texts = Texts.load(more=texts_folders())
    waiting = [f"{key} ({locale})" for locale in texts.locales for key in texts.unreviewed(locale)]
    findings = []
    if lines:
        findings.append(
            Finding(
                "review",
                f"{len(lines)} telephone lines were never reviewed: check each on its operator's "
                "own page, then fill reviewed_by and reviewed_on in bot/safety/hotlines.json.",
            )
        )
    if waiting:
        findings.append(
            Finding(
                "review",
                f"{len(waiting)} safety texts were never reviewed by a human (bot/locale/*/safety"
                ".toml); have a professional read them before real use.",
            )
        )
    return findings or [Finding("ok", "All safety texts and telephone lines were reviewed.")]
