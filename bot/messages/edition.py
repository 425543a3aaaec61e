"""What one channel gets on one schedule date, before it is put into words. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from digests.model import ArchivedEntry


@dataclass(frozen=True, slots=True)
class EditionEntry:
    """One entry to show. ``seen_url``: the channel had this paper lately, there; show one line.

    ``retracted``: it was taken back. ``unposted_from``: the post's messages from this place on were not
    posted yet by then (None: all were). What was posted strikes it through; what was not leaves it out.
    """

    entry: ArchivedEntry
    seen_url: str | None = None
    retracted: bool = False
    unposted_from: int | None = None


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

    @property
    def listed_entries(self) -> Sequence[EditionEntry]:
        """What was not taken back, unless all was."""
        return [one for one in self.entries if not one.retracted] or self.entries

    def omitted_from(self, position: int) -> frozenset[int]:
        """The entries, by their place, that the message of this position leaves out."""
        return frozenset(
            place
            for place, one in enumerate(self.entries)
            if one.retracted and one.unposted_from is not None and position >= one.unposted_from
        )

    def number(self, place: int) -> int | None:
        """An entry's number in the post, or None where it is the only one."""
        return place + 1 if len(self.entries) > 1 else None
