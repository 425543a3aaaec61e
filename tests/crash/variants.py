"""Couriers that are wrong on purpose: the battery must find each of them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app import Haru
from bot.delivery.part import Part
from bot.delivery.store.doubts import Verdict

SETTLE = 2.0
"""Seconds; the local workspace accepts late messages within half of it."""


@dataclass(frozen=True, slots=True)
class Variant:
    """How doubts end: ``verdict`` whatever the history says, after ``settle`` seconds."""

    settle: float = SETTLE
    verdict: Verdict | None = None

    def change(self, haru: Haru) -> None:
        """Make Haru so."""
        verdict = self.verdict
        if verdict is None:
            return
        settle = haru.ledger.settle

        async def settle_blindly(verdicts: Sequence[tuple[Part, Verdict]]) -> None:
            await settle([(part, verdict) for part, _ in verdicts])

        setattr(haru.ledger, "settle", settle_blindly)  # noqa: B010 - mypy guards methods


VARIANTS = {
    "haru": Variant(),
    # Sends again what may have arrived: doubles.
    "naive_retry": Variant(settle=0.0, verdict=Verdict()),
    # Never sends again what may not have arrived: loses.
    "at_most_once": Variant(verdict=Verdict(unknown="never_again")),
    # Looks before a late message shows: doubles.
    "no_settle_time": Variant(settle=0.0),
}
