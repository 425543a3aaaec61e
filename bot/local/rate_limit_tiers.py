"""Slack's rate limits: https://docs.slack.dev/apis/web-api/rate-limits"""

from __future__ import annotations

import math
import time
from enum import IntEnum


class Tier(IntEnum):
    """Calls a minute a method may get a workspace. SPECIAL is chat.postMessage's: one a second a channel."""

    SPECIAL = 60
    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    FREE = 0


BURST = 4
"""How many messages Slack lets through at once before it holds a channel to one a second."""


class RateLimiter:
    """Counts calls. Does not wait: it says how long the caller has to."""

    def __init__(self) -> None:
        self.enforced = True
        """False: as many calls as one likes, for benchmarks."""
        self._due: dict[tuple[str, str], float] = {}

    def hold(self, method: str, tier: Tier, channel: str) -> int:
        """Seconds until this call would be taken, 0 when it is taken now."""
        if tier is Tier.FREE or not self.enforced:
            return 0
        posts = tier is Tier.SPECIAL
        every, burst = 60 / tier, BURST if posts else int(tier)
        key = (method, channel if posts else "")
        now = time.monotonic()
        due = max(self._due.get(key, now), now)
        if due - now > every * (burst - 1) + 1e-6:
            return max(1, math.ceil(due - now - every * (burst - 1)))
        self._due[key] = due + every
        return 0
