"""`haru sources …`: where digests come from by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bot.terminal.command import FAILED, as_json, command, open_database
from digests.model import Source, SourceKind, without_credentials

if TYPE_CHECKING:
    from rich.table import Table

    from bot.app import Haru
    from bot.terminal.printed_tables import Tally
    from config.settings import Settings
    from digests.sources.polling import Polled


@click.group("sources", invoke_without_command=True)
@click.pass_context
def sources(context: click.Context) -> None:
    """Where digests come from by themselves: folders, feeds, git repositories of notes.

    A running Haru looks at each of them every HARU_POLL_MINUTES. What a source yields the
    first time is found by /paper and never posted; what comes after that is posted.
    Without a command, lists them.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=False)


@sources.command("list")
@as_json
@command
async def list_(settings: Settings, as_json: bool) -> None:
    """List every source: when it was last read, when it is looked at next, and what is wrong."""
    from rich.console import Console

    from bot.app import Haru
    from bot.terminal.json_records import source_record

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        counts = await haru.sources.documents()
        records = [source_record(one, counts.get(one.id, 0)) for one in await haru.sources.all()]
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    elif records:
        Console().print(_table(records))
    else:
        click.echo("There is no source yet; `haru sources add LOCATION` adds one.")


def _zone(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        return ZoneInfo(value).key if value else None
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(f"{value!r} is not a time zone such as Asia/Seoul") from None


@sources.command("add")
@click.argument("location")
@click.option("--name", help="What to call it; else its folder's, repository's or host's name.")
@click.option(
    "--kind",
    type=click.Choice([one.value for one in SourceKind if one is not SourceKind.FILE]),
    help="What it is, where its address does not tell.",
)
@click.option(
    "--posts/--archive-only", default=True, show_default=True, help="Post what comes, or only find it."
)
@click.option("--zone", callback=_zone, help="The time zone its days are in; else HARU_ZONE.")
@click.option("--every", type=click.IntRange(1, 10080), metavar="MINUTES", help="How often to look at it.")
@click.option(
    "--lag",
    type=click.IntRange(0, 6),
    default=0,
    show_default=True,
    metavar="DAYS",
    help="Days after its date that a digest usually comes; notes are a day late by themselves.",
)
@command
async def add(
    settings: Settings,
    location: str,
    name: str | None,
    kind: str | None,
    posts: bool,
    zone: str | None,
    every: int | None,
    lag: int,
) -> int:
    """Add a source and read it for the first time.

    LOCATION is a folder, a feed (https://…), or a git repository (https://….git, ssh://…,
    git@host:path, file://…). All that is there now is found by /paper and never posted.
    """
    from bot.app import Haru

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        try:
            made = await haru.sources.add(
                location,
                name=name,
                kind=SourceKind(kind) if kind else None,
                posts=posts,
                zone=zone or settings.haru_zone,
                lag=lag,
                every=timedelta(minutes=every) if every else None,
                now=datetime.now(UTC),
            )
            click.echo(f"Added {made.name} ({made.kind.value}, {without_credentials(made.location)}).")
            status = await _poll(haru, [made])
            if (await haru.sources.get(made.name)).failures:
                click.echo(
                    f"{made.name} stays and is tried again; `haru sources remove {made.name}` takes it off.",
                    err=True,
                )
            return status
        finally:
            await haru.web.close()


@sources.command("poll")
@click.argument("name", required=False)
@command
async def poll(settings: Settings, name: str | None) -> int:
    """Look at one source now, or at all of them, due or not."""
    from bot.app import Haru

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        try:
            chosen = [await haru.sources.get(name)] if name else await haru.sources.all()
            polled = [one for one in chosen if name or one.is_polled]
            if not polled:
                click.echo("There is no source to look at; `haru sources add LOCATION` adds one.")
            return await _poll(haru, polled)
        finally:
            await haru.web.close()


async def _poll(haru: Haru, chosen: Sequence[Source]) -> int:
    """Poll one after the other and print what each brought."""
    from rich.console import Console

    from bot.terminal.printed_tables import Tally

    status = 0
    for one in chosen:
        if one.kind is SourceKind.FILE:
            click.echo(f"haru: {one.name} is imported by hand, and not looked at", err=True)
            status = FAILED
            continue
        claimed = await haru.polling.claim(one.name, now=datetime.now(UTC))
        if claimed is None:
            why = (
                "another process is at it just now"
                if one.enabled
                else f"it is off; `haru sources on {one.name}`"
            )
            click.echo(f"haru: {one.name} is not looked at: {why}", err=True)
            status = FAILED
            continue
        # Shown at a terminal only: years of notes take their time.
        with Console(stderr=True).status(f"Reading {one.name}…"):
            tally = Tally()
            polled = await haru.polling.poll(claimed, now=datetime.now(UTC), each=tally.count)
        status = _told(polled, tally) or status
    return status


def _told(polled: Polled, tally: Tally) -> int:
    """Print what a poll brought; the exit status it makes."""
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
        click.echo(f"{name} holds nothing new.")
    if polled.gone:
        click.echo(f"{polled.gone} of its documents are gone, and so are their papers from lookup.")
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
    """Switch a source off: not looked at, nothing of it posted. What it brought is still found."""
    await _switch(settings, name, on=False)


async def _switch(settings: Settings, name: str, *, on: bool) -> None:
    from bot.app import Haru

    async with open_database(settings) as database:
        await Haru(settings, database).sources.switch(name, on=on, now=datetime.now(UTC))
    click.echo(f"{name} is {'on' if on else 'off'}.")


@sources.command("remove")
@click.argument("name")
@command
async def remove(settings: Settings, name: str) -> None:
    """Forget a source that never brought anything: one added by mistake."""
    from bot.app import Haru

    async with open_database(settings) as database:
        await Haru(settings, database).sources.remove(name)
    click.echo(f"Removed {name}.")


def _table(records: Sequence[dict[str, Any]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for heading in (
        "Name",
        "Kind",
        "Location",
        "State",
        "Documents",
        "Last read",
        "Next look",
        "FileProblem",
    ):
        table.add_column(heading, overflow="fold")
    for record in records:
        state = ("posts" if record["posts"] else "archive only") if record["enabled"] else "off"
        table.add_row(
            Text(record["name"]),
            record["kind"],
            Text(record["location"]),
            state,
            str(record["documents"]),
            _minute(record["last_good"]),
            _minute(record["next_look"]),
            Text(f"{record['error']} ({record['failures']} in a row)" if record["error"] else ""),
        )
    return table


def _minute(instant: str | None) -> str:
    return instant[:16].replace("T", " ") if instant else ""
