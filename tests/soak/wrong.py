"""Harus that are wrong on purpose, which the simulation must find out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.app import Haru
from bot.ledger.doubts import Verdict
from bot.ledger.part import Part


def naive_retry(haru: Haru) -> None:
    """Sends again what may have arrived, whatever the history says: doubles."""
    _settle_blindly(haru, Verdict())


def at_most_once(haru: Haru) -> None:
    """Never sends again what may not have arrived: loses."""
    _settle_blindly(haru, Verdict(unknown="never_again"))


def no_settle_time(haru: Haru) -> None:
    """Looks before a late message shows up: doubles."""
    for part in (haru.ledger.doubts, haru.ledger.queue):
        setattr(part, "_settle_time", timedelta(0))  # noqa: B010 - ruff guards private names


def _settle_blindly(haru: Haru, verdict: Verdict) -> None:
    settle = haru.ledger.doubts.settle

    async def blindly(verdicts: Sequence[tuple[Part, Verdict]]) -> list[tuple[Part, Verdict]]:
        return await settle([(part, verdict) for part, _ in verdicts])

    setattr(haru.ledger.doubts, "settle", blindly)  # noqa: B010 - mypy guards methods
