"""``haru channels``, ``doctor`` and ``manifest``: what an operator needs to set Haru up and look after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bot.terminal.command import FAILED, as_json, command, open_database

if TYPE_CHECKING:
    from config.settings import Settings


@click.command("channels")
@as_json
@command
async def channels(settings: Settings, as_json: bool) -> None:
    """List every channel with its settings and posts."""
    from rich.console import Console

    from bot.app import Haru
    from bot.terminal.json_records import channel_record
    from bot.terminal.printed_tables import print_channels

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        records = [
            channel_record(channel, await haru.ledger.history.last(channel.id), now=haru.clock.now())
            for channel in await haru.channels.all()
        ]
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    elif records:
        print_channels(records, Console())
    else:
        click.echo("There is no channel yet. Invite Haru to one in Slack, and type `/digest on` there.")


@click.command("deliveries")
@click.argument("channel")
@click.option("--days", default=30, show_default=True, help="How many days to go back.")
@as_json
@command
async def deliveries(settings: Settings, channel: str, days: int, as_json: bool) -> int:
    """List what a channel got on each of the last days, or why not.

    CHANNEL is its id or its name, as `haru channels` shows them.
    """
    from datetime import timedelta

    from bot.app import Haru
    from bot.terminal.json_records import delivery_record

    async with open_database(settings) as database:
        haru = Haru(settings, database)
        wanted = channel.lstrip("#")
        found = [one for one in await haru.channels.all() if wanted in (one.channel_id, one.name)]
        since = haru.clock.now() - timedelta(days=days)
        records = []
        for one in found:
            past = await haru.ledger.history.of_channel(one.id, limit=_MOST_DELIVERIES, since=since)
            counts = await haru.ledger.history.paper_counts([delivery.id for delivery in past])
            records += [delivery_record(one, delivery, counts.get(delivery.id, 0)) for delivery in past]
    if not found:
        click.echo(f"haru: There is no channel {channel}; `haru channels` lists them.", err=True)
        return FAILED
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return 0
    for record in records:
        what = record["reason"] or f"{record['papers']} papers"
        click.echo(f"{record['date']} {record['channel']} {record['status']} ({what})")
    if not records:
        click.echo(f"Nothing was due in {channel} in the last {days} days.")
    return 0


_MOST_DELIVERIES = 1000
"""Deliveries of one channel that are listed."""


@click.command("doctor")
@as_json
@command
async def doctor(settings: Settings, as_json: bool) -> int:
    """Check the setup, and say how to correct what is wrong.

    Checks the settings, the database, the archive, the sources, the channels, and the
    connection to Slack. The exit status is 1 if something is wrong.
    """
    from bot.terminal.doctor import examine

    findings = await examine(settings)
    if as_json:
        click.echo(json.dumps([finding.record() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.subject}: {finding.text}")
    return 0 if all(finding.ok for finding in findings) else FAILED


@click.command("manifest")
@click.option("--url", metavar="URL", help="Where Slack reaches Haru, for HTTP mode. Default: Socket Mode.")
@click.option("--prefix", default="", help="Goes before each slash command: lab- makes /lab-paper.")
@click.option("--name", default="Haru", show_default=True, help="The app's name in Slack.")
@click.option("--display-name", help="The bot's name in Slack. Default: made of the app's name.")
def manifest(url: str | None, prefix: str, name: str, display_name: str | None) -> None:
    """Print the manifest from which you create your Slack app.

    Paste it at https://api.slack.com/apps.
    """
    from config.manifest import ManifestError
    from config.manifest import manifest as app_manifest

    try:
        made = app_manifest(url=url, prefix=prefix, name=name, display_name=display_name)
    except ManifestError as error:
        raise click.UsageError(f"Slack would refuse this manifest: {error}") from error
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))
