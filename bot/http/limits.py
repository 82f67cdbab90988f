"""Limits that slow a caller instead of naming one: token buckets, in memory only."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MAX_BUCKETS = 50_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limiter:
    """A token bucket per key. Keys are tags or constants and are forgotten when full again."""

    def __init__(self, *, burst: float, per_minute: float) -> None:
        self._burst = burst
        self._per_second = per_minute / 60
        self._buckets: OrderedDict[bytes | str, _Bucket] = OrderedDict()

    def allows(self, key: bytes | str, now_s: float, *, cost: float = 1) -> bool:
        """Take ``cost`` tokens of ``key`` at ``now_s`` (seconds of any steady clock).

        False, and nothing taken, where there are too few.
        """
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now_s)
        gained = max(0.0, now_s - bucket.at) * self._per_second
        bucket.tokens = min(self._burst, bucket.tokens + gained)
        bucket.at = now_s
        allowed = bucket.tokens >= cost
        bucket.tokens -= cost if allowed else 0
        self._buckets[key] = bucket
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return allowed

    def wait_s(self, key: bytes | str, *, cost: float = 1) -> int:
        """Seconds until ``cost`` tokens are there again, rounded up, at least 1."""
        bucket = self._buckets.get(key)
        missing = cost - (bucket.tokens if bucket else self._burst)
        return max(1, int(missing / self._per_second) + 1) if self._per_second else 60
