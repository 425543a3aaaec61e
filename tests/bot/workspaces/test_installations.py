"""Installations, cached for answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.workspaces.installations import Installation, Installations
from digests.model import Workspace
from digests.store.database import Database

NOW = datetime(2025, 3, 3, tzinfo=UTC)
ORGANISATION = Workspace("E1", "")
TEAM = Workspace("E1", "T1")


def _installation(token: str) -> Installation:
    return Installation(ORGANISATION, bot_token=token, bot_user_id="UHARU")


async def test_the_cache_follows_what_this_process_writes(database: Database) -> None:
    """A new token, a pause and an uninstall are seen at once, by an organisation's workspaces too."""
    installations = Installations(database)
    assert await installations.recent(TEAM) is None
    await installations.save(_installation("xoxb-first"), now=NOW)
    assert (await installations.recent(TEAM)) == (await installations.get(TEAM))
    await installations.save(_installation("xoxb-second"), now=NOW)
    renewed = await installations.recent(TEAM)
    assert renewed is not None
    assert renewed.bot_token == "xoxb-second"
    await installations.pause(TEAM, "operator")
    paused = await installations.recent(TEAM)
    assert paused is not None
    assert paused.paused_reason == "operator"
    await installations.uninstall(TEAM, now=NOW, delete_after=NOW + timedelta(days=30))
    assert await installations.recent(TEAM) is None


async def test_the_cache_may_be_older_than_another_process(database: Database) -> None:
    """``recent`` reads from the cache what another process has replaced, and ``get`` from the database."""
    answering, other = Installations(database), Installations(database)
    await answering.save(_installation("xoxb-first"), now=NOW)
    await answering.recent(TEAM)
    await other.save(_installation("xoxb-second"), now=NOW)
    remembered, there = await answering.recent(TEAM), await answering.get(TEAM)
    assert remembered is not None
    assert there is not None
    assert (remembered.bot_token, there.bot_token) == ("xoxb-first", "xoxb-second")
