"""The secrets that live outside the database: key-encryption keys and the pepper.

A thief of the database alone must learn nothing (``docs/privacy.md``), so everything that
opens it stands in one small file, made at the first start and readable by its owner only.
Every secret in it carries a fingerprint of itself, so a damaged file is noticed at start and
not when the first words cannot be opened any more.

The file is never overwritten here, and no error names what is in it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
SECRET_BYTES = 32
_LARGEST_FILE = 64 * 1024
_PRIVATE = stat.S_IRUSR | stat.S_IWUSR
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(Exception):
    """The secrets cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """32 random bytes and the name by which stored data refers to them."""

    value: bytes

    @property
    def name(self) -> bytes:
        """Four bytes made from the secret; reveals nothing of it and never changes."""
        return hashlib.sha256(b"madoakari secret name\x00" + self.value).digest()[:4]

    def __repr__(self) -> str:
        """Hide the value, so that no traceback or log line can show it."""
        return "Secret(hidden)"


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Key-encryption keys (the first seals, all of them open) and the pepper."""

    keys: tuple[Secret, ...]
    pepper: Secret

    @classmethod
    def fresh(cls) -> Secrets:
        """Make new secrets from the operating system's generator."""
        return cls((_fresh_secret(),), _fresh_secret())

    @property
    def fingerprint(self) -> str:
        """Name of the pepper: kept beside the data, it tells at start that they belong together.

        The pepper never rotates (every tag would change), so the fingerprint never does.
        """
        return self.pepper.name.hex()

    def subkey(self, purpose: str) -> bytes:
        """32 bytes from the pepper for one purpose; another purpose gets unrelated bytes."""
        return hmac.digest(self.pepper.value, b"madoakari subkey\x00" + purpose.encode(), "sha256")

    def to_text(self) -> str:
        """Write the secrets in the form that ``from_text`` reads. Only for the key file."""
        return json.dumps(
            {
                "madoakari_secrets": FORMAT,
                "keys": [_to_json(key) for key in self.keys],
                "pepper": _to_json(self.pepper),
            },
            indent=2,
        )

    def __repr__(self) -> str:
        """Hide the values, so that no traceback or log line can show them."""
        return "Secrets(hidden)"


def load_or_create(path: Path) -> Secrets:
    """Read the key file, or make it at the first start.

    Raises ``KeyFileError`` where the file is open to others, damaged, or cannot be made.
    """
    with contextlib.suppress(FileNotFoundError):
        return load(path)
    create(path)
    return load(path)


def load(path: Path) -> Secrets:
    """Read an existing key file.

    Raises ``FileNotFoundError`` where there is none, ``KeyFileError`` where it cannot be used.
    """
    try:
        text = _read_private(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        message = (
            f"The key file {path} cannot be read ({error.strerror}): "
            "let the account that runs Madoakari own it."
        )
        raise KeyFileError(message) from None
    return _parse(text, f"The key file {path}")


def from_text(text: str) -> Secrets:
    """Read secrets that were given as a setting: the text of a key file.

    Raises ``KeyFileError`` where the text is none.
    """
    return _parse(text, "The setting with the keys")


def create(path: Path) -> None:
    """Make a key file with new secrets; leave one that is already there as it is.

    The file appears complete or not at all: it is written under another name, brought to the
    disk, and only then linked to its place, which fails where a file stands already. Two
    processes that start at once therefore end with the same secrets.
    Raises ``KeyFileError`` where the folder does not take it.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write_private(draft, Secrets.fresh().to_text() + "\n")
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        message = (
            f"The key file {path} cannot be made ({error.strerror}): choose a folder on a local "
            "disk that the account that runs Madoakari may write to."
        )
        raise KeyFileError(message) from None


def _fresh_secret() -> Secret:
    return Secret(secrets.token_bytes(SECRET_BYTES))


def _to_json(secret: Secret) -> dict[str, str]:
    return {"name": secret.name.hex(), "secret": base64.urlsafe_b64encode(secret.value).decode()}


def _read_private(path: Path) -> str:
    # The rights are asked of the open file, so that it cannot be exchanged in between.
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            message = f"The key file {path} is no ordinary file: name the file itself."
            raise KeyFileError(message)
        if status.st_mode & _OTHERS:
            message = f"The key file {path} is open to other accounts: run chmod 600 {path}"
            raise KeyFileError(message)
        return file.read(_LARGEST_FILE).decode("utf-8", errors="replace")


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, _PRIVATE)
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _parse(text: str, source: str) -> Secrets:
    broken = KeyFileError(
        f"{source} is damaged or not a key file of Madoakari: bring back your copy of it, "
        "and do not delete it while there is a database, since only it opens the words."
    )
    try:
        content: Any = json.loads(text)
        if content["madoakari_secrets"] > FORMAT:
            message = f"{source} was written by a newer Madoakari: install that one again."
            raise KeyFileError(message)
        keys = tuple(_from_json(item) for item in content["keys"])
        pepper = _from_json(content["pepper"])
    except (ValueError, TypeError, KeyError, RecursionError):
        # "from None" here and below: the cause would carry the text it failed on.
        raise broken from None
    if not keys or len({key.name for key in keys}) != len(keys):
        raise broken
    return Secrets(keys, pepper)


def _from_json(item: dict[str, str]) -> Secret:
    try:
        value = base64.b64decode(item["secret"], altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None
    secret = Secret(value)
    if len(value) != SECRET_BYTES or secret.name.hex() != item["name"]:
        raise ValueError
    return secret
