"""The states of deliveries and parts: one table, which diagrams, code and database all follow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from bot.ledger import states, tables
from bot.ledger.states import DeliveryTransition, PartState, PartTransition
from bot.ledger.transitions import move
from digests.errors import StoreError
from tests.bot.delivery.doubt import put_in_doubt
from tests.bot.delivery.scene import Scene

BOT = Path(states.__file__).parents[1]
DISTINCTIVE = {PartState.SENDING.value, PartState.DOUBT.value, PartState.CHECKING.value}
"""State names that mean nothing else anywhere in Haru."""

Arrow = tuple[str, str, str]


def _drawn(number: int) -> set[Arrow]:
    """The arrows of one of the diagrams: from, to, and the transition's name."""
    diagram = (states.__doc__ or "").split("stateDiagram-v2")[number]
    return set(re.findall(r"^ +(\S+) --> (\S+): (\w+)$", diagram, re.MULTILINE))


def _allowed(transitions: type[PartTransition] | type[DeliveryTransition]) -> Iterator[Arrow]:
    for transition in transitions:
        sources, target = transition.value
        for source in sources or ("[*]",):
            yield str(source), str(target or "[*]"), transition.name.lower()


@pytest.mark.parametrize(("number", "transitions"), [(1, PartTransition), (2, DeliveryTransition)])
def test_the_diagram_shows_the_table(
    number: int, transitions: type[PartTransition] | type[DeliveryTransition]
) -> None:
    """Each diagram of the docstring has exactly the arrows that its table allows."""
    assert _drawn(number) == set(_allowed(transitions))


def test_part_states_are_written_in_one_file() -> None:
    """No other module spells a part's state as a string."""
    found = {
        (str(path.relative_to(BOT)), node.value)
        for path, node in _nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in DISTINCTIVE
    }
    assert {path for path, _ in found} == {"ledger/states.py"}


def test_every_write_of_a_state_names_its_transition() -> None:
    """In the ledger's SQL a state is only ever the target of a transition."""
    written = []
    for path, node in _nodes():
        values: list[ast.expr] = []
        if path.parent.name != "ledger":
            continue
        if isinstance(node, ast.Call):
            values = [one.value for one in node.keywords if one.arg == "state"]
        elif isinstance(node, ast.Dict):
            values = [
                value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "state"
            ]
        written += [(path.name, ast.unparse(value)) for value in values]
    unnamed = [(name, value) for name, value in written if ".target" not in value]
    assert len(written) > len(unnamed)
    assert set(unnamed) == {
        # A delivery that is read, the type of a parameter, and a delivery whose state stays as it is.
        ("delivery_history.py", "DeliveryState(row.state)"),
        ("openings.py", "String(16)"),
        ("results.py", "String(16)"),
        ("results.py", "None"),
        ("results.py", "func.coalesce(rows.c.state, _delivery.state)"),
    }


async def test_the_database_of_the_tests_refuses_other_transitions(scene: Scene) -> None:
    """The guard that holds every test of deliveries to the table works."""
    await put_in_doubt(scene)
    with pytest.raises((StoreError, DBAPIError)):
        async with scene.haru.database.write() as connection:
            await connection.execute(update(tables.part).values(state=PartState.SENDING))


async def test_a_transition_leaves_other_states_alone(scene: Scene) -> None:
    """An update changes only parts in a source state of its transition."""
    await put_in_doubt(scene)
    async with scene.haru.database.write() as connection:
        await connection.execute(move(PartTransition.CANCEL, reason="off"))
        await connection.execute(move(PartTransition.CHECK))
        found = set(await connection.scalars(select(tables.part.c.state)))
    assert found == {PartState.CHECKING}


def _nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Every node of the syntax trees of ``bot``, with its file. Migrations repeat old names for good."""
    for path in sorted(BOT.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            yield path, node
