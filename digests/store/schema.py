"""What all tables of Haru share: the metadata, the naming of constraints, and column types.

The tables are defined beside the code that uses them (``digests/store/tables.py``, ``bot/*/tables.py``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String, Text
from sqlalchemy.types import TypeDecorator

# Constraints are named by rule, so that a migration can drop one by name on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite generates ids only for a column that is exactly INTEGER PRIMARY KEY.
Id = BigInteger().with_variant(Integer, "sqlite")

# Compared byte by byte on both databases. PostgreSQL would otherwise use a language's collation, in
# which the words with a common prefix are not a contiguous range.
Exact = String(200).with_variant(String(200, collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC, also on SQLite, which stores no time zone.

    ValueError for a naive datetime.
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


class Cipher(Protocol):
    """Turns a secret into what is stored, and back."""

    def encrypt(self, plain: str) -> str:
        """What is stored."""
        ...

    def decrypt(self, stored: str) -> str:
        """The secret. Returns what was stored without encryption as it is."""
        ...


class EncryptedText(TypeDecorator[str]):
    """A secret, stored encrypted if the database was given a cipher (``Database.use_cipher``).

    Nothing can be compared with it in SQL: the same text is stored differently each time.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        cipher: Cipher | None = getattr(dialect, CIPHER, None)
        return cipher.encrypt(value) if value and cipher is not None else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        cipher: Cipher | None = getattr(dialect, CIPHER, None)
        return cipher.decrypt(value) if value and cipher is not None else value


CIPHER = "haru_cipher"
"""The attribute of an engine's dialect that holds its cipher: a column type sees nothing else."""
