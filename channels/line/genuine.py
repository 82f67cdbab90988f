"""Whether a webhook comes from LINE: a signature over the very bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def is_genuine(body: bytes, signature: str | None, secrets: Iterable[str]) -> bool:
    """Whether ``signature`` was made over ``body`` with one of the secrets. Never raises.

    Every secret is tried in constant time, also after one that fits.
    """
    shown = (signature or "").encode("utf-8", errors="replace")
    fits = [hmac.compare_digest(sign(body, secret).encode(), shown) for secret in secrets]
    return any(fits)


def sign(body: bytes, secret: str) -> str:
    """The signature that LINE sends in ``X-Line-Signature``."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
