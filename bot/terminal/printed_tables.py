"""Tables and progress for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from digests.errors import RefusalReason
from digests.model import Results, Status, Taken


class Tally:
    """What became of documents, counted as they come: keeps none of them, but a line for each refusal."""

    def __init__(self, taken: Iterable[Taken] = ()) -> None:
        self.documents: Counter[Status] = Counter()
        self.entries: Counter[Status] = Counter()
        self.refusals: list[str] = []
        for one in taken:
            self.count(one)

    def count(self, taken: Taken) -> None:
        """Count one document and its entries."""
        self.documents[taken.status] += 1
        self.entries.update(entry.status for entry in taken.entries)
        self.refusals += _refusals(taken)


def intake_table(tally: Tally) -> Table:
    """How many documents and entries were new, changed, same and refused."""
    table = Table(title="Taken in")
    table.add_column("")
    for status in Status:
        table.add_column(status.value, justify="right")
    table.add_row("documents", *(str(tally.documents[status]) for status in Status))
    table.add_row("entries", *(str(tally.entries[status]) for status in Status))
    return table


def _refusals(taken: Taken) -> list[str]:
    """One line for everything refused: document, line, reason."""
    if taken.status is Status.REFUSED:
        return [_refusal(taken.path, taken.line, taken.reason)]
    return [
        _refusal(taken.path, entry.line, entry.reason)
        for entry in taken.entries
        if entry.status is Status.REFUSED
    ]


def _refusal(path: str, line: int | None, reason: RefusalReason | None) -> str:
    return f"{path}{f':{line}' if line else ''}: {reason}"


def channels_table(records: Sequence[dict[str, Any]]) -> Table:
    """Every channel: what it is set to, what comes next, how the last post went."""
    table = Table()
    for heading in ("Workspace", "Channel", "State", "Language", "Layout", "Time", "Next post", "Last post"):
        table.add_column(heading, overflow="fold")
    for record in records:
        last = record["last_post"]
        went = f"{last['date'] or 'manual'} {last['status']} {last['reason'] or ''}".strip() if last else ""
        state = f"paused: {record['paused']}" if record["paused"] else ("on" if record["enabled"] else "off")
        table.add_row(
            record["workspace"],
            Text(record["name"] or record["channel"]),
            state,
            record["language"],
            record["layout"],
            record["time"],
            record["next_post"] or "",
            went,
        )
    return table


def print_results(results: Results, console: Console) -> None:
    """What a search found, as a table; corrections first, guesses when there is nothing."""
    for correction in results.corrections:
        console.print(Text(f"Showing {correction.used!r} instead of {correction.typed!r}"))
    if not results.hits:
        console.print(Text(f"Nothing found for {results.query!r}."))
        if results.suggestions:
            console.print(Text("Try: " + ", ".join(results.suggestions)))
        return
    table = Table()
    for heading in ("Date", "Title", "Authors", "Tags", "arXiv"):
        table.add_column(heading, overflow="fold")
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
        console.print(Text(f"{len(results.hits)} of {results.total}; more with --limit {results.total}"))
