"""ARCHITECTURE.md: its map is the code's, and every module says what it holds."""

from __future__ import annotations

import ast
import re

import grimp

from tests import architecture_map


def test_the_map_is_the_codes() -> None:
    """The map in ARCHITECTURE.md names every module with the first sentence of its docstring."""
    assert architecture_map.written() == architecture_map.current(), "run `make map`"


def test_every_module_says_what_it_holds() -> None:
    """No module or package is without a docstring."""
    silent = re.findall(r"^(?:- `\w+`:|\*\*`[\w/]+`\*\*) *$", architecture_map.current(), flags=re.MULTILINE)
    assert silent == []


IMPURE = {
    "aiohttp",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "bot.clocks",
    "config",
    "dulwich",
    "os",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "socket",
    "sqlalchemy",
    "subprocess",
    "threading",
    "time",
}
"""What a pure module never imports, neither itself nor through another: clocks, sockets, databases, Slack."""


def test_what_calls_itself_pure_is_pure() -> None:
    """A module whose docstring says "Pure." imports no clock, socket, database or environment."""
    graph = grimp.build_graph(*architecture_map.PACKAGES, include_external_packages=True, cache_dir=None)
    pure = sorted(_modules_called_pure())
    assert len(pure) > 50
    impure = {module: graph.find_upstream_modules(module) & IMPURE for module in pure}
    assert {module: sorted(found) for module, found in impure.items() if found} == {}


def _modules_called_pure() -> set[str]:
    found = set()
    for package in architecture_map.PACKAGES:
        for path in (architecture_map.ROOT / package).rglob("*.py"):
            documented = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            if re.search(r"\bPure\b", documented):
                module = ".".join(path.relative_to(architecture_map.ROOT).with_suffix("").parts)
                found.add(module.removesuffix(".__init__"))
    return found
