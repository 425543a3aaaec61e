"""The ``haru`` command. Parses words, wires things together through ``bot.app``, prints.

Each command loads what it needs when it runs, so that ``haru --help`` is there at once and ``haru search``
does not wait for Slack's libraries.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.channels.preferences import Language, Layout
from bot.terminal.command import FAILED, as_json, command, day_of, instant_of, open_database
from bot.terminal.export_command import export
from bot.terminal.sources_command import sources
from bot.terminal.workspaces_command import forget, pause, resume
from digests.errors import HaruError, SourceError

if TYPE_CHECKING:
    from bot.app import Haru
    from bot.messages.message import Message
    from config.settings import Settings
    from digests.model import Results, Taken


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="haru", prog_name="haru")
def cli() -> None:
    """The day's machine-learning papers in Slack, in each channel's language.

    Without Slack tokens in the environment (or .env) everything happens in a local
    workspace; start it with `haru run`.

    Exit status: 0 done, 1 something was refused or failed (said on standard error),
    2 wrong usage.
    """


for one in (export, sources, pause, resume, forget):
    cli.add_command(one)


def main() -> None:
    """Run the command; foreseeable failures become one sentence and exit status 1."""
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Exit as ending:
        status = ending.exit_code
    except click.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except HaruError as error:
        click.echo(f"haru: {error}", err=True)
        status = FAILED
    sys.exit(status or 0)


@cli.command("migrate")
@command
async def migrate(settings: Settings) -> None:
    """Bring the database's schema to this version's (the Procfile's release step)."""
    from bot import schema_version
    from digests.store.database import Database

    database = Database(settings.archive_url)
    try:
        await schema_version.upgrade(database)
    finally:
        await database.close()
    click.echo("The database is up to date.")


@cli.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@as_json
@command
async def import_(settings: Settings, paths: tuple[Path, ...], dry_run: bool, as_json: bool) -> int:
    """Take documents in: newsletters (text, HTML) and notes (Markdown).

    A PATH is a file or a folder, which is read with all its subfolders. What was taken in
    before and has not changed is left as it is. Exit status 1 when anything was refused.
    """
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from bot.terminal import printed_tables
    from bot.terminal.json_records import taken_record
    from digests.archive import Archive
    from digests.model import Status, Taken
    from digests.search import meaning
    from digests.sources import folder
    from digests.sources.file_names import DOCUMENT_SUFFIXES

    tally = printed_tables.Tally()
    missing: list[str] = []
    screen = Console(stderr=True)

    def told(one: Taken) -> None:
        tally.count(one)
        if as_json:
            click.echo(json.dumps(taken_record(one), ensure_ascii=False))

    async with open_database(settings) as database:
        archive = Archive(database, encoder=meaning.installed())
        for path in paths:
            try:
                documents = folder.documents(path)
            except SourceError as error:
                missing.append(str(error))
                continue
            if not documents:
                kinds = ", ".join(sorted(DOCUMENT_SUFFIXES))
                click.echo(f"haru: {path} holds no file that is read ({kinds}).", err=True)
            quiet = as_json or not screen.is_terminal
            with Progress(console=screen, disable=quiet, transient=True) as progress:
                task = progress.add_task(str(path), total=len(documents))
                async for one in archive.take_in(documents, now=datetime.now(UTC), dry_run=dry_run):
                    told(one)
                    progress.advance(task)
            for name, why in documents.unreadable.items():
                told(Taken(name, Status.REFUSED, reason=why))
        for line in tally.refusals:
            click.echo(f"refused {line}", err=True)
        for line in missing:
            click.echo(f"haru: {line}", err=True)
        if not as_json:
            Console().print(printed_tables.intake_table(tally))
        # What was taken in can be found now; what papers mean takes longer, and may be interrupted.
        if not dry_run:
            columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
            quiet = as_json or not screen.is_terminal
            with Progress(*columns, console=screen, disable=quiet, transient=True) as bar:
                task = bar.add_task("Encoding what papers mean", total=None)
                while encoded := await archive.encode():
                    bar.advance(task, encoded)
    return FAILED if tally.refusals or missing else 0


@cli.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Papers to show.")
@as_json
@command
async def search(settings: Settings, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find papers, exactly as /paper does.

    QUERY takes words in any language, #tag, by:author, since:2025-01, a date, an arXiv id or
    URL, "an exact phrase", -not. With --json, the QUERY - reads one query a line from
    standard input and prints one array a line.
    """
    from rich.console import Console

    from bot.clocks import SystemClock
    from bot.terminal import printed_tables
    from bot.terminal.json_records import hit_record
    from digests.archive import Archive
    from digests.search import meaning

    text = " ".join(query)
    async with open_database(settings) as database:
        archive = Archive(database, encoder=meaning.installed())
        now = SystemClock().now().astimezone().date()

        async def find(text: str) -> Results:
            return await archive.search(
                text, workspace=None, until=None, today=None, now=now, limit=limit, offset=0
            )

        if as_json:
            lines = (line.rstrip("\n") for line in sys.stdin) if text == "-" else [text]
            for line in lines:
                found = await find(line)
                documents = await archive.documents(found)
                records = [hit_record(hit, documents[hit.entry.paper_id]) for hit in found.hits]
                click.echo(json.dumps(records, ensure_ascii=False))
        else:
            printed_tables.print_results(await find(text), Console())


@cli.command("manifest")
@click.option("--url", metavar="URL", help="Where Slack reaches Haru by https; none for Socket Mode.")
@click.option("--prefix", default="", help="Put before each command: lab- makes /lab-paper.")
@click.option("--name", default="Haru", show_default=True, help="The app's name in Slack.")
def manifest(url: str | None, prefix: str, name: str) -> None:
    """Print the Slack app manifest, to paste at api.slack.com/apps."""
    from config.manifest import manifest as app_manifest

    if url is not None and not url.startswith("https://"):
        raise click.UsageError("--url begins with https://, since Slack calls no other")
    click.echo(json.dumps(app_manifest(url=url, prefix=prefix, name=name), ensure_ascii=False, indent=2))


@cli.command("run")
@click.option("--fresh", is_flag=True, help="Local workspace only: delete what it holds and start over.")
@command
async def run(settings: Settings, fresh: bool) -> None:
    """Run everything in one process.

    With SLACK_BOT_TOKEN and SLACK_APP_TOKEN over Socket Mode, with SLACK_SIGNING_SECRET over
    HTTP on PORT, and without Slack tokens in the local workspace. Brings the database's
    schema up to date by itself.
    """
    from bot import processes

    await processes.run(settings, fresh=fresh)


@cli.command("serve")
@command
async def serve(settings: Settings) -> None:
    """Answer people (the Procfile's web). Posts nothing by the clock: `haru worker` does."""
    from bot import processes

    await processes.serve(settings)


@cli.command("worker")
@command
async def worker(settings: Settings) -> None:
    """Deliver the daily posts (the Procfile's worker)."""
    from bot import processes

    await processes.worker(settings)


@cli.command("preview")
@click.option("--date", "day", callback=day_of, metavar="YYYY-MM-DD", help="Whose papers; the newest day's.")
@click.option(
    "--language", type=click.Choice([one.value for one in Language]), default="en", show_default=True
)
@click.option(
    "--layout", type=click.Choice([one.value for one in Layout]), default="digest", show_default=True
)
@as_json
@command
async def preview(settings: Settings, day: date | None, language: str, layout: str, as_json: bool) -> int:
    """Print the messages as they would be posted; with --json exactly as chat.postMessage gets them."""
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
        digests = await archive.digest_of_day(chosen, workspace=None) if chosen else ()
    messages: tuple[Message, ...] = ()
    if chosen and digests:
        made = edition(chosen, digests, tags=TagFilter(), posts={})
        messages = daily.render(made, language=Language(language), layout=Layout(layout))
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


@cli.command("deliver")
@click.option("--now", callback=instant_of, metavar="INSTANT", help="As of then: 2025-02-25T09:00:00+09:00.")
@as_json
@command
async def deliver(settings: Settings, now: datetime | None, as_json: bool) -> int:
    """Deliver what is due, once, and exit: for cron, and for tests. Says what was sent, skipped and why."""
    from bot.deliver_once import deliver_once

    async with open_slack(settings, now) as haru:
        records = await deliver_once(haru)
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for record in records:
            reason = f" ({record['reason']})" if record["reason"] else ""
            click.echo(f"{record['date']} {record['channel']} {record['status']}{reason}")
        if not records:
            click.echo("Nothing is due.")
    return FAILED if any(record["status"] in ("failed", "unknown") for record in records) else 0


@cli.command("channels")
@as_json
@command
async def channels(settings: Settings, as_json: bool) -> None:
    """List every channel: its settings, its next post, and how the last one went."""
    from rich.console import Console

    from bot.app import Haru
    from bot.terminal import printed_tables
    from bot.terminal.json_records import channel_record

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        found = [
            channel_record(channel, await haru.deliveries.last(channel))
            for channel in await haru.channels.all()
        ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        Console().print(printed_tables.channels_table(found))


@cli.command("doctor")
@as_json
@command
async def doctor(settings: Settings, as_json: bool) -> int:
    """Check the settings, the database and Slack, and say what to do about what is wrong."""
    from bot.terminal.doctor import examine

    findings = await examine(settings)
    if as_json:
        click.echo(json.dumps([finding.record() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.what}: {finding.said}")
    return 0 if all(finding.ok for finding in findings) else FAILED


@cli.command("retract")
@click.argument("day", callback=day_of, metavar="YYYY-MM-DD")
@command
async def retract(settings: Settings, day: date) -> int:
    """Take a day's digests back: gone from lookup, and never delivered afterwards.

    What was posted of them becomes one line that says so, as soon as Haru runs; what was
    still on its way is given up.
    """
    from bot.app import Haru

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        now = haru.clock.now()
        count = await haru.archive.retract(day, now=now)
        posts = await haru.corrections.look(now) if count else 0
    if not count:
        click.echo(f"haru: there is no digest of {day} to retract", err=True)
        return FAILED
    told = f" {posts} post{'s' if posts > 1 else ''} will say so." if posts else ""
    click.echo(f"Retracted {count} digest{'s' if count > 1 else ''} of {day}.{told}")
    return 0


@asynccontextmanager
async def open_slack(settings: Settings, now: datetime | None) -> AsyncIterator[Haru]:
    """A wired Haru with the environment's workspace installed; SettingsError without Slack tokens."""
    from bot.app import Haru
    from bot.clocks import FixedClock
    from config.settings import Mode, SettingsError

    if settings.mode is Mode.LOCAL:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing: there is no Slack to deliver to."
            " In the local workspace `haru run` delivers by itself."
        )
    async with open_database(settings) as database:
        haru = Haru(settings, database, clock=FixedClock(now) if now else None)
        try:
            if settings.slack_bot_token is not None:
                await haru.install_from_environment(settings.slack_bot_token.get_secret_value())
            yield haru
        finally:
            await haru.close_clients()
