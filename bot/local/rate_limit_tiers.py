"""Slack's rate limits on Web API calls: https://docs.slack.dev/apis/web-api/rate-limits"""

from __future__ import annotations

import math
import time
from enum import IntEnum


class Tier(IntEnum):
    """A method's rate limit in calls per minute, for one workspace.

    SPECIAL is the limit of ``chat.postMessage``, one message per second in each channel.
    UNLIMITED methods are never limited.
    """

    SPECIAL = 60
    THREE = 50
    FOUR = 100
    UNLIMITED = 0


BURST = 4
"""How many messages a channel accepts in quick succession before the limit of one per second applies."""


class RateLimiter:
    """Counts calls and decides which of them exceed their limit. Does not wait."""

    def __init__(self) -> None:
        self.enforced = True
        """Whether limits apply. Benchmarks and tests set it to False."""
        self._next_free: dict[tuple[str, str], float] = {}

    def seconds_to_wait(self, method: str, tier: Tier, channel_id: str) -> int:
        """0 if the call may go ahead, which counts it. Otherwise the seconds for ``Retry-After``."""
        if tier is Tier.UNLIMITED or not self.enforced:
            return 0
        per_channel = tier is Tier.SPECIAL
        interval, burst = 60 / tier, BURST if per_channel else int(tier)
        key = (method, channel_id if per_channel else "")
        now = time.monotonic()
        next_free = max(self._next_free.get(key, now), now)
        excess = next_free - now - interval * (burst - 1)
        if excess > 1e-6:
            return max(1, math.ceil(excess))
        self._next_free[key] = next_free + interval
        return 0
