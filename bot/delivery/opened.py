"""The outcome of opening a channel's delivery: posting, waiting, or skipped with a reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.channels.preferences import Channel
from bot.ledger.states import DeliveryState, Reason


class OpenedStatus(StrEnum):
    """What was done for a channel on one date."""

    POSTING = DeliveryState.POSTING.value
    SKIPPED = DeliveryState.SKIPPED.value
    WAITING = "waiting"
    """Nothing yet: its digest is late."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was done for one channel. ``reason`` says why it was skipped or waits."""

    channel: Channel
    day: date
    status: OpenedStatus
    reason: Reason | None = None
    digest_ids: tuple[int, ...] = ()
    delivery_id: int | None = None
