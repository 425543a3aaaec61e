"""Couriers that are wrong on purpose, which the battery must find out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.app import Haru
from bot.ledger.doubts import Verdict
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part

SETTLE = 3.0
"""Seconds; the local workspace accepts late messages within a third of it."""

SLACK_PROMISE = SETTLE * 2 / 3
"""Seconds for which a busy machine may hold the workspace up. If the workspace stands still for longer, it
accepts messages after the settle time, and Haru assumes that Slack never does.
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """A wrong courier. Doubts end with ``verdict``, whatever the history says, after ``settle`` seconds.
    Unless it ``believes_refusals``, it doubts what Slack definitely refused as well.
    """

    settle: float = SETTLE
    verdict: Verdict | None = None
    believes_refusals: bool = True

    def change(self, haru: Haru) -> None:
        """Make Haru wrong in this way."""
        if self.verdict is not None:
            _settle_blindly(haru, self.verdict)
        if not self.believes_refusals:
            _doubt_refusals(haru)


def _settle_blindly(haru: Haru, verdict: Verdict) -> None:
    settle = haru.ledger.doubts.settle

    async def settle_blindly(verdicts: Sequence[tuple[Part, Verdict]]) -> list[tuple[Part, Verdict]]:
        return await settle([(part, verdict) for part, _ in verdicts])

    setattr(haru.ledger.doubts, "settle", settle_blindly)  # noqa: B010 - mypy guards methods


def _doubt_refusals(haru: Haru) -> None:
    exchange = haru.ledger.queue.exchange

    async def exchange_in_doubt(answers: Sequence[tuple[Part, Outcome]], limit: int) -> Any:
        doubted = [
            (part, replace(outcome, kind=Kind.DOUBT) if outcome.kind is Kind.RETRY else outcome)
            for part, outcome in answers
        ]
        return await exchange(doubted, limit)

    setattr(haru.ledger.queue, "exchange", exchange_in_doubt)  # noqa: B010


VARIANTS = {
    "haru": Variant(),
    # Sends again what may have arrived: doubles.
    "naive_retry": Variant(settle=0.0, verdict=Verdict()),
    # Never sends again what may not have arrived: loses.
    "at_most_once": Variant(verdict=Verdict(unknown="never_again")),
    # Looks before a late message shows up: doubles.
    "no_settle_time": Variant(settle=0.0),
    # Looks for what Slack refused: reads for nothing.
    "never_content": Variant(believes_refusals=False),
}
