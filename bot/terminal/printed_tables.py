"""Tables for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from digests.errors import RefusalReason
from digests.model import ImportedDocument, ImportStatus, Results
from digests.search.explanation import Explanation


class Tally:
    """Counts imported documents and their entries by status, and keeps a line for each refusal.

    Does not keep the documents, which may be many.
    """

    def __init__(self, taken: Iterable[ImportedDocument] = ()) -> None:
        self.documents: Counter[ImportStatus] = Counter()
        self.entries: Counter[ImportStatus] = Counter()
        self.refusals: list[str] = []
        for document in taken:
            self.count(document)

    def count(self, taken: ImportedDocument) -> None:
        """Count a document and its entries."""
        self.documents[taken.status] += 1
        self.entries.update(entry.status for entry in taken.entries)
        self.refusals += _refusals(taken)


def _refusals(taken: ImportedDocument) -> list[str]:
    """A line with path, line number and reason for the document, or for each entry, that was refused."""
    if taken.status is ImportStatus.REFUSED:
        return [_refusal(taken.path, taken.line, taken.reason)]
    return [
        _refusal(taken.path, entry.line, entry.reason)
        for entry in taken.entries
        if entry.status is ImportStatus.REFUSED
    ]


def _refusal(path: str, line: int | None, reason: RefusalReason | None) -> str:
    return f"{path}{f':{line}' if line else ''}: {reason}"


def understood(taken: ImportedDocument) -> list[str]:
    """The lines of a dry run for each new or changed entry of a document: where it stands, its date, title,
    authors and link, its abstract and commentaries in short, and its tags.
    """
    lines = []
    for entry in (one.entry for one in taken.entries if one.entry is not None):
        paper = entry.paper
        day = taken.date.isoformat() if taken.date else "undated"
        lines += [f"{taken.path}, line {entry.line}", f"  {day}  {paper.title}"]
        lines.append(f"  authors: {', '.join(paper.authors) or 'none'}")
        lines.append(f"  link: {paper.url or 'none'}")
        lines += [f"  abstract: {_short(paper.abstract)}"] if paper.abstract else []
        lines += [f"  {said.language}: {_short(said.text)}" for said in entry.commentaries]
        lines += [f"  tags: {' '.join(tag.name for tag in entry.tags)}"] if entry.tags else []
    return lines


def _short(text: str) -> str:
    return shorten(text, 100, placeholder=" …")


def intake_table(tally: Tally) -> Table:
    """How many documents and entries were new, changed, unchanged and refused."""
    table = Table(title="Imported")
    table.add_column("")
    for status in ImportStatus:
        table.add_column(status.value, justify="right")
    table.add_row("documents", *(str(tally.documents[status]) for status in ImportStatus))
    table.add_row("entries", *(str(tally.entries[status]) for status in ImportStatus))
    return table


def print_channels(records: Sequence[dict[str, Any]], console: Console) -> None:
    """Print each channel with its settings, its next post and its last one, a table for each workspace.

    Dates are in the channel's zone. What is paused or went wrong stands below, with the reason.
    """
    for workspace in sorted({record["workspace"] for record in records}):
        table = _narrow_table("Channel", "State", "In", "Time", "Next post", "Last post")
        notes = []
        for record in (each for each in records if each["workspace"] == workspace):
            name, last = record["name"] or record["channel"], record["last_post"]
            state = "paused" if record["paused"] else ("on" if record["enabled"] else "off")
            zone = record["time"].partition(" ")[2]
            table.add_row(
                Text(name),
                state,
                record["language"],
                record["time"],
                _local(record["next_post"], zone)[:10],
                f"{last['date'] or 'by hand'} {last['status']}" if last else "",
            )
            if record["paused"]:
                notes.append(f"{name} is paused: {record['paused']}")
            if last and last["reason"]:
                notes.append(f"{name}: the last post is {last['status']}: {last['reason']}")
        console.print(Text(f"Workspace {workspace}", style="bold"))
        console.print(table)
        for note in notes:
            console.print(Text(note))


def print_sources(records: Sequence[dict[str, Any]], console: Console) -> None:
    """Print each source with its state and its polls, in its own zone; below, its location and last error."""
    table = _narrow_table("Name", "Kind", "State", "Documents", "Last read", "Next poll")
    for record in records:
        state = ("posts" if record["posts"] else "archive only") if record["enabled"] else "off"
        table.add_row(
            Text(record["name"]),
            record["kind"],
            state,
            str(record["documents"]),
            _local(record["last_good"], record["zone"])[5:],
            _local(record["next_look"], record["zone"])[5:],
        )
    console.print(table)
    for record in records:
        if record["location"]:
            console.print(Text(f"{record['name']}: {record['location']}"))
        if record["error"]:
            console.print(Text(f"{record['name']} failed {record['failures']} in a row: {record['error']}"))


def print_explanation(explained: Explanation, console: Console) -> None:
    """Print how a question was read, and why each of its first papers stands where it stands."""
    for line in explained.read:
        console.print(Text(line))
    for place, reason in enumerate(explained.reasons, start=1):
        parts = ", ".join(f"{name} {part:g}" for name, part in reason.parts.items())
        console.print(Text(f"{place}. {reason.title}", style="bold"))
        console.print(Text(f"   {reason.score:.2f} = {parts}" if parts else f"   {reason.score:.2f}"))
        if reason.words:
            console.print(Text(f"   {'; '.join(reason.words)}"))


def print_results(results: Results, console: Console) -> None:
    """Print what a search found: what became of the query, a table of papers, or suggestions."""
    for correction in results.corrections:
        console.print(Text(f"Showing {correction.used!r} instead of {correction.typed!r}"))
    for typed in results.not_understood:
        console.print(Text(f"Searched without {typed!r}, which cannot be read. This works: since:2025-01"))
    if results.without_period:
        console.print(Text(f"Nothing fits from {results.without_period!r}. These papers are from any time."))
    if results.not_understood:
        console.print(Text(f"Not understood: {', '.join(results.not_understood)}"))
    if results.without_period:
        console.print(Text(f"Nothing of {results.without_period} fits; these are of any time."))
    if not results.hits:
        console.print(Text(f"Nothing found for {results.query!r}."))
        if results.suggestions:
            console.print(Text("Try: " + ", ".join(results.suggestions)))
        return
    table = _table("Date", "Title", "Authors", "Tags", "arXiv")
    for hit in results.hits:
        paper = hit.entry.paper
        first, *others = paper.authors or ("",)
        table.add_row(
            hit.entry.date.isoformat() if hit.entry.date else "",
            Text(paper.title),
            Text(f"{first} +{len(others)}" if others else first),
            Text(" ".join(tag.name for tag in hit.entry.entry.tags)),
            paper.arxiv_id or "",
        )
    console.print(table)
    if results.total > len(results.hits):
        console.print(Text(f"{len(results.hits)} of {results.total}; show all with --limit {results.total}"))


def _table(*headings: str) -> Table:
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _narrow_table(*headings: str) -> Table:
    """A table that fits 80 columns: only its first column is folded when there is too little room."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=place > 0 and heading != "Time")
    return table


def _local(instant: str | None, zone: str) -> str:
    """A time of a record in a zone, to the minute; empty for None."""
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if instant else ""
