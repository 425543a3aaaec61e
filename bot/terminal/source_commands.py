"""``haru sources``: the folders, feeds and git repositories that Haru polls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bot.terminal.command import FAILED, as_json, command, open_database
from digests.model import NewSource, Source, SourceKind, without_credentials

if TYPE_CHECKING:
    from bot.app import Haru
    from bot.terminal.printed_tables import Tally
    from config.settings import Settings
    from digests.sources.polling import PollResult


@click.group("sources", invoke_without_command=True)
@click.pass_context
def sources(context: click.Context) -> None:
    """Manage the sources of digests.

    A source is a folder, a feed, or a git repository of notes. A running Haru polls each
    source every HARU_POLL_MINUTES. What a source holds when it is added can be found with
    /paper, but is not posted; what comes later is posted too. Without a subcommand, lists the
    sources.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_sources, as_json=False)


@sources.command("list")
@as_json
@command
async def list_sources(settings: Settings, as_json: bool) -> None:
    """List every source with its polls and its last error."""
    from rich.console import Console

    from bot.app import Haru
    from bot.terminal.json_records import source_record
    from bot.terminal.printed_tables import print_sources

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        counts = await haru.sources.document_counts()
        records = [source_record(source, counts.get(source.id, 0)) for source in await haru.sources.all()]
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    elif records:
        print_sources(records, Console())
    else:
        click.echo("There is no source yet. Add one with `haru sources add LOCATION`.")


def _zone(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The time zone of an option. A wrong one is a usage error."""
    try:
        return ZoneInfo(value).key if value else None
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(f"{value!r} is not a time zone such as Asia/Seoul") from None


@dataclass(frozen=True, slots=True)
class _AddOptions:
    """The options of ``haru sources add``."""

    name: str | None
    kind: str | None
    posts: bool
    zone: str | None
    every: int | None
    lag: int


@sources.command("add")
@click.argument("location")
@click.option("--name", help="The source's name. Default: the name of its folder, repository or host.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in SourceKind if kind is not SourceKind.FILE]),
    help="What LOCATION is. Default: guessed from LOCATION.",
)
@click.option(
    "--posts/--archive-only",
    default=True,
    show_default=True,
    help="Whether new papers are posted, or can only be found with /paper.",
)
@click.option("--zone", callback=_zone, help="The time zone of the source's dates. Default: HARU_ZONE.")
@click.option(
    "--every",
    type=click.IntRange(1, 10080),
    metavar="MINUTES",
    help="How often to poll it. Default: HARU_POLL_MINUTES.",
)
@click.option(
    "--lag",
    type=click.IntRange(0, 6),
    default=0,
    show_default=True,
    metavar="DAYS",
    help="How many days after its date a digest usually comes. Notes always come one day later.",
)
@command
async def add(settings: Settings, location: str, **options: Any) -> int:
    """Add a source and read it for the first time.

    LOCATION is a folder, a feed (https://…), or a git repository (https://….git, ssh://…,
    git@host:path, file://…). What it holds now can be found with /paper, but is not posted.
    """
    from bot.app import Haru

    chosen = _AddOptions(**options)
    async with open_database(settings) as database:
        haru = Haru(settings, database)
        try:
            new = NewSource(
                location,
                name=chosen.name,
                kind=SourceKind(chosen.kind) if chosen.kind else None,
                posts=chosen.posts,
                zone=chosen.zone or settings.haru_zone,
                delay_days=chosen.lag,
                poll_interval=timedelta(minutes=chosen.every) if chosen.every else None,
            )
            source = await haru.sources.add(new, now=datetime.now(UTC))
            click.echo(f"Added {source.name} ({source.kind.value}, {without_credentials(source.location)}).")
            status = await _poll(haru, [source])
            if (await haru.sources.get(source.name)).failures:
                click.echo(
                    f"{source.name} is kept, and a running Haru tries it again."
                    f" To remove it, run `haru sources remove {source.name}`.",
                    err=True,
                )
            return status
        finally:
            await haru.http_client.close()


@sources.command("poll")
@click.argument("name", required=False)
@command
async def poll(settings: Settings, name: str | None) -> int:
    """Poll one source now, or all of them, whether or not they are due."""
    from bot.app import Haru

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        try:
            chosen = [await haru.sources.get(name)] if name else await haru.sources.all()
            polled = [source for source in chosen if name or source.is_polled]
            if not polled:
                click.echo("There is no source to poll. Add one with `haru sources add LOCATION`.")
            return await _poll(haru, polled)
        finally:
            await haru.http_client.close()


async def _poll(haru: Haru, chosen: Sequence[Source]) -> int:
    """Poll the sources one after the other, and print the result of each. Returns the exit status."""
    from rich.console import Console

    from bot.terminal.printed_tables import Tally

    status = 0
    for source in chosen:
        if source.kind is SourceKind.FILE:
            click.echo(f"haru: {source.name} cannot be polled: `haru import` adds its documents", err=True)
            status = FAILED
            continue
        claimed = await haru.polling.claim(source.name, now=datetime.now(UTC))
        if claimed is None:
            reason = (
                "another process is polling it now"
                if source.enabled
                else f"it is switched off; `haru sources on {source.name}` switches it on"
            )
            click.echo(f"haru: {source.name} was not polled: {reason}", err=True)
            status = FAILED
            continue
        # Reading years of notes takes a while.
        with Console(stderr=True).status(f"Reading {source.name}…"):
            tally = Tally()
            polled = await haru.polling.poll(claimed, now=datetime.now(UTC), on_document=tally.count)
        status = _print_polled(polled, tally) or status
    return status


def _print_polled(polled: PollResult, tally: Tally) -> int:
    """Print the result of a poll. Returns the exit status."""
    from rich.console import Console
    from rich.text import Text

    from bot.terminal.printed_tables import intake_table

    name = polled.source.name
    if polled.error:
        click.echo(f"haru: {name} could not be read: {polled.error}", err=True)
        return FAILED
    for line in tally.refusals:
        click.echo(f"refused {line}", err=True)
    if tally.documents:
        Console().print(Text(name), intake_table(tally))
    else:
        click.echo(f"{name} has nothing new.")
    if polled.removed:
        click.echo(
            f"It no longer has {polled.removed} of its documents; /paper no longer finds their papers."
        )
    return FAILED if tally.refusals else 0


@sources.command("on")
@click.argument("name")
@command
async def on(settings: Settings, name: str) -> None:
    """Switch a source on again."""
    await _switch(settings, name, on=True)


@sources.command("off")
@click.argument("name")
@command
async def off(settings: Settings, name: str) -> None:
    """Switch a source off.

    Haru no longer polls it or posts from it. /paper still finds its papers.
    """
    await _switch(settings, name, on=False)


async def _switch(settings: Settings, name: str, *, on: bool) -> None:
    from bot.app import Haru

    async with open_database(settings) as database:
        await Haru(settings, database).sources.set_enabled(name, enabled=on, now=datetime.now(UTC))
    click.echo(f"{name} is {'on' if on else 'off'}.")


@sources.command("remove")
@click.argument("name")
@click.option("--with-entries", is_flag=True, help="Take down what it brought, too.")
@command
async def remove(settings: Settings, name: str, with_entries: bool) -> None:
    """Remove a source that has no documents.

    With --with-entries, a source that has some is switched off, and nothing that it brought is
    found or posted any more; other sources keep their entries about the same papers.
    """
    from bot.app import Haru

    async with open_database(settings) as database:
        sources = Haru(settings, database).sources
        if with_entries:
            count = await sources.remove_with_entries(name, now=datetime.now(UTC))
            if count:
                click.echo(
                    f"{name} is off, and its {count} document{'' if count == 1 else 's'} are taken down."
                )
                return
        await sources.remove(name)
    click.echo(f"Removed {name}.")
