"""When Slack may be asked again: rests of a channel, or of one Web API method in a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import String, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import tables
from bot.ledger.dialect import execute_with_rows, insert_into, rows_parameter
from digests.store.schema import Instant

LEDGER = ""
"""In place of a workspace's key: rows that are the ledger's own."""

_pace = tables.pace.c


async def hold(connection: AsyncConnection, until: Mapping[tuple[str, str], datetime]) -> None:
    """Let nothing be asked until then: by workspace key, and channel id or method."""
    rows = [{"workspace": key, "what": what, "until": at} for (key, what), at in sorted(until.items())]
    if rows:
        await execute_with_rows(connection, _hold(connection.dialect.name), rows)


@lru_cache(maxsize=2)
def _hold(dialect: str) -> Any:
    rows = rows_parameter(dialect, workspace=String(64), what=String(64), until=Instant())
    wanted = select(rows.c.workspace, rows.c.what, rows.c.until).where(true())
    columns = [_pace.workspace, _pace.what, _pace.until]
    statement = insert_into(dialect, tables.pace).from_select(columns, wanted)
    return statement.on_conflict_do_update(
        index_elements=[_pace.workspace, _pace.what], set_={"until": statement.excluded.until}
    )
