"""SQL that the two databases write differently: inserts with conflicts, and many values as one parameter.

Rows are passed to the database as one JSON text: one parameter per column and row costs more than everything
else about sending a message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Dialect,
    FromClause,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from digests.store.schema import Instant

SQLITE = "sqlite"


def insert_into(dialect: str, table: Table) -> Any:
    """An INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return (sqlite if dialect == SQLITE else postgresql).insert(table)


def rows_parameter(dialect: str, **columns: TypeEngine[Any] | type[TypeEngine[Any]]) -> FromClause:
    """The rows that are passed to ``execute_with_rows``, as a table to select, join or update from."""
    rows = bindparam("given", type_=Text())
    if dialect != SQLITE:
        typed = [column(name, type_) for name, type_ in columns.items()]
        whole = func.json_to_recordset(cast(rows, JSON)).table_valued(*typed, name="given")
        return whole.render_derived(with_types=True)
    each = func.json_each(rows).table_valued("value", name="each_given")
    return select(
        *(
            type_coerce(func.json_extract(each.c.value, f"$.{name}"), type_).label(name)
            for name, type_ in columns.items()
        )
    ).subquery("given")


async def execute_with_rows(
    connection: AsyncConnection, statement: Any, rows: Sequence[dict[str, Any]], **values: Any
) -> Any:
    """Execute a statement that reads ``rows_parameter``; ``values`` are its other parameters."""
    encode = _encode_for_sqlite if connection.dialect.name == SQLITE else _encode_for_postgresql
    text = json.dumps(rows, default=encode, ensure_ascii=False)
    return await connection.execute(statement, {"given": text, **values})


def _encode_for_sqlite(value: object) -> str:
    # Exactly as the driver writes instants, since SQLite compares them as text.
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return _encode_for_postgresql(value)


def _encode_for_postgresql(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not the type of a column")


class ValueList(TypeDecorator[Sequence[Any]]):
    """Many ids or keys as one parameter: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == SQLITE else ARRAY(self.item))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return json.dumps(values) if dialect.name == SQLITE else values


class InValueList(FunctionElement[bool]):
    """Whether a column's value is in the list that one parameter holds."""

    # Not Boolean: SQLite has no such type, so SQLAlchemy would compare with 1, and SQLite would use no index.
    type = NullType()  # type: ignore[assignment]  # NullType fits any element
    inherit_cache = True
    name = "in_value_list"


def in_list(column: ColumnElement[Any], values: str | Sequence[Any]) -> ColumnElement[bool]:
    """``column.in_(values)`` with one parameter for all values: given now, or the name of a parameter."""
    item = BigInteger() if isinstance(column.type, Integer) else String()
    if isinstance(values, str):
        return InValueList(column, bindparam(values, type_=ValueList(item)))
    return InValueList(column, bindparam(None, values, type_=ValueList(item), unique=True))


@compiles(InValueList)
def _compile_for_postgresql(element: InValueList, compiler: Any, **kwargs: Any) -> str:
    column, values = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(InValueList, SQLITE)
def _compile_for_sqlite(element: InValueList, compiler: Any, **kwargs: Any) -> str:
    column, values = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are compiled here


class KnownOrNow(FunctionElement[datetime]):
    """The instant of its parameter; where that is NULL, PostgreSQL's own clock, which all replicas share."""

    type = Instant()
    inherit_cache = True
    name = "known_or_now"


@compiles(KnownOrNow)
def _known_or_statement_timestamp(element: KnownOrNow, compiler: Any, **kwargs: Any) -> str:
    known = compiler.process(element.clauses, **kwargs)
    # Not clock_timestamp(): each of its calls may differ, so PostgreSQL would not enter an index with it.
    return f"coalesce(CAST({known} AS TIMESTAMP WITH TIME ZONE), statement_timestamp())"


@compiles(KnownOrNow, SQLITE)
def _known(element: KnownOrNow, compiler: Any, **kwargs: Any) -> str:
    return str(compiler.process(element.clauses, **kwargs))
