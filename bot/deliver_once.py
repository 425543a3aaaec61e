"""One delivery pass from beginning to end, without the clockwork: for cron, and for tests."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.app import Haru

LONGEST = 120.0
"""Seconds a pass may take: pacing spreads a long thread over time; what is left, the next pass sends."""


async def deliver_once(haru: Haru) -> list[dict[str, Any]]:
    """Open what is due and send it; what became of each channel, as records.

    ``status`` is sent, posting (not all of it is out yet), doubt (nobody knows yet), failed,
    unknown, skipped or waiting; ``reason`` says why.
    """
    started = time.monotonic()
    await haru.ledger.doubt_expired()
    await haru.corrections.look(haru.clock.now())
    opened = await haru.deliveries.rehearse(haru.clock.now())
    opened += await haru.deliveries.tick(haru.clock.now(), patient=False)
    while True:
        await haru.courier.drain()
        await haru.reconciler.run()
        if not await haru.ledger.sendable_parts() or time.monotonic() - started > LONGEST:
            break
        # The next part of a thread waits its second.
        await asyncio.sleep(0.25)
    made_of = await haru.past.deliveries_of([one.delivery_id for one in opened if one.delivery_id])
    records = []
    for one in opened:
        made = made_of.get(one.delivery_id) if one.delivery_id else None
        records.append(
            {
                "workspace": one.channel.workspace.key,
                "channel": one.channel.channel_id,
                "date": one.day.isoformat(),
                "status": made.state.value if made else one.status,
                "reason": made.reason if made else one.reason,
                "digests": list(one.digest_ids),
                "ts": made.ts if made else None,
            }
        )
    return records
