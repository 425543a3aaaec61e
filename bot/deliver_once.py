"""Delivers what is due, once, without the clockwork: for ``haru deliver`` and for tests."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.app import Haru

LONGEST = 120.0
"""How many seconds to keep sending. Rate limits stretch a long thread; the next run sends the rest."""


async def deliver_once(haru: Haru) -> list[dict[str, Any]]:
    """Open the deliveries that are due and send them. Returns a record for each channel.

    ``status`` is ``sent``, ``posting`` (some messages are not sent yet), ``failed``, ``unknown`` (Slack
    never said whether it arrived), ``skipped`` or ``waiting``; ``reason`` says why.
    """
    started = time.monotonic()
    await haru.ledger.doubts.expire_leases()
    await haru.corrections.look(haru.clock.now())
    opened = await haru.daily.rehearse(haru.clock.now())
    opened += await haru.daily.tick(haru.clock.now(), look_at_all=True)
    while True:
        await haru.courier.drain()
        await haru.reconciler.run()
        if not await haru.ledger.open_parts.count_sendable() or time.monotonic() - started > LONGEST:
            break
        # A channel takes one message per second, so the next reply of a thread has to wait.
        await asyncio.sleep(0.25)
    made_of = await haru.ledger.history.by_ids([one.delivery_id for one in opened if one.delivery_id])
    records = []
    for one in opened:
        made = made_of.get(one.delivery_id) if one.delivery_id else None
        records.append(
            {
                "workspace": one.channel.workspace.key,
                "channel": one.channel.channel_id,
                "date": one.day.isoformat(),
                "status": made.state.value if made else one.status.value,
                "reason": made.reason if made else one.reason,
                "digests": list(one.digest_ids),
                "ts": made.ts if made else None,
            }
        )
    return records
