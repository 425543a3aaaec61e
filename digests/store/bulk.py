"""Many rows in one statement. SQLAlchemy handles each parameter of each row, which for the half
million postings of a vault costs several times the writing itself; here the driver gets plain tuples.

For columns of plain types only (whole numbers, texts, floats, booleans): nothing is converted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Integer,
    LargeBinary,
    Table,
    Text,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

Row = tuple[Any, ...]


async def new_ids(connection: AsyncConnection, table: Table, count: int) -> Sequence[int]:
    """So many ids that no row of the table has, ascending.

    Known before the rows are written, they need not be asked back.
    """
    if _is_sqlite(connection):
        # Nobody else writes before this transaction ends.
        last = await connection.scalar(select(func.max(table.c.id))) or 0
        return range(last + 1, last + 1 + count)
    each = func.generate_series(1, count)
    sequence = func.pg_get_serial_sequence(table.name, "id")
    return sorted(await connection.scalars(select(func.nextval(sequence)).select_from(each)))


def among(connection: AsyncConnection, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that a column is one of very many values, given as a single parameter."""
    return _among(connection.dialect.name, column, many(connection, values))


def many(connection: AsyncConnection, values: Iterable[Any]) -> Any:
    """Very many values as the single parameter they are given by."""
    return json.dumps(list(values)) if _is_sqlite(connection) else list(values)


def _among(dialect: str, column: Column[Any], values: Any) -> ColumnElement[bool]:
    if dialect == "sqlite":
        listed = func.json_each(values).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(cast(values, ARRAY(_plain(column))))


async def insert_rows(
    connection: AsyncConnection, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Insert rows, each a tuple in the order of ``columns``."""
    if not rows:
        return
    names = ", ".join(columns)
    if _is_sqlite(connection):
        places = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608
        await connection.exec_driver_sql(statement, list(rows))
        return
    await connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) SELECT * FROM {_unnest(table, columns)}",  # noqa: S608
        tuple(list(values) for values in zip(*rows, strict=True)),
    )


def _unnest(table: Table, columns: Sequence[str]) -> str:
    types = (_ARRAYS[_plain(table.c[column])] for column in columns)
    return f"unnest({', '.join(f'%s::{name}[]' for name in types)})"


def _plain(column: Column[Any]) -> type[Any]:
    """The plain type a column's values have, whatever its collation or length."""
    kind = column.type.python_type
    return {int: Integer, str: Text, float: Float, bool: Boolean, bytes: LargeBinary}[kind]


_ARRAYS: dict[type[Any], str] = {
    Integer: "bigint",
    Text: "text",
    Float: "double precision",
    Boolean: "boolean",
    LargeBinary: "bytea",
}


def _is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"
