"""Many rows in one statement. SQLAlchemy handles each parameter of each row, which for the half
million postings of a vault costs several times the writing itself; here the driver gets plain tuples.

For columns of plain types only (whole numbers, texts, floats, booleans): nothing is converted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Float, Integer, Table, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

Row = tuple[Any, ...]


async def insert_rows(
    connection: AsyncConnection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    keep: bool = False,
) -> None:
    """Insert rows, each a tuple in the order of ``columns``; with ``keep``, rows that are there stay."""
    if not rows:
        return
    names = ", ".join(columns)
    otherwise = " ON CONFLICT DO NOTHING" if keep else ""
    if _is_sqlite(connection):
        places = ", ".join("?" * len(columns))
        await connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({places}){otherwise}",  # noqa: S608 - our own names
            list(rows),
        )
        return
    await connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) SELECT * FROM {_unnest(table, columns)}{otherwise}",  # noqa: S608
        _by_column(rows),
    )


async def add_to_rows(
    connection: AsyncConnection, table: Table, key: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Add to numbers in rows that are there: each tuple is the key, then what each column grows by."""
    if not rows:
        return
    if _is_sqlite(connection):
        sums = ", ".join(f"{column} = {column} + ?" for column in columns)
        await connection.exec_driver_sql(
            f"UPDATE {table.name} SET {sums} WHERE {key} = ?",  # noqa: S608 - our own names
            [(*row[1:], row[0]) for row in rows],
        )
        return
    sums = ", ".join(f"{column} = {table.name}.{column} + more.{column}" for column in columns)
    names = ", ".join((key, *columns))
    await connection.exec_driver_sql(
        f"UPDATE {table.name} SET {sums} FROM {_unnest(table, (key, *columns))} AS more ({names})"  # noqa: S608
        f" WHERE {table.name}.{key} = more.{key}",
        _by_column(rows),
    )


def among(connection: AsyncConnection, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that a column is one of very many values, given as a single parameter."""
    if _is_sqlite(connection):
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(cast(list(values), ARRAY(_plain(column))))


def _unnest(table: Table, columns: Sequence[str]) -> str:
    types = (_ARRAYS[_plain(table.c[column])] for column in columns)
    return f"unnest({', '.join(f'%s::{name}[]' for name in types)})"


def _by_column(rows: Sequence[Row]) -> tuple[list[Any], ...]:
    return tuple(list(values) for values in zip(*rows, strict=True))


def _plain(column: Column[Any]) -> type[Any]:
    """The plain type a column's values have, whatever its collation or length."""
    kind = column.type.python_type
    return {int: Integer, str: Text, float: Float, bool: Boolean}[kind]


_ARRAYS: dict[type[Any], str] = {
    Integer: "bigint",
    Text: "text",
    Float: "double precision",
    Boolean: "boolean",
}


def _is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"
