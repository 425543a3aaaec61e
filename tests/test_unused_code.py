"""Unused code: the checks that look for it find what is planted, and the product has none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent

ENTRY_POINTS = {
    "bot.cli",  # the `haru` command
    "bot.language.extract",  # `make words`
    "bot.migrations.env",  # Alembic runs it
    "digests.sources.git_clone",  # a process of its own, started by name
}
"""Modules that are run, not imported."""


def _vulture(*more: Path) -> str:
    """What `make check`'s command says of the product and of ``more``; empty when all is used."""
    found = subprocess.run(
        [sys.executable, "-m", "vulture", "bot", "digests", "config", *map(str, more)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in (0, 3), found.stderr
    return found.stdout


def _unused_modules(packages: tuple[str, ...]) -> set[str]:
    """Modules that no other module of these packages imports, without packages and migrations."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    return {
        module
        for module in graph.modules
        if not graph.find_children(module)
        and not graph.find_modules_that_directly_import(module)
        and module not in ENTRY_POINTS
        and not module.startswith("bot.migrations.versions")
        and not (ROOT / Path(*module.split(".")) / "__init__.py").exists()
    }


def test_the_product_has_no_unused_code() -> None:
    """Every function, method, attribute, constant and setting is used by the product itself."""
    assert _vulture() == ""


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def planted_function() -> None: ...\n", "planted_function"),
        ("class Planted:\n    def planted_method(self) -> None: ...\n\n\nPlanted()\n", "planted_method"),
        ("PLANTED_CONSTANT = 1\n", "PLANTED_CONSTANT"),
        ("class PlantedSettings:\n    haru_planted: int = 1\n\n\nPlantedSettings()\n", "haru_planted"),
    ],
)
def test_planted_unused_code_is_found(code: str, name: str, tmp_path: Path) -> None:
    """A function, method, constant or setting that nothing uses is named."""
    planted = tmp_path / "planted.py"
    planted.write_text(code)
    assert name in _vulture(planted)


def test_every_module_is_imported_or_run() -> None:
    """No module is there that nothing imports and nobody runs."""
    assert _unused_modules(("bot", "digests", "config")) == set()


def test_a_planted_unused_module_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that nothing imports is named, and one that is imported is not."""
    package = tmp_path / "planted_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "used.py").touch()
    (package / "unused.py").write_text("import planted_package.used\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert _unused_modules(("planted_package",)) == {"planted_package.unused"}
