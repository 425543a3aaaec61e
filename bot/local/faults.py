"""What can go wrong between an app and Slack, on purpose and at chosen odds."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from bot.local.state import Json


class Fault(StrEnum):
    """One way for a call to fail. "After" means that Slack has done what it was asked."""

    RATE_LIMITED = "rate_limited"  # 429 with Retry-After
    ERROR_BEFORE = "error_before"  # 503, nothing done
    ERROR_AFTER = "error_after"  # 503, though done
    DROP_BEFORE = "drop_before"  # connection closed, nothing done
    DROP_AFTER = "drop_after"  # connection closed, though done
    HANG_BEFORE = "hang_before"  # no answer, nothing done
    HANG_AFTER = "hang_after"  # no answer, though done
    LATE = "late"  # connection closed; done some seconds later
    TRUNCATED = "truncated"  # done, and the answer cut off in the middle


EVERY_METHOD = "*"


class FaultError(ValueError):
    """The faults asked for make no sense."""


@dataclass(frozen=True)
class Setting:
    """Odds per method and fault, and what goes with them. Times are in seconds."""

    odds: dict[str, dict[Fault, float]]
    seed: int | None = None
    late: tuple[float, float] = (1.0, 5.0)
    hang: float = 60.0
    retry_after: int = 1

    @classmethod
    def read(cls, body: Json) -> Setting:
        """Read ``{"odds": {"chat.postMessage": {"drop_after": 0.03}, "*": {…}}, "seed": 7, …}``."""
        try:
            odds = {
                method: {Fault(name): _chance(value) for name, value in faults.items()}
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
            raise FaultError(f"These faults cannot be read: {error}.") from error

    def body(self) -> Json:
        """What ``read`` takes."""
        return {
            "odds": {method: dict(faults) for method, faults in self.odds.items()},
            "seed": self.seed,
            "late": list(self.late),
            "hang": self.hang,
            "retry_after": self.retry_after,
        }


class Faults:
    """Draws faults. None are on at the start; ``counts`` says how many of each were met."""

    def __init__(self) -> None:
        self.set(Setting({}))

    def set(self, setting: Setting) -> None:
        self.setting = setting
        self.counts: dict[str, int] = {}
        self._random = random.Random(setting.seed)  # noqa: S311 - odds, not secrets

    def draw(self, method: str) -> Fault | None:
        """The fault this call meets, or None."""
        odds = self.setting.odds.get(method, self.setting.odds.get(EVERY_METHOD))
        if not odds:
            return None
        left = self._random.random()
        for fault, chance in odds.items():
            left -= chance
            if left < 0:
                self.counts[fault] = self.counts.get(fault, 0) + 1
                return fault
        return None

    def lateness(self) -> float:
        """Seconds until a late call is done after all."""
        return self._random.uniform(*self.setting.late)


def _chance(value: object) -> float:
    chance = float(value) if isinstance(value, int | float) else -1.0
    if not 0 <= chance <= 1:
        raise ValueError(f"{value!r} is no probability")
    return chance
