"""A delivery as it stands: one digest for one channel on one schedule date. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """A delivery's state."""

    POSTING = "posting"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands. ``ts`` is its first message's; ``reason`` a code."""

    id: int
    channel_id: int
    schedule_date: date | None
    state: State
    reason: str | None
    due_at: datetime
    ts: str | None
    created_at: datetime
    digest_ids: tuple[int, ...] = ()
    in_doubt: bool = False
    """Slack has not said whether some part of it arrived."""
