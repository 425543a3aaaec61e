"""The rules of an import."""

from __future__ import annotations

from datetime import date

from digests.import_rules import (
    KnownEntry,
    compare_entries,
    delay_days,
    deliverable_from,
    entry_hash,
    merge_papers,
)
from digests.model import Digest, DocumentKind, Entry, ImportStatus, Paper

URL = "https://arxiv.org/abs/2502.17416"
FIRST = Entry(Paper("Looped", ("Ada",), URL, "2502.17416"))
SECOND = Entry(Paper("Whales"))


def _known(*entries: Entry) -> list[KnownEntry]:
    return [
        KnownEntry(10 + position, entry.paper, entry_hash(entry), position)
        for position, entry in enumerate(entries)
    ]


def _statuses(now: list[Entry], before: list[Entry]) -> list[tuple[ImportStatus, int | None]]:
    return [(change.status, change.id) for change in compare_entries(now, _known(*before)).entries]


def test_nothing_changed_is_the_same() -> None:
    """Entries with the same content at the same position are SAME."""
    assert _statuses([FIRST, SECOND], [FIRST, SECOND]) == [(ImportStatus.SAME, 10), (ImportStatus.SAME, 11)]


def test_a_corrected_title_is_a_correction() -> None:
    """An entry whose title changed is matched by its address, so it is CHANGED and not replaced."""
    corrected = Entry(Paper("Looped Transformers", ("Ada",), URL, "2502.17416"))
    changes = compare_entries([corrected], _known(FIRST))
    assert [(change.status, change.id) for change in changes.entries] == [(ImportStatus.CHANGED, 10)]
    assert changes.withdrawn == ()


def test_an_added_link_is_a_correction() -> None:
    """An entry that gets a link is matched by its title."""
    linked = Entry(Paper("Whales", url="https://example.org/whales"))
    assert _statuses([linked], [SECOND]) == [(ImportStatus.CHANGED, 10)]


def test_what_is_no_longer_said_is_withdrawn() -> None:
    """An entry that the document no longer has is withdrawn, and one that moved is CHANGED."""
    changes = compare_entries([SECOND], _known(FIRST, SECOND))
    assert changes.withdrawn == (10,)
    assert [change.status for change in changes.entries] == [ImportStatus.CHANGED]


def test_facts_come_from_the_first_who_knows() -> None:
    """Each field of a merged paper is from the first mention that has it."""
    assert merge_papers([SECOND.paper, FIRST.paper]) == Paper("Whales", ("Ada",), URL, "2502.17416")


def test_notes_are_a_day_late_by_themselves() -> None:
    """In any time zone a day of notes arrives at least a day late; a newsletter arrives on its own day."""
    day = date(2025, 2, 25)
    notes, newsletter = Digest(day, (), kind=DocumentKind.NOTE), Digest(day, ())
    for zone in ("Pacific/Kiritimati", "UTC", "Pacific/Niue"):
        assert delay_days(day, deliverable_from(notes, zone), usual=0) == 1
        assert delay_days(day, deliverable_from(notes, zone), usual=2) == 2
        assert delay_days(day, deliverable_from(newsletter, zone), usual=0) == 0
