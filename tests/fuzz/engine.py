"""libFuzzer, by atheris: the command line, the corpus and the folder of findings that every fuzzer has."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris


def fuzz(
    test: Callable[[bytes], None],
    write_corpus: Callable[[Path, int], None],
    *,
    description: str | None,
    longest: int,
    slowest: int,
) -> None:
    """Fuzz for a number of executions; libFuzzer ends the process.

    ``write_corpus`` fills a folder from a seed; an input has at most ``longest`` bytes and
    takes at most ``slowest`` seconds.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    kept = chosen.keep or Path(tempfile.mkdtemp(prefix="haru-fuzz-"))
    kept.mkdir(parents=True, exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix="haru-corpus-"))
    write_corpus(corpus, chosen.seed)
    sys.stderr.write(f"findings go to {kept}\n")
    atheris.Setup(
        [
            sys.argv[0],
            f"-runs={chosen.runs}",
            f"-seed={chosen.seed}",
            f"-max_len={longest}",
            f"-timeout={slowest}",
            f"-artifact_prefix={kept}/",
            "-print_final_stats=1",
            "-verbosity=1",
            str(corpus),
        ],
        test,
    )
    atheris.Fuzz()
