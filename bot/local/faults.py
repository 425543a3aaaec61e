"""Faults that the local workspace injects into Web API calls, at chosen probabilities."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from bot.local.state import Json


class Fault(StrEnum):
    """One way in which a call fails. "After" means that Slack has already carried the call out."""

    RATE_LIMITED = "rate_limited"  # HTTP 429 with Retry-After; not carried out
    ERROR_BEFORE = "error_before"  # HTTP 503; not carried out
    ERROR_AFTER = "error_after"  # HTTP 503; carried out
    DROP_BEFORE = "drop_before"  # connection closed; not carried out
    DROP_AFTER = "drop_after"  # connection closed; carried out
    HANG_BEFORE = "hang_before"  # no response; not carried out
    HANG_AFTER = "hang_after"  # no response; carried out
    LATE = "late"  # connection closed; carried out some seconds later
    TRUNCATED = "truncated"  # carried out; the response is cut off halfway


EVERY_METHOD = "*"
"""In a setting: the odds of every method that has none of its own."""


class FaultError(ValueError):
    """A fault setting cannot be read."""


@dataclass(frozen=True)
class Setting:
    """The probability of each fault for each method, and the parameters of the faults.

    ``late`` is the range of a late call's delay, ``hang`` how long a hanging call takes,
    ``retry_after`` what a rate-limited call is told; all in seconds. ``seed`` makes the
    draws repeatable.
    """

    odds: dict[str, dict[Fault, float]]
    seed: int | None = None
    late: tuple[float, float] = (1.0, 5.0)
    hang: float = 60.0
    retry_after: int = 1

    @classmethod
    def read(cls, body: Json) -> Setting:
        """Read ``{"odds": {"chat.postMessage": {"drop_after": 0.03}, "*": {…}}, "seed": 7, …}``.

        FaultError if a fault is unknown or a probability is not between 0 and 1.
        """
        try:
            odds = {
                method: {Fault(name): _probability(value) for name, value in faults.items()}
                for method, faults in body.get("odds", {}).items()
            }
            late = body.get("late", (1.0, 5.0))
            return cls(
                odds=odds,
                seed=body.get("seed"),
                late=(float(late[0]), float(late[1])),
                hang=float(body.get("hang", 60.0)),
                retry_after=int(body.get("retry_after", 1)),
            )
        except (ValueError, TypeError, AttributeError, IndexError) as error:
            raise FaultError(f"Cannot read this fault setting: {error}.") from error

    def body(self) -> Json:
        """The setting as JSON, in the form that ``read`` accepts."""
        return {
            "odds": {method: dict(faults) for method, faults in self.odds.items()},
            "seed": self.seed,
            "late": list(self.late),
            "hang": self.hang,
            "retry_after": self.retry_after,
        }


class Faults:
    """Draws a fault for each call. Starts without any; ``counts`` says how often each was drawn."""

    def __init__(self) -> None:
        self.set(Setting({}))

    def set(self, setting: Setting) -> None:
        """Replace the setting, and restart the counts and the random sequence."""
        self.setting = setting
        self.counts: dict[str, int] = {}
        self._random = random.Random(setting.seed)  # noqa: S311 - not used for secrets

    def draw(self, method: str) -> Fault | None:
        """The fault that this call meets, or None."""
        odds = self.setting.odds.get(method, self.setting.odds.get(EVERY_METHOD))
        if not odds:
            return None
        drawn = self._random.random()
        for fault, probability in odds.items():
            drawn -= probability
            if drawn < 0:
                self.counts[fault] = self.counts.get(fault, 0) + 1
                return fault
        return None

    def late_seconds(self) -> float:
        """How long to wait before a late call is carried out."""
        return self._random.uniform(*self.setting.late)


def _probability(value: object) -> float:
    probability = float(value) if isinstance(value, int | float) else -1.0
    if not 0 <= probability <= 1:
        raise ValueError(f"{value!r} is not a probability between 0 and 1")
    return probability
