"""A worker process that delivers, as `haru worker` does, and is killed or frozen by its trap."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import Haru
from bot.delivery import reconciler
from bot.ledger import correction_claims
from bot.lifecycle import delivering, until_signal
from bot.workspaces import rate_limits
from config.logging import set_up_logging
from config.settings import Settings
from tests.crash.points import Notes, Trap, WatchedDatabase, trace_requests, watch
from tests.crash.variants import VARIANTS

LOOK = timedelta(seconds=0.15)
"""How often a worker runs its jobs, so that hundreds of crashes fit into minutes."""


class SharedClock:
    """Real time plus the offset in a file: one clock for every worker and the local workspace."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text()))


def main(wanted: dict[str, Any]) -> None:
    """Run one worker until it is told to end, or its trap ends it."""
    log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    set_up_logging("info", "json")
    asyncio.run(_work(wanted))
    sys.stderr.flush()


async def _work(wanted: dict[str, Any]) -> None:
    variant = VARIANTS[wanted["variant"]]
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # no .env of whoever runs the tests
        haru_settle=timedelta(seconds=variant.settle),
        haru_lease=timedelta(seconds=wanted["lease"]),
        haru_grace=timedelta(days=30),
    )
    # Waits scaled down like the settle time, from two minutes to two seconds. And no worker lives for the
    # minutes that a rate-limited read of several pages takes.
    reconciler._READ_AGAIN = reconciler._WAIT_FOR_TURN = timedelta(seconds=1)
    rate_limits.HISTORY_INTERVAL = 0
    correction_claims.RETRY_AFTER = timedelta(seconds=1)
    trap = Trap(wanted["deed"], wanted["points"], Path(wanted["hits"]))
    database = WatchedDatabase(wanted["database"], trap.reach)
    trace_requests(trap.reach)
    haru = Haru(settings, database, clock=SharedClock(Path(wanted["clock"])), api_url=wanted["api_url"])
    watch(haru.ledger, trap.reach, Notes(Path(wanted["notes"])))
    variant.change(haru)

    async def correct() -> None:
        await haru.corrections.look(haru.clock.now())

    haru.corrections._merged_for = LOOK
    haru.clockwork.every(LOOK, "tick_often", haru.clockwork.tick)
    haru.clockwork.every(LOOK, "drain_often", haru.courier.drain)
    haru.clockwork.every(LOOK, "reconcile_often", haru.reconciler.run)
    haru.clockwork.every(2 * LOOK, "correct_often", correct)
    try:
        async with delivering(haru):
            (Path(wanted["up"]) / str(os.getpid())).touch()
            await until_signal()
    finally:
        await haru.close()
