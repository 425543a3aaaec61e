"""What the two databases say differently: an insert that gives way, and many rows as one parameter.

Rows go to the database as one JSON text each time: a parameter a column and row costs more
than all the rest of sending a message.
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
    """An insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return (sqlite if dialect == SQLITE else postgresql).insert(table)


def given(dialect: str, **columns: TypeEngine[Any] | type[TypeEngine[Any]]) -> FromClause:
    """A table of the rows that ``execute_with`` is given, to select, join or update from."""
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


async def execute_with(
    connection: AsyncConnection, statement: Any, rows: Sequence[dict[str, Any]], **values: Any
) -> Any:
    """Execute a statement made on ``given``; ``values`` are its other parameters."""
    encode = _sqlite if connection.dialect.name == SQLITE else _postgresql
    text = json.dumps(rows, default=encode, ensure_ascii=False)
    return await connection.execute(statement, {"given": text, **values})


def _sqlite(value: object) -> str:
    # Just as the driver writes them, since they are compared as text.
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return _postgresql(value)


def _postgresql(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no column's value")


class Many(TypeDecorator[Sequence[Any]]):
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


class Among(FunctionElement[bool]):
    """Whether a column is among the values of one parameter."""

    # Not Boolean: SQLite, which has none, would be asked whether that is 1, and goes by no index then.
    type = NullType()  # type: ignore[assignment]  # a type that says nothing fits any
    inherit_cache = True
    name = "among"


def among(column: ColumnElement[Any], parameter: str | Sequence[Any]) -> ColumnElement[bool]:
    """``column.in_(…)`` for many values: given now, or by the name of a parameter."""
    item = BigInteger() if isinstance(column.type, Integer) else String()
    if isinstance(parameter, str):
        return Among(column, bindparam(parameter, type_=Many(item)))
    return Among(column, bindparam(None, parameter, type_=Many(item), unique=True))


@compiles(Among)
def _any(element: Among, compiler: Any, **kwargs: Any) -> str:
    column, values = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(Among, SQLITE)
def _each(element: Among, compiler: Any, **kwargs: Any) -> str:
    column, values = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are compiled here


class KnownOrNow(FunctionElement[datetime]):
    """The instant given, or the database's own where none is: PostgreSQL's replicas share its clock."""

    type = Instant()
    inherit_cache = True
    name = "known_or_now"


@compiles(KnownOrNow)
def _shared_now(element: KnownOrNow, compiler: Any, **kwargs: Any) -> str:
    given = compiler.process(element.clauses, **kwargs)
    # Not the clock itself, whose every reading may differ: an index cannot be entered by that.
    return f"coalesce(CAST({given} AS TIMESTAMP WITH TIME ZONE), statement_timestamp())"


@compiles(KnownOrNow, SQLITE)
def _given_now(element: KnownOrNow, compiler: Any, **kwargs: Any) -> str:
    return str(compiler.process(element.clauses, **kwargs))
