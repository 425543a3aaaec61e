"""Database triggers that refuse a change of state which is not in the tables of ``bot.ledger.states``."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.states import DeliveryTransition, PartTransition

_SQLITE = """
CREATE TRIGGER {table}_transitions BEFORE UPDATE OF state ON {table}
WHEN NEW.state <> OLD.state AND (OLD.state || ' ' || NEW.state) NOT IN ({pairs})
BEGIN SELECT RAISE(ABORT, 'this {table} may not change its state so'); END
"""
_POSTGRESQL = (
    """
CREATE FUNCTION {table}_transitions() RETURNS trigger AS $$ BEGIN
    RAISE EXCEPTION USING MESSAGE = '{table} ' || OLD.state || ' may not become ' || NEW.state;
END $$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER {table}_transitions BEFORE UPDATE OF state ON {table} FOR EACH ROW
WHEN (NEW.state <> OLD.state AND (OLD.state || ' ' || NEW.state) NOT IN ({pairs}))
EXECUTE FUNCTION {table}_transitions()
""",
)


async def guard_states(connection: AsyncConnection) -> None:
    """Have the database refuse every change of state that the tables do not allow."""
    statements = (_SQLITE,) if connection.dialect.name == "sqlite" else _POSTGRESQL
    for table, transitions in (("part", PartTransition), ("delivery", DeliveryTransition)):
        pairs = sorted(
            f"'{source.value} {target.value}'"
            for sources, target in (transition.value for transition in transitions)
            for source in sources
            if target is not None
        )
        for statement in statements:
            await connection.exec_driver_sql(statement.format(table=table, pairs=", ".join(pairs)))
