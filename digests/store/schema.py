"""What every table of Haru shares: one metadata, its naming rule, and column types.

The tables themselves stand beside what uses them (``digests/store/tables.py``,
``bot/*/tables.py``); migrations see them all through this metadata.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

# Names given by rule, so that a migration can drop a constraint by name on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only counts up by itself in a column that is exactly INTEGER PRIMARY KEY.
Id = BigInteger().with_variant(Integer, "sqlite")

# Compared byte by byte on both databases: PostgreSQL would otherwise follow a language's
# order, in which a range of prefixes is no range.
Exact = String(200).with_variant(String(200, collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware instant, in UTC. SQLite keeps no zone, so it is taken off and put back here.

    A naive datetime is refused with ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
