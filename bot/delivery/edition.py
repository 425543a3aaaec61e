"""What one channel gets on one schedule date, before it is put into words. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from digests.model import ArchivedEntry


@dataclass(frozen=True, slots=True)
class EditionEntry:
    """One entry to show. ``seen_url``: the channel had this paper lately, there; show one line.

    ``retracted``: it was posted and then taken back; a correction strikes its title through.
    """

    entry: ArchivedEntry
    seen_url: str | None = None
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """The entries of one delivery, oldest digest first, already filtered for the channel.

    ``left_out`` counts older entries that did not fit (more than 25): they are named in
    one closing line with how to read them, from ``left_out_from`` on.
    """

    date: datetime.date
    digest_ids: tuple[int, ...]
    entries: tuple[EditionEntry, ...]
    left_out: int = 0
    left_out_from: datetime.date | None = None
