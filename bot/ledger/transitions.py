"""SQL that changes the state of parts, by the table in ``bot.ledger.states``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Update, and_, update

from bot.ledger import tables
from bot.ledger.states import BUSY_STATES, PartState, PartTransition


def is_in(*states: PartState) -> ColumnElement[bool]:
    """A condition: the part is in one of these states. Uses a partial index where there is one."""
    if states == (PartState.PENDING,):
        return tables.IS_PENDING
    state = tables.part.c.state
    one_of = state == states[0] if len(states) == 1 else state.in_(states)
    return and_(tables.IS_BUSY, one_of) if set(states) <= set(BUSY_STATES) else one_of


def move(transition: PartTransition, *which: ColumnElement[bool], **values: Any) -> Update:
    """An UPDATE that makes this transition for the parts that meet all conditions, and sets these columns.

    A part that is in none of the transition's source states is left as it is.
    """
    return (
        update(tables.part)
        .where(is_in(*transition.sources), *which)
        .values(state=transition.target.value, **values)
    )
