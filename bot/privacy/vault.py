"""The vault on AES-256: words sealed per person, addresses tagged with the pepper.

    wrapped key   version 1 | name of the key-encryption key (4) | AES key wrap, RFC 3394 (40)
    sealed words  version 1 | nonce (12) | AES-256-GCM of the padded text | its tag (16)

AES key wrap needs no nonce, so there is none to repeat. Words are padded to steps of 256
bytes before sealing: in a stolen database an address, a sticker and a message of up to 85
kana look alike, and a letter tells its length only roughly.

No data key is kept between two calls. Unwrapping costs about as much as opening the words
(``docs/privacy.md`` has the figures), and a key that is not in memory cannot outlive the
erasure of the person it belongs to.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from bot.core.model.errors import BadEncoding, Sealed
from bot.core.ports.vault import SealedWords, Tag, Vault, WrappedKey
from bot.privacy.keyfile import Secrets

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
NAME_BYTES: Final = 4
STEP: Final = 256
"""Sealed texts grow in steps of this many bytes."""
_END: Final = b"\x80"


class SealedVault:
    """Implements ``bot.core.ports.vault.Vault`` with the secrets of the key file."""

    def __init__(self, secrets_: Secrets) -> None:
        self._current = secrets_.keys[0]
        self._keys = {key.name: key.value for key in secrets_.keys}
        self._tag_key = secrets_.subkey("tag")

    def new_key(self) -> WrappedKey:
        """Make a random 256-bit data key and wrap it under the current key-encryption key."""
        wrapped = aes_key_wrap(self._current.value, secrets.token_bytes(KEY_BYTES))
        return WrappedKey(VERSION + self._current.name + wrapped)

    def seal(self, key: WrappedKey, words: str, *, bound_to: str) -> SealedWords:
        """Seal ``words`` for the row ``bound_to``.

        Raises ``Sealed`` where the key does not open, ``BadEncoding`` where the words hold
        half a surrogate pair and so are no text.
        """
        cipher = self._unwrap(key)
        nonce = secrets.token_bytes(NONCE_BYTES)
        try:
            padded = _pad(words.encode())
        except UnicodeEncodeError:
            raise BadEncoding from None
        return SealedWords(VERSION + nonce + cipher.encrypt(nonce, padded, _binding(bound_to)))

    def open(self, key: WrappedKey, sealed: SealedWords, *, bound_to: str) -> str:
        """Open sealed words. Raises ``Sealed`` on any mismatch, without saying which."""
        if sealed[:1] != VERSION:
            raise Sealed
        cipher = self._unwrap(key)
        nonce = sealed[1 : 1 + NONCE_BYTES]
        try:
            padded = cipher.decrypt(nonce, sealed[1 + NONCE_BYTES :], _binding(bound_to))
            return _unpad(padded).decode()
        except (InvalidTag, ValueError):
            raise Sealed from None

    def tag(self, purpose: str, value: str) -> Tag:
        """HMAC-SHA-256 with a key made from the pepper; purpose and value cannot run together."""
        head = purpose.encode()
        message = len(head).to_bytes(4) + head + value.encode(errors="surrogatepass")
        return Tag(hmac.digest(self._tag_key, message, "sha256"))

    def _unwrap(self, key: WrappedKey) -> AESGCM:
        name, wrapped = key[1 : 1 + NAME_BYTES], key[1 + NAME_BYTES :]
        wrapping = self._keys.get(name)
        if key[:1] != VERSION or wrapping is None:
            raise Sealed
        try:
            return AESGCM(aes_key_unwrap(wrapping, wrapped))
        except (InvalidUnwrap, ValueError):
            raise Sealed from None


def _binding(bound_to: str) -> bytes:
    return VERSION + bound_to.encode()


def _pad(text: bytes) -> bytes:
    return text + _END + bytes(-(len(text) + 1) % STEP)


def _unpad(padded: bytes) -> bytes:
    text, end, _ = padded.rpartition(_END)
    if not end:
        raise ValueError
    return text


_: type[Vault] = SealedVault
