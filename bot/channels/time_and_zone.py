"""Parses a time of day with a time zone, as people type them together: ``9am berlin``, ``서울 9시 반``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from bot.channels.time_parser import parse_time
from bot.channels.zone_names import find_zones

_MOST_WORDS = 12
"""More words than any time and zone have together. Longer text is not parsed, so that no text takes long."""

_RUN_TOGETHER = re.compile(r"^(\d{1,2}:\d\d)(?=[A-Za-z+])")


@dataclass(frozen=True, slots=True)
class TimeAndZone:
    """What was typed. ``zones`` has several where a name means several, and none where none was typed.

    ``rest`` are the words that are neither a time nor a zone; then ``zones`` is empty.
    """

    hour: time | None = None
    zones: tuple[str, ...] = ()
    rest: str = ""


def parse_time_and_zone(typed: str) -> TimeAndZone:
    """A time, a time zone or both, in either order."""
    words = _RUN_TOGETHER.sub(r"\1 ", typed.strip()).replace(",", " ").split()
    if not words or len(words) > _MOST_WORDS:
        return TimeAndZone(rest=typed)
    for end in range(len(words), -1, -1):
        hour = parse_time(" ".join(words[:end])) if end else None
        if end and hour is None:
            continue
        zones = find_zones(" ".join(words[end:]))
        if zones or end == len(words):
            return TimeAndZone(hour, zones)
    for start in range(1, len(words)):
        hour, zones = parse_time(" ".join(words[start:])), find_zones(" ".join(words[:start]))
        if hour is not None and zones:
            return TimeAndZone(hour, zones)
    for end in range(len(words), 0, -1):
        hour = parse_time(" ".join(words[:end]))
        if hour is not None:
            return TimeAndZone(hour, rest=" ".join(words[end:]))
    return TimeAndZone(rest=typed)
