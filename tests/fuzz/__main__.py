"""`make fuzz`: the readers' properties at length, then a million executions of each fuzzer in four seeds:
documents, feeds, unsigned requests, typed text and OAuth callbacks.

    python -m tests.fuzz [--runs 1000000] [--seed 1]

Stops at the first finding with its exit status; the finding's path is in the output.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

PARTS = 4
PROPERTIES = (
    *(sys.executable, "-m", "pytest", "-q", "--timeout=3600", "--hypothesis-profile=fuzz"),
    *("tests/digests/reading/test_total.py", "tests/digests/reading/test_writing.py"),
)
FUZZERS = (
    "tests.fuzz.reading",
    "tests.fuzz.feeds",
    *(f"tests.fuzz.{name}" for name in ("requests", "typed", "oauth")),
)


def main() -> int:
    """Run each part; a fresh seed and corpus sample each keeps one from settling in a corner."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if status := subprocess.run(PROPERTIES, check=False).returncode:
        return status
    for part in range(PARTS):
        for fuzzer in FUZZERS:
            command = [sys.executable, "-m", fuzzer]
            command += ["--runs", str(chosen.runs // PARTS), "--seed", str(chosen.seed + part)]
            if status := subprocess.run(command, check=False).returncode:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
