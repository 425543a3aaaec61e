"""The names of the slash commands in this process: ``/paper``, or ``/lab-paper`` with a prefix."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"(?<=`)/(?=(?:paper|tag|digest|haru)\b)")


class _Names:
    """Holds the prefix. One app has one set of commands, so the prefix belongs to the process."""

    prefix = ""


def use_prefix(prefix: str) -> None:
    """Sets the prefix that every message puts before command names (``HARU_COMMAND_PREFIX``)."""
    _Names.prefix = prefix


def with_prefix(message: str) -> str:
    """The message with the prefix before each command name that stands in backticks.

    Called before values are filled in, so that text which people wrote stays unchanged.
    """
    # A function, because a backslash in a replacement string would be an escape.
    return _COMMAND.sub(lambda _: f"/{_Names.prefix}", message) if _Names.prefix else message
