"""What a document changes in the archive, as a pure changes."""

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
    """Entries that say what they said, where they said it, are the same."""
    assert _statuses([FIRST, SECOND], [FIRST, SECOND]) == [(ImportStatus.SAME, 10), (ImportStatus.SAME, 11)]


def test_a_corrected_title_is_a_correction() -> None:
    """An entry whose title changed is known by its address, and not withdrawn and made anew."""
    corrected = Entry(Paper("Looped Transformers", ("Ada",), URL, "2502.17416"))
    changes = compare_entries([corrected], _known(FIRST))
    assert [(change.status, change.id) for change in changes.entries] == [(ImportStatus.CHANGED, 10)]
    assert changes.withdrawn == ()


def test_an_added_link_is_a_correction() -> None:
    """An entry that gains a link is known by its title."""
    linked = Entry(Paper("Whales", url="https://example.org/whales"))
    assert _statuses([linked], [SECOND]) == [(ImportStatus.CHANGED, 10)]


def test_what_is_no_longer_said_is_withdrawn() -> None:
    """An entry the document dropped is withdrawn, and one that moved has changed."""
    changes = compare_entries([SECOND], _known(FIRST, SECOND))
    assert changes.withdrawn == (10,)
    assert [change.status for change in changes.entries] == [ImportStatus.CHANGED]


def test_facts_come_from_the_first_who_knows() -> None:
    """A paper's facts follow the order of its mentions, each from the first that has it; a mention without
    authors gives no title where another one has them.
    """
    assert merge_papers([SECOND.paper, FIRST.paper]) == Paper("Looped", ("Ada",), URL, "2502.17416")
    assert merge_papers([SECOND.paper, Paper("Fish")]).title == "Whales"


def test_entries_that_share_a_page_keep_their_places() -> None:
    """A new title on a page replaces the entry whose title is gone, never one whose title still stands."""
    page = "https://example.org/accepted"
    known = _known(Entry(Paper("Alpha", url=page)), Entry(Paper("Beta", url=page)))
    changes = compare_entries([Entry(Paper("Gamma", url=page)), Entry(Paper("Alpha", url=page))], known)
    ids = {
        entry.paper.title: old.id
        for entry, old in zip([Entry(Paper("Alpha")), Entry(Paper("Beta"))], known, strict=True)
    }
    assert [change.id for change in changes.entries] == [ids["Beta"], ids["Alpha"]]
    assert changes.withdrawn == ()


def test_notes_are_a_day_late_by_themselves() -> None:
    """A day of notes is to be had when it has ended, in any zone; a newsletter on its own day."""
    day = date(2025, 2, 25)
    notes, newsletter = Digest(day, (), kind=DocumentKind.NOTE), Digest(day, ())
    for zone in ("Pacific/Kiritimati", "UTC", "Pacific/Niue"):
        assert delay_days(day, deliverable_from(notes, zone), usual=0) == 1
        assert delay_days(day, deliverable_from(notes, zone), usual=2) == 2
        assert delay_days(day, deliverable_from(newsletter, zone), usual=0) == 0
