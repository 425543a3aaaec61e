"""Imports every table, so that the metadata is complete for migrations, deletion and tests."""

from __future__ import annotations

import bot.channels.tables
import bot.ledger.tables
import bot.workspaces.tables
import digests.store.tables
from digests.store.schema import metadata

__all__ = ["bot", "digests", "metadata"]
