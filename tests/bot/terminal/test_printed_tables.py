"""Tables for a terminal of 80 columns."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

from rich.console import Console

from bot.terminal.printed_tables import print_channels, print_sources, understood
from digests.model import Commentary, Entry, ImportedDocument, ImportedEntry, ImportStatus, Paper, Tag

CHANNEL: dict[str, Any] = {
    "workspace": "E0123456789:T0123456789",
    "channel": "C0123456789",
    "name": "a-channel-with-the-longest-name-that-a-person-would-still-want-to-read",
    "enabled": True,
    "paused": None,
    "language": "both",
    "layout": "thread",
    "time": "09:00 America/Argentina/Buenos_Aires",
    "next_post": "2025-02-26T01:30:00+00:00",
    "last_post": {"date": "2025-02-25", "status": "skipped", "reason": "no_new_digest", "ts": None},
}
SOURCE: dict[str, Any] = {
    "name": "machine-learning-papers-of-the-day",
    "kind": "folder",
    "location": "https://papers.example.org/" + "a-long-way/" * 12,
    "enabled": True,
    "posts": False,
    "zone": "Asia/Seoul",
    "documents": 123456,
    "last_good": "2025-02-24T16:30:00+00:00",
    "next_look": "2025-02-24T16:45:00+00:00",
    "failures": 3,
    "error": "the server answered 503",
}


def _lines(console: Console) -> list[str]:
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def test_channels_fit_a_terminal_of_80_columns() -> None:
    """Headings are whole, dates are the channel's own, and the reason of a pause stands below."""
    console = Console(width=80, file=StringIO())
    print_channels([CHANNEL, CHANNEL | {"name": "b", "paused": "removed"}], console)
    lines = _lines(console)
    assert max(map(len, lines)) <= 80
    (heading,) = [line for line in lines if "Channel" in line]
    assert all(word in heading for word in ("State", "Time", "Next post", "Last post"))
    assert any("2025-02-25" in line and "2025-02-25 skipped" in line for line in lines)
    assert "b is paused: removed" in lines
    assert len(lines) < 20


def test_sources_fit_a_terminal_of_80_columns() -> None:
    """Headings are whole, times are the source's own, and the location and the error stand below."""
    console = Console(width=80, file=StringIO())
    print_sources([SOURCE], console)
    lines = _lines(console)
    assert max(map(len, lines)) <= 80
    (heading,) = [line for line in lines if "Name" in line]
    assert all(word in heading for word in ("Kind", "State", "Documents", "Last read", "Next poll"))
    assert any("02-25 01:30" in line and "02-25 01:45" in line for line in lines)
    assert any("failed 3 in a row: the server answered 503" in line for line in lines)
    assert len(lines) < 12


def test_a_dry_run_shows_what_was_understood() -> None:
    """Each entry is shown with its place, date, title, authors, link, texts and tags."""
    authors, url = ("Ada Kim", "Ben Lee"), "https://arxiv.org/abs/2502.00001"
    paper = Paper("Gentle Routing", authors, url, "2502.00001", "word " * 50)
    entry = Entry(paper, (Commentary("en", "Short."),), (Tag("moe", "moe"),), line=3)
    taken = ImportedDocument(
        "a.md", ImportStatus.NEW, date(2025, 2, 25), (ImportedEntry(ImportStatus.NEW, paper.title, entry),)
    )
    shown = understood(taken)
    assert shown[:4] == [
        "a.md, line 3",
        "  2025-02-25  Gentle Routing",
        "  authors: Ada Kim, Ben Lee",
        "  link: https://arxiv.org/abs/2502.00001",
    ]
    assert shown[4].endswith(" …")
    assert shown[5:] == ["  en: Short.", "  tags: moe"]
