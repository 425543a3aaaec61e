"""Every table of Haru, gathered so that migrations and tests see the whole schema."""

from __future__ import annotations

import bot.channels.tables
import bot.ledger.tables
import bot.workspaces.tables
import digests.store.tables
from digests.store.schema import metadata

__all__ = ["bot", "digests", "metadata"]
