"""The stored due times of channels: reads which are due, and stores when each is due next."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, select, update

from bot.channels import tables
from bot.channels.channel_store import select_channels
from bot.channels.preferences import Channel
from bot.channels.row_mapping import SCHEDULE_COLUMNS, columns_of
from digests.store.database import Database
from digests.store.schema import Instant


class DueChannels:
    """Reads which channels are due and writes when they are due next. Does not compute any date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(
        self, now: datetime, *, after: tuple[datetime, int] | None = None, limit: int = 500
    ) -> list[Channel]:
        """The channels whose next post is due by ``now``, the longest overdue first.

        To read the next page, pass the last channel's ``next_due_at`` and ``id`` as ``after``.
        """
        statement, values = (_DUE, {}) if after is None else (_DUE_AFTER, {"at": after[0], "row": after[1]})
        # The planner asks every second, and mostly nothing is due: ``read_autocommit`` takes one round trip.
        async with self._database.read_autocommit() as connection:
            return await select_channels(connection, statement, {"now": now, "most": limit, **values})

    async def set_next(self, channel: Channel, day: date | None, at: datetime | None) -> bool:
        """Set the date of a channel's next post and the instant it is due; None while it is off or paused.

        Returns False and writes nothing if the settings that decide the date have changed since
        ``channel`` was read.
        """
        columns = columns_of(channel.preferences)
        paused = channel.paused_reason is not None
        async with self._database.write() as connection:
            updated = await connection.scalars(
                update(tables.channel)
                .where(
                    _row.id == channel.id,
                    *(_row[name].is_not_distinct_from(columns[name]) for name in SCHEDULE_COLUMNS),
                    _row.paused_reason.is_not(None) if paused else _row.paused_reason.is_(None),
                )
                .values(next_date=day, next_due_at=at)
                .returning(_row.id)
            )
            return bool(updated.all())


# Built once: the planner runs one of them every second, and building it takes longer than running it.
_row, _at = tables.channel.c, bindparam("at", type_=Instant())
_DUE = (
    select(tables.channel)
    .where(_row.next_due_at <= bindparam("now", type_=Instant()))
    .order_by(_row.next_due_at, _row.id)
    .limit(bindparam("most"))
)
# The first condition is implied by the second, but only the first can use the index.
_DUE_AFTER = _DUE.where(_row.next_due_at >= _at, (_row.next_due_at > _at) | (_row.id > bindparam("row")))
