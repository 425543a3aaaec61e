"""Deliveries and what channels have had, as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.ledger.states import DeliveryState


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one channel got for one date, as it stands now.

    ``schedule_date`` is None for a manual post. ``reason`` is a code. ``ts`` is the first message's.
    """

    id: int
    channel_id: int
    schedule_date: date | None
    state: DeliveryState
    reason: str | None
    due_at: datetime
    ts: str | None
    created_at: datetime
    digest_ids: tuple[int, ...] = ()
    in_doubt: bool = False
    """Slack has not said whether some part of it arrived."""


@dataclass(frozen=True, slots=True)
class DigestsHad:
    """The digests a channel has had, and the date of the newest of them."""

    digest_ids: frozenset[int] = frozenset()
    newest: date | None = None
