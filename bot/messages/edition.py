"""The entries of one channel's post on one schedule date, before they are rendered. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from digests.model import ArchivedEntry


@dataclass(frozen=True, slots=True)
class EditionEntry:
    """One entry of an edition.

    ``seen_url`` links to the channel's earlier post of this paper; the entry then takes one line.
    ``retracted`` entries are struck through in messages that were posted before the retraction, and
    left out of messages from position ``unposted_from`` on (None: all had been posted).
    """

    entry: ArchivedEntry
    seen_url: str | None = None
    retracted: bool = False
    unposted_from: int | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """The entries of one delivery, oldest digest first, already filtered for the channel.

    ``left_out`` counts older entries beyond the limit of 25. One closing line mentions them, and says
    that they can be read from ``left_out_from`` on.
    """

    date: datetime.date
    digest_ids: tuple[int, ...]
    entries: tuple[EditionEntry, ...]
    left_out: int = 0
    left_out_from: datetime.date | None = None

    @property
    def listed_entries(self) -> Sequence[EditionEntry]:
        """The entries that were not retracted; all of them if all were."""
        return [item for item in self.entries if not item.retracted] or self.entries

    def omitted_from(self, position: int) -> frozenset[int]:
        """The indexes of the entries that the message at ``position`` leaves out."""
        return frozenset(
            place
            for place, item in enumerate(self.entries)
            if item.retracted and item.unposted_from is not None and position >= item.unposted_from
        )

    def number(self, place: int) -> int | None:
        """The number shown before the entry at index ``place``; None if it is the only one."""
        return place + 1 if len(self.entries) > 1 else None
