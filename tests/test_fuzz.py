"""A short run of each fuzzer; `make fuzz` runs a million of each."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this Python"
)
@pytest.mark.parametrize(
    ("fuzzer", "runs"),
    [("reading", 5000), ("feeds", 5000), ("requests", 5000), ("typed", 500), ("oauth", 5000)],
)
def test_no_mutation_raises_anything_but_a_refusal(tmp_path: Path, fuzzer: str, runs: int) -> None:
    """Documents, feeds, requests, typed text and callbacks are read or refused, whatever is in them."""
    command = [
        sys.executable,
        "-m",
        f"tests.fuzz.{fuzzer}",
        "--runs",
        str(runs),
        "--seed",
        "7",
        "--keep",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr[-3000:]
    assert list(tmp_path.iterdir()) == []
