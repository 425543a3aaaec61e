"""What this process has counted since its start, for ``bot.metrics``: attempts, rate limits and answers.

Plain dictionaries, so that counting costs nothing and a process without metrics loads no library for them.
"""

from __future__ import annotations

from collections import Counter, defaultdict

BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Upper bounds of an answer's time, in seconds. Slack waits for three."""

attempts: Counter[str] = Counter()
"""Attempts to send a message, by what became of them (``bot.ledger.outcome.Kind``)."""

rate_limits: Counter[str] = Counter()
"""Answers in which Slack asked to be called less often: to a ``post``, or to any other ``call``."""

answer_times: Counter[tuple[str, float]] = Counter()
"""Answers to commands, by command and the bucket their time falls in. A longer time is in ``inf``."""

answer_seconds: defaultdict[str, float] = defaultdict(float)
"""The seconds that all answers to a command took together."""


def count_answer(command: str, seconds: float) -> None:
    """Count an answer to a command, and the time that it took."""
    answer_times[command, next((bound for bound in BUCKETS if seconds <= bound), float("inf"))] += 1
    answer_seconds[command] += seconds
