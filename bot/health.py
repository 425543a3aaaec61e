"""Decides whether a process is alive and ready, for ``/health/live`` and ``/health/ready``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from bot.delivery.clockwork import Clockwork
from bot.http_server import Health
from bot.ledger.open_parts import OpenParts
from digests.errors import StoreError
from digests.sources.source_list import Sources

log = structlog.stdlib.get_logger(__name__)

NOT_READY_WITHOUT_TICK = 60.0
"""Seconds without a successful tick of the clockwork after which a delivering process is not ready."""

NOT_ALIVE_WITHOUT_TICK = 600.0
"""Seconds without a successful tick after which a process is not alive: a restart may help."""

LATEST_PART = timedelta(minutes=30)
"""How long a message may be due and unsent. In a large workspace the posts of one hour take some minutes."""

DATABASE_AWAY = "the database cannot be reached"
"""The reason of a process that cannot read its database."""


class HealthChecks:
    """Checks the process and its database. Repairs nothing."""

    def __init__(self, *, clockwork: Clockwork, open_parts: OpenParts, sources: Sources) -> None:
        self._clockwork = clockwork
        self._open_parts = open_parts
        self._sources = sources

    async def live(self) -> Health:
        """Whether the event loop answers and the clockwork, if it runs, does not hang."""
        age = self._clockwork.tick_age
        if age is not None and age > NOT_ALIVE_WITHOUT_TICK:
            return Health((f"no tick went well for {age:.0f} s",))
        return Health()

    async def ready_to_answer(self) -> Health:
        """Whether the process can answer people: the database can be read."""
        try:
            open_parts = await self._open_parts.count()
        except StoreError as error:
            return _without_database(error)
        return Health(facts={"open_parts": open_parts})

    async def ready_to_deliver(self) -> Health:
        """Whether the process can deliver: it can answer, ticked lately, and no message is due for long."""
        health = await self.ready_to_answer()
        reasons = list(health.reasons)
        age = self._clockwork.tick_age
        facts = {**health.facts, "tick_age": None if age is None else round(age, 1)}
        if age is None:
            reasons.append("the clockwork has not ticked yet")
        elif age > NOT_READY_WITHOUT_TICK:
            reasons.append(f"no tick went well for {age:.0f} s")
        if health.reasons:
            return Health(tuple(reasons), facts)
        try:
            oldest = await self._open_parts.longest_wait()
            facts["fetch_age"] = await self._sources.seconds_since_success(datetime.now(UTC))
        except StoreError as error:
            return _without_database(error)
        facts["oldest_due_age"] = None if oldest is None else round(oldest.total_seconds(), 1)
        if oldest is not None and oldest > LATEST_PART:
            reasons.append(f"a message has been due for {oldest.total_seconds() / 60:.0f} minutes")
        return Health(tuple(reasons), facts)


def _without_database(error: StoreError) -> Health:
    """The health of a process without its database. Anybody may read it, so only the log has the reason."""
    log.warning("database_not_reached", error=str(error))
    return Health((DATABASE_AWAY,))
