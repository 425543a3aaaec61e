"""Runs the ``haru`` command as a real process, in a folder and an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-c", "from bot.cli import main; main()"]
SHARED = Path(__file__).parents[3] / "shared"
NEWSLETTER = SHARED / "newsletter" / "2025-02-25.txt"

needs_newsletter = pytest.mark.skipif(
    not NEWSLETTER.exists(), reason="the real newsletter is test material beside the checkout, absent here"
)


@dataclass(frozen=True)
class Finished:
    """A finished run of the command: its exit status, standard output and standard error."""

    status: int
    output: str
    errors: str

    @property
    def lines(self) -> list[Any]:
        """Standard output, read as JSON Lines."""
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def json(self) -> Any:
        """Standard output, read as one JSON value."""
        return json.loads(self.output)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment without Haru's and Slack's variables."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HARU_", "SLACK_", "DATABASE"))
    }
    return kept | {"PWD": str(tmp_path)}


@pytest.fixture
def haru(tmp_path: Path, environment: dict[str, str]) -> Callable[..., Finished]:
    """Runs ``haru`` with these words in an empty folder until it ends; keywords are environment variables."""

    def run(*words: str, stdin: str = "", **variables: str) -> Finished:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=tmp_path,
            env=environment | variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run
