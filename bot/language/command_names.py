"""What the slash commands are called where Haru runs: ``/paper``, or ``/lab-paper`` under a prefix."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"(?<=`)/(?=(?:paper|tag|digest|haru)\b)")


class _Names:
    """One app answers to one set of commands, so the prefix belongs to the process."""

    prefix = ""


def use_prefix(prefix: str) -> None:
    """From now on every sentence names the commands with this before them (``HARU_COMMAND_PREFIX``)."""
    _Names.prefix = prefix


def with_prefix(message: str) -> str:
    """A message of Haru's own with its commands, which stand between backticks, as they are called here.

    Goes before values are filled in: what people wrote stays as they wrote it.
    """
    # Called with a function, since a prefix is no pattern.
    return _COMMAND.sub(lambda _: f"/{_Names.prefix}", message) if _Names.prefix else message
