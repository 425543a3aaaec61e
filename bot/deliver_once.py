"""Delivers what is due, once, without the clockwork: for ``haru deliver`` and for tests."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import UTC, date, datetime
from typing import Any

from bot.app import Haru
from bot.delivery.opened import Opened, OpenedStatus
from bot.ledger.delivery import Delivery
from bot.ledger.states import DeliveryState
from bot.ledger.waiting_deliveries import Wait, WaitingDelivery

LONGEST = 120.0
"""How many seconds to keep sending. Rate limits stretch a long thread; the next run sends the rest."""

_LOOK = 0.25
"""Seconds between two looks for parts to send."""


async def deliver_once(haru: Haru, *, wait: bool = False) -> list[dict[str, Any]]:
    """Open the deliveries that are due and send them. Returns a record for each channel.

    ``status`` is ``sent``, ``posting`` (some messages are not sent yet), ``failed``, ``unknown`` (Slack
    never said whether it arrived), ``skipped`` or ``waiting``; ``reason`` says why. A delivery of an earlier
    run that is still posting has a record too. ``until`` is when it goes on, None for now or for a pause.

    ``wait``: return when nothing is posting any more, except in workspaces that are paused.
    """
    started = time.monotonic()
    await haru.ledger.doubts.expire_leases()
    await haru.corrections.look(haru.clock.now())
    opened = await haru.daily.rehearse(haru.clock.now())
    opened += await haru.daily.tick(haru.clock.now(), look_at_all=True)
    ids = {one.delivery_id for one in opened if one.delivery_id}
    ids |= {one.delivery_id for one in await haru.ledger.waiting.all()}
    while True:
        await haru.courier.drain()
        await haru.reconciler.run()
        left = math.inf if wait else LONGEST - (time.monotonic() - started)
        if not any(_is_worth(one, left) for one in await haru.ledger.waiting.all()):
            break
        # A channel takes one message per second, so the next reply of a thread has to wait.
        await asyncio.sleep(_LOOK)
    return await _records(haru, opened, ids)


def _is_worth(one: WaitingDelivery, left: float) -> bool:
    """Whether to stay for a delivery while so many seconds are left."""
    if one.why == Wait.PAUSED or (one.why in (Wait.LEASE, Wait.DOUBT) and left < math.inf):
        return False
    return left > 0 and (one.wait is None or one.wait.total_seconds() < left)


async def _records(haru: Haru, opened: list[Opened], ids: set[int]) -> list[dict[str, Any]]:
    """A record for each delivery that was open before, then for everything that was opened or skipped now."""
    waiting = {one.delivery_id: one for one in await haru.ledger.waiting.all()}
    made_of = await haru.ledger.history.by_ids(sorted(ids | waiting.keys()))
    channels = {channel.id: channel for channel in await haru.channels.all()}
    opened_ids = {one.delivery_id for one in opened}
    earlier = [
        Opened(channels[made.channel_id], _day(made), OpenedStatus.POSTING, None, made.digest_ids, id_)
        for id_, made in sorted(made_of.items())
        if id_ not in opened_ids
    ]
    records = []
    for one in [*earlier, *opened]:
        made = made_of.get(one.delivery_id) if one.delivery_id else None
        waits = waiting.get(one.delivery_id) if one.delivery_id else None
        reason = made.reason if made else one.reason
        records.append(
            {
                "workspace": one.channel.workspace.key,
                "channel": one.channel.channel_id,
                "date": one.day.isoformat(),
                "status": made.state.value if made else one.status.value,
                "reason": waits.why if waits and made and made.state is DeliveryState.POSTING else reason,
                "until": _until(waits),
                "digests": list(one.digest_ids),
                "ts": made.ts if made else None,
            }
        )
    return records


def _day(made: Delivery) -> date:
    return made.schedule_date or made.created_at.date()


def _until(waits: WaitingDelivery | None) -> str | None:
    """The wall clock's time at which a delivery goes on, to the second."""
    if waits is None or waits.wait is None:
        return None
    return (datetime.now(UTC) + waits.wait).isoformat(timespec="seconds")
