"""A short run of the fuzzer; `make fuzz` runs a million."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this Python"
)
@pytest.mark.parametrize("fuzzer", ["reading", "feeds"])
def test_five_thousand_mutated_documents_are_read_or_refused(tmp_path: Path, fuzzer: str) -> None:
    """No mutation of a real document, or of a feed, raises anything but a refusal in words."""
    command = [
        sys.executable,
        "-m",
        f"tests.fuzz.{fuzzer}",
        "--runs",
        "5000",
        "--seed",
        "7",
        "--keep",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr[-3000:]
    assert list(tmp_path.iterdir()) == []
