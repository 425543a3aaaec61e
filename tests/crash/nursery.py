"""Forks workers, so that imports that take a second happen once. `python -m tests.crash.nursery`

Reads one JSON object per line from standard input, forks a worker with it, and answers with its process id.
Workers are real processes that share only the imported code.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import aiosqlite.core  # noqa: F401 - what a worker would otherwise import only when it connects
import psycopg  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401

from bot.language.catalogue import catalogue_for
from tests.crash import worker


def main() -> None:
    """Fork until standard input ends. The kernel reaps the children; callers watch the process ids."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for language in ("ko", "en"):
        catalogue_for(language)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            worker.main(json.loads(line))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
