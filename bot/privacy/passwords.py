"""Staff passwords, stored as argon2id.

The library's defaults are RFC 9106's second choice (64 MiB, three passes); a hash
carries its own parameters, so they can rise later and ``needs_rehash`` tells which hashes
are older. Slow on purpose: call these in a thread.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hash_password(secret: str) -> str:
    """Return the hash to store; the same secret gives another one each time."""
    return _HASHER.hash(_bytes(secret))


def password_matches(stored: str, secret: str) -> bool:
    """Whether ``secret`` is the one that was hashed; false for a hash that is none."""
    try:
        return _HASHER.verify(stored, _bytes(secret))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether ``stored`` was made with other parameters than today's, or is no hash at all."""
    try:
        return _HASHER.check_needs_rehash(stored)
    except InvalidHashError:
        return True


def _bytes(secret: str) -> bytes:
    # A browser cannot send half a surrogate pair, a forged request can: it must not raise.
    return secret.encode(errors="surrogatepass")
