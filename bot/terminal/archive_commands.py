"""``haru import``, ``export``, ``search``, ``preview`` and ``retract``: papers in and out of the archive."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.channels.preferences import Language, Layout
from bot.terminal.command import FAILED, as_json, command, day_of, open_database
from digests.errors import SourceError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.messages.message import Message
    from config.settings import Settings
    from digests.archive import Archive
    from digests.model import ArchivedEntry, ImportedDocument, Results


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print each entry as it was understood, and change nothing.")
@as_json
@command
async def import_documents(settings: Settings, paths: tuple[Path, ...], dry_run: bool, as_json: bool) -> int:
    """Add newsletters and notes to the archive.

    PATHS are text, HTML or Markdown files, or folders that are read with all subfolders. A
    document that was added before is updated if it has changed. The exit status is 1 if a
    document was refused.
    """
    from rich.console import Console

    from bot.terminal.json_records import taken_record
    from bot.terminal.printed_tables import Tally, intake_table, understood
    from digests.archive import Archive
    from digests.search import meaning

    tally = Tally()
    # The progress bars go to standard error, and disappear when they are done.
    screen = Console(stderr=True, quiet=as_json)

    def report(taken: ImportedDocument) -> None:
        tally.count(taken)
        if as_json:
            click.echo(json.dumps(taken_record(taken), ensure_ascii=False))
        elif dry_run:
            for line in understood(taken):
                click.echo(line)

    async with open_database(settings) as database:
        archive = Archive(database, encoder=meaning.installed())
        errors = []
        for path in paths:
            try:
                await _import_path(archive, path, dry_run=dry_run, report=report, screen=screen)
            except SourceError as error:
                errors.append(str(error))
        for line in tally.refusals:
            click.echo(f"refused {line}", err=True)
        for line in errors:
            click.echo(f"haru: {line}", err=True)
        if not as_json:
            Console().print(intake_table(tally))
        # The papers can be found already. Encoding takes longer, and may be interrupted.
        if not dry_run:
            await _encode(archive, screen)
    return FAILED if tally.refusals or errors else 0


async def _import_path(
    archive: Archive,
    path: Path,
    *,
    dry_run: bool,
    report: Callable[[ImportedDocument], None],
    screen: Console,
) -> None:
    """Import a file or folder, and report each document. SourceError if the path cannot be read."""
    from rich.progress import Progress

    from digests.model import ImportedDocument, ImportStatus
    from digests.sources import folder
    from digests.sources.file_names import DOCUMENT_SUFFIXES

    documents = folder.documents_in(path)
    if not documents:
        kinds = ", ".join(sorted(DOCUMENT_SUFFIXES))
        click.echo(f"haru: {path} has no documents ({kinds}).", err=True)
    with Progress(console=screen, disable=not screen.is_terminal, transient=True) as progress:
        task = progress.add_task(str(path), total=len(documents))
        async for taken in archive.import_documents(documents, now=datetime.now(UTC), dry_run=dry_run):
            report(taken)
            progress.advance(task)
    for name, reason in documents.unreadable.items():
        report(ImportedDocument(name, ImportStatus.REFUSED, reason=reason))


async def _encode(archive: Archive, screen: Console) -> None:
    """Encode the meaning of new papers, where the extra for that is installed."""
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as progress:
        task = progress.add_task("Encoding the meaning of papers", total=None)
        while encoded := await archive.encode():
            progress.advance(task, encoded)


@click.command("export")
@click.argument("query", nargs=-1)
@click.option(
    "--format",
    "as_format",
    type=click.Choice(["bibtex", "ris", "csv"]),
    help="Print each paper once, for a program that manages references or a spreadsheet.",
)
@as_json
@command
async def export(settings: Settings, query: tuple[str, ...], as_format: str | None, as_json: bool) -> int:
    """Print every entry of the archive, or what QUERY finds, except those of private digests.

    QUERY is what `haru search` and /paper take; each paper it finds is printed once, the best
    first. Without QUERY, prints the date, title and link of each entry, the oldest first and
    undated ones last. With --json, prints everything about an entry, one entry per line. The
    exit status is 1 if QUERY finds nothing.
    """
    from bot.terminal.json_records import exported_record
    from digests import citations
    from digests.archive import Archive
    from digests.search import meaning, word_lists

    if as_format and as_json:
        raise click.UsageError("choose one of --json and --format")
    word_lists.use_folder(settings.haru_words)
    text = " ".join(query)
    printed = 0
    async with open_database(settings) as database:
        archive = Archive(database, encoder=meaning.installed())
        exported = _found(archive, text) if text.strip() else archive.export(workspace=None)
        if as_format:
            document = citations.Document(citations.Format(as_format))
            click.echo(document.heading, nl=False)
            async for entry, _ in exported:
                printed += 1
                click.echo(document.paper(entry), nl=False)
        else:
            async for entry, documents in exported:
                printed += 1
                if as_json:
                    click.echo(json.dumps(exported_record(entry, documents), ensure_ascii=False))
                else:
                    day = entry.date.isoformat() if entry.date else "undated   "
                    paper = entry.entry.paper
                    click.echo(f"{day}  {paper.title}" + (f"  {paper.url}" if paper.url else ""))
    if text.strip() and not printed:
        click.echo(f"haru: nothing found for {text}", err=True)
        return FAILED
    return 0


async def _found(archive: Archive, text: str) -> AsyncIterator[tuple[ArchivedEntry, tuple[str, ...]]]:
    """What a question finds, best first, with the paths of the documents that mention each paper."""
    from bot.clocks import SystemClock

    now = SystemClock().now().astimezone().date()
    offset, total = 0, 1
    while offset < total:
        results = await archive.search(
            text, workspace=None, until=None, today=None, now=now, limit=_EXPORTED_AT_ONCE, offset=offset
        )
        documents = await archive.document_paths(results)
        for hit in results.hits:
            yield hit.entry, documents[hit.entry.paper_id]
        offset, total = offset + _EXPORTED_AT_ONCE, results.total


_EXPORTED_AT_ONCE = 500
"""Papers of a question that are read at a time."""


@click.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many papers to show."
)
@click.option(
    "--explain", is_flag=True, help="Say what was understood, and why each of the first ten stands there."
)
@as_json
@command
async def search(
    settings: Settings, query: tuple[str, ...], limit: int, explain: bool, as_json: bool
) -> None:
    """Find papers, exactly as /paper does.

    QUERY can hold words in any language, #tag, by:author, since:2025-01, a date, an arXiv id
    or URL, "an exact phrase" and -not. With --json, the QUERY - reads one query per line from
    standard input and prints one array per line.
    """
    from rich.console import Console

    from bot.clocks import SystemClock
    from bot.terminal.json_records import hit_record
    from bot.terminal.printed_tables import print_explanation, print_results
    from digests.archive import Archive
    from digests.search import meaning, word_lists

    word_lists.use_folder(settings.haru_words)
    text = " ".join(query)
    async with open_database(settings) as database:
        archive = Archive(database, encoder=meaning.installed())
        now = SystemClock().now().astimezone().date()

        async def find(text: str) -> Results:
            return await archive.search(
                text, workspace=None, until=None, today=None, now=now, limit=limit, offset=0
            )

        if explain:
            print_explanation(
                await archive.explain(text, workspace=None, until=None, now=now), Console(highlight=False)
            )
        elif as_json:
            lines = (line.rstrip("\n") for line in sys.stdin) if text == "-" else [text]
            for line in lines:
                results = await find(line)
                documents = await archive.document_paths(results)
                records = [hit_record(hit, documents[hit.entry.paper_id]) for hit in results.hits]
                click.echo(json.dumps(records, ensure_ascii=False))
        else:
            print_results(await find(text), Console())


@click.command("preview")
@click.option(
    "--date", "day", callback=day_of, metavar="YYYY-MM-DD", help="The day to show. Default: the newest."
)
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default="en",
    show_default=True,
)
@click.option(
    "--layout", type=click.Choice([layout.value for layout in Layout]), default="digest", show_default=True
)
@as_json
@command
async def preview(settings: Settings, day: date | None, language: str, layout: str, as_json: bool) -> int:
    """Print a day's messages as Haru would post them.

    With --json, prints the arguments of chat.postMessage.
    """
    from bot.channels.tag_filter import TagFilter
    from bot.delivery.plan import edition
    from bot.language.command_names import use_prefix
    from bot.ledger.part import metadata_of
    from bot.messages import daily
    from bot.terminal.json_records import message_records
    from digests.archive import Archive

    use_prefix(settings.haru_command_prefix)
    async with open_database(settings) as database:
        archive = Archive(database)
        chosen = day or await archive.latest_day(workspace=None, until=None)
        digests = await archive.digests_of_day(chosen, workspace=None) if chosen else ()
    messages: tuple[Message, ...] = ()
    if chosen and digests:
        shown = edition(chosen, digests, tags=TagFilter(), posts={})
        messages = daily.render(shown, language=Language(language), layout=Layout(layout))
    if as_json:
        metadata = [metadata_of(f"preview-{position}") for position in range(len(messages))]
        click.echo(json.dumps(message_records(messages, metadata), ensure_ascii=False, indent=2))
    else:
        for message in messages:
            click.echo(("  ↳ " if message.thread else "") + message.text + "\n")
    if not messages:
        click.echo(
            f"haru: there is no digest of {chosen}" if chosen else "haru: there is no digest yet", err=True
        )
        return FAILED
    return 0


@click.command("retract")
@click.argument("day", callback=day_of, metavar="YYYY-MM-DD")
@command
async def retract(settings: Settings, day: date) -> int:
    """Retract a day's digests.

    /paper no longer finds them, and Haru no longer posts them. A running Haru replaces each
    post of them by a line that says so, and does not send the posts that are still waiting.
    """
    from bot.app import Haru

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        now = haru.clock.now()
        count = await haru.archive.retract_day(day, now=now)
        posts = await haru.corrections.look(now) if count else 0
    if not count:
        click.echo(f"haru: there is no digest of {day} to retract", err=True)
        return FAILED
    notice = f" {posts} post{'s' if posts > 1 else ''} will say so." if posts else ""
    click.echo(f"Retracted {count} digest{'s' if count > 1 else ''} of {day}.{notice}")
    return 0
