"""What a courier does with the send queue, without a Slack: taking parts and giving results back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ledger.ledger import Ledger
from bot.ledger.outcome import Outcome
from bot.ledger.part import Part
from bot.ledger.results import Result


async def claim(ledger: Ledger, limit: int = 10) -> list[Part]:
    """Take up to ``limit`` parts that are due."""
    _, parts = await ledger.queue.exchange((), limit)
    return parts


async def record(ledger: Ledger, answers: Sequence[tuple[Part, Outcome]]) -> list[Result]:
    """Give results back; returns those that counted."""
    counted, _ = await ledger.queue.exchange(answers, 0)
    return counted
